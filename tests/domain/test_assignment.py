"""Who takes a ticket next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from inboxsla.domain.assignment import Chosen, Load, Waits, choose, is_left_waiting, loads, should_move
from inboxsla.domain.duty import on_duty
from inboxsla.domain.people import Person, Strategy, Team
from tests.dice import Dice
from tests.laws import law_of
from tests.people import ANA, CLAIRE, HOUR, JONAS, MEHMET, PRIYA, june
from tests.staff import DAY_SHIFT, LATE_SHIFT, away, person

STAFF = [person(ANA), person(JONAS), person(PRIYA), person(CLAIRE, "lead")]
EVERYBODY = Team("")
IN_TURN = Team("", strategy=Strategy.ROUND_ROBIN)
NOON = june("1 12:00")


def chosen(
    people: Sequence[Person] = STAFF,
    team: Team = EVERYBODY,
    has: dict[str, Load] | None = None,
    last: str | None = None,
    at: str = "1 12:00",
    **more: Any,
) -> str | Waits:
    """The address of who takes it, or the wait."""
    found = choose(team, people, has or {}, last, june(at), **more)
    return found.person.address if isinstance(found, Chosen) else found


def low(count: int) -> Load:
    return Load(count, float(count))


# What people have


def test_open_promises_weigh_by_urgency_and_what_waits_for_others_weighs_little() -> None:
    rows = [(ANA, "open", "overdue", 1), (ANA, "open", "low", 2), (ANA, "waiting_on_customer", "paused", 4)]
    assert loads([*rows, (JONAS, "open", "urgent", 2)]) == {ANA: Load(3, 7.0), JONAS: Load(2, 6.0)}


def test_the_least_loaded_agent_takes_it() -> None:
    assert chosen(has={ANA: low(3), JONAS: low(1), PRIYA: low(2)}) == JONAS
    assert chosen(has={ANA: low(3), JONAS: low(1)}) == PRIYA


def test_two_overdue_tickets_are_more_than_five_calm_ones() -> None:
    assert chosen(has={ANA: Load(2, 8.0), JONAS: low(5), PRIYA: low(6)}) == JONAS


def test_equal_load_takes_turns() -> None:
    assert [chosen(last=last) for last in (None, ANA, JONAS, PRIYA)] == [ANA, JONAS, PRIYA, ANA]


# Turns


def test_round_robin_goes_round_whatever_the_load() -> None:
    has = {ANA: low(50), PRIYA: low(7)}
    assert [chosen(team=IN_TURN, has=has, last=last) for last in (None, ANA, JONAS, PRIYA)] == [ANA, JONAS, PRIYA, ANA]


def test_a_turn_is_kept_when_people_come_and_go() -> None:
    without_jonas = [one for one in STAFF if one.address != JONAS]
    assert chosen(without_jonas, IN_TURN, last=ANA) == PRIYA
    assert chosen(without_jonas, IN_TURN, last=JONAS) == PRIYA
    assert chosen([*STAFF, person(MEHMET)], IN_TURN, last=JONAS) == MEHMET


def days_of_some(dice: Dice) -> list[set[Person]]:
    return dice.some(lambda day: set(day.some_of(STAFF[:3], least=1)), 20, least=1)


@law_of(days_of_some)
def test_nobody_gets_two_more_than_somebody_who_was_there_all_the_time(days: list[set[Person]]) -> None:
    there_always = set.intersection(*days)
    got: Counter[str] = Counter()
    last: str | None = None
    for there in days:
        taker = chosen(sorted(there, key=lambda one: one.address), IN_TURN, last=last)
        assert isinstance(taker, str)
        got[taker] += 1
        last = taker
    assert all(got[one.address] >= max(got.values()) - 1 for one in there_always)


# Who can take something at all


def test_at_night_a_ticket_waits_for_the_first_who_comes_on_duty() -> None:
    """C64: no agent is given anything outside their own hours; the answer says when the next one comes."""
    shifts = [person(ANA, calendar=LATE_SHIFT), person(JONAS, calendar=DAY_SHIFT)]
    waits = chosen(shifts, at="1 22:00")
    assert waits == Waits(june("2 09:00"), "nobody who can take it is on duty")
    assert chosen(shifts, at="2 09:00") == JONAS


def test_nobody_absent_is_given_anything() -> None:
    """C54: people on vacation get nothing new."""
    on_leave = person(ANA, "agent", away("2026-06-01", "2026-06-08"))
    assert chosen([on_leave, person(JONAS)], has={JONAS: low(99)}) == JONAS
    assert chosen([on_leave]) == Waits(june("8 00:00"), "nobody who can take it is on duty")


def test_a_lead_who_is_always_there_gets_none_of_the_agents_tickets_at_night() -> None:
    people = [person(ANA, calendar=DAY_SHIFT), person(CLAIRE, "lead")]
    assert isinstance(chosen(people, at="1 22:00"), Waits)
    assert chosen(people, at="1 22:00", leads_too=True) == CLAIRE
    assert chosen(people, leads_too=True) == ANA


def test_the_lead_takes_it_only_where_there_is_no_agent() -> None:
    assert chosen(has={ANA: low(9), JONAS: low(9), PRIYA: low(9)}) != CLAIRE
    assert chosen(without={ANA, JONAS, PRIYA}) == CLAIRE
    assert chosen(without={ANA, JONAS, PRIYA, CLAIRE}) == Waits(None, "there is nobody who can take it")


def test_nobody_gets_more_open_tickets_than_they_take_on() -> None:
    people = [person(ANA, capacity=2), person(JONAS, capacity=5)]
    assert chosen(people, has={ANA: Load(2, 2.0), JONAS: Load(4, 16.0)}) == JONAS
    full = chosen(people, has={ANA: Load(2, 2.0), JONAS: Load(5, 20.0)})
    assert full == Waits(None, "everybody on duty has as many open tickets as they take on", full=True)


def test_when_all_on_duty_are_full_the_answer_still_says_who_comes_next() -> None:
    people = [person(ANA, capacity=1), person(JONAS, calendar=LATE_SHIFT)]
    full = chosen(people, has={ANA: low(1)})
    assert isinstance(full, Waits)
    assert (full.until, full.full) == (june("1 13:00"), True)


@pytest.mark.parametrize("strategy", [Strategy.LEAST_LOADED, Strategy.ROUND_ROBIN])
def test_people_who_are_left_out_or_inactive_get_nothing(strategy: Strategy) -> None:
    people = [person(ANA, active=False), person(JONAS), person(PRIYA)]
    for last in (None, ANA, JONAS, PRIYA):
        assert chosen(people, Team("", strategy=strategy), last=last, without={JONAS}) == PRIYA


def test_nobody_means_a_person_decides() -> None:
    assert chosen(team=Team("", strategy=Strategy.NOBODY)) == Waits(None, "a person hands it out")


def three_shifts(dice: Dice) -> list[Any]:
    return [dice.one_of((DAY_SHIFT, LATE_SHIFT, None)) for _ in range(3)]


def any_strategy(dice: Dice) -> Strategy:
    return dice.one_of(list(Strategy))


def hour_of_a_fortnight(dice: Dice) -> int:
    return dice.below(24 * 14 + 1)


@law_of(three_shifts, any_strategy, hour_of_a_fortnight)
def test_whoever_is_chosen_is_on_duty_and_whoever_is_awaited_comes(
    shifts: list[Any], strategy: Strategy, hour: int
) -> None:
    people = [replace(one, calendar=shift) for one, shift in zip(STAFF, shifts, strict=False)]
    team = Team("Billing", tuple(one.address for one in people), strategy=strategy, person=ANA, skills=frozenset({"a"}))
    at = NOON + hour * HOUR
    found = choose(team, people, {}, None, at)
    if isinstance(found, Chosen):
        assert on_duty(found.person, at)
    elif strategy is not Strategy.NOBODY:
        assert found.until is not None
        assert found.until > at
        assert isinstance(choose(team, people, {}, None, found.until), Chosen)


# Teams


def test_a_teams_tickets_go_to_its_members_whatever_their_role() -> None:
    billing = Team("Billing", (JONAS, CLAIRE))
    assert chosen(team=billing, has={JONAS: low(1)}) == CLAIRE
    assert chosen(team=billing, without={JONAS, CLAIRE}) == Waits(None, "there is nobody who can take it")


def test_the_lead_of_a_team_takes_over_only_if_asked_and_no_member_can() -> None:
    billing = Team("Billing", (JONAS,), lead=CLAIRE)
    assert isinstance(chosen(team=billing, without={JONAS}), Waits)
    assert chosen(team=billing, without={JONAS}, leads_too=True) == CLAIRE


def skilled(*wanted: str) -> Team:
    return Team("Billing", (ANA, JONAS, PRIYA), strategy=Strategy.SKILL, skills=frozenset(wanted))


def test_of_those_with_all_the_skills_the_least_loaded_takes_it() -> None:
    people = [person(ANA, skills=["billing"]), *(person(who, skills=["billing", "french"]) for who in (JONAS, PRIYA))]
    found = choose(skilled("billing", "french"), people, {JONAS: low(3), PRIYA: low(2)}, None, NOON)
    assert isinstance(found, Chosen)
    assert (found.person.address, found.why) == (PRIYA, "has the skills and the least to do")


def test_if_nobody_on_duty_has_all_the_skills_those_with_most_take_it() -> None:
    all_of_them = person(ANA, skills=["billing", "french"], calendar=DAY_SHIFT)
    people = [all_of_them, person(JONAS, skills=["french"]), person(PRIYA)]
    found = choose(skilled("billing", "french"), people, {JONAS: low(9)}, None, june("1 20:00"))
    assert isinstance(found, Chosen)
    assert (found.person.address, found.why) == (JONAS, "has most of the skills and the least to do")
    assert chosen([person(JONAS), person(PRIYA)], skilled("german"), has={JONAS: low(9)}) == PRIYA


FIXED = Team("Billing", (), strategy=Strategy.FIXED, person=ANA)


def test_a_fixed_person_gets_everything_and_waits_are_for_them() -> None:
    people = [person(ANA, calendar=DAY_SHIFT), person(JONAS)]
    assert chosen(people, FIXED) == ANA
    assert chosen(people, FIXED, at="1 20:00") == Waits(june("2 09:00"), "nobody who can take it is on duty")


def test_while_the_fixed_person_is_away_the_substitute_gets_everything() -> None:
    """C55: through all of their substitutes."""
    week = ("2026-06-01", "2026-06-08")
    people = [person(ANA, "agent", away(*week, JONAS)), person(JONAS, "agent", away(*week, PRIYA)), person(PRIYA)]
    found = choose(FIXED, people, {}, None, NOON)
    assert isinstance(found, Chosen)
    assert (found.person.address, found.why) == (PRIYA, "stands in for whoever gets them all")


# Moving


@pytest.mark.parametrize(
    ("owner", "touched", "can_act", "rule", "moves"),
    [
        (None, False, False, "if_needed", True),
        (None, True, True, "if_needed", True),
        (ANA, True, False, "if_needed", True),
        (ANA, False, True, "if_needed", True),
        (ANA, True, True, "if_needed", False),
        (ANA, True, True, "always", True),
    ],
    ids=["unowned", "unowned and touched", "owner cannot act", "untouched", "being worked on", "always"],
)
def test_a_missed_ticket_goes_to_somebody_else_when_that_can_help(
    owner: str | None, touched: bool, can_act: bool, rule: str, moves: bool
) -> None:
    assert should_move(owner, touched_since_last_step=touched, owner_can_act=can_act, rule=rule) is moves


@pytest.mark.parametrize(
    ("wrote", "after", "now", "left"),
    [
        ("1 16:59", 4, "1 20:00", False),
        ("1 18:00", 4, "1 18:00", True),
        ("1 18:00", 24, "1 18:00", False),
        ("5 18:00", 24, "6 10:00", True),
        ("1 18:00", 4, "2 09:00", False),
        ("1 18:00", 4, "2 19:00", False),
    ],
    ids=["was there", "back too late", "back in time", "over the weekend", "back again", "was back since"],
)
def test_a_customer_who_writes_to_an_absent_owner_needs_another_one(
    wrote: str, after: int, now: str, left: bool
) -> None:
    """C21: what comes back while its owner is away for too long does not wait for them."""
    ana = person(ANA, calendar=DAY_SHIFT)
    assert is_left_waiting(ana, june(wrote), timedelta(hours=after), june(now)) is left


def test_without_a_limit_owners_keep_their_tickets() -> None:
    assert not is_left_waiting(
        person(ANA, "agent", away("2026-06-01", "2026-12-01")), june("2 10:00"), None, june("3 10:00")
    )
