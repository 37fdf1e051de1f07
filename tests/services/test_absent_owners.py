"""Tickets whose owner is away: what the customer's next message does, and handing everything over at once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from inboxsla.domain.people import Strategy, Team
from inboxsla.errors import Refused
from inboxsla.services import assign, runs
from tests.builders import ANA, CLAIRE, JONAS, KOFI, Desk
from tests.services.conftest import Opens
from tests.services.staffing import routed, staffed, wakes
from tests.staff import away, hours, person

BERLIN = "Europe/Berlin"
MORNINGS, AFTERNOONS = hours("07:00", "12:00", BERLIN), hours("13:00", "21:00", BERLIN)
FROM_TOMORROW = away("2026-11-25", "2026-12-01")
TODAY_ONLY = away("2026-11-24", "2026-11-25")


def answered_by_ana(desk: Desk) -> str:
    """A ticket that waits for the customer since Ana answered it."""
    thread = desk.writes().thread_id
    desk.clock.forward(minutes=1)
    desk.answers(thread, ANA)
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA
    return thread


def test_a_customer_who_writes_while_the_owner_is_away_for_long_gets_another_one(desk: Desk) -> None:
    """C21: what comes back does not go to somebody who is not there."""
    staffed(desk, person(ANA, "agent", FROM_TOMORROW), person(JONAS))
    thread = answered_by_ana(desk)
    desk.later(days=1)
    assert desk.ticket(thread).owner == ANA
    desk.writes_again(thread)
    runs.sync(desk.ports, [desk.id])
    assert desk.ticket(thread).owner == JONAS
    assert desk.events(thread)[-1].data["why"] == "the owner is away and the customer waits"
    runs.sync(desk.ports, [desk.id])
    assert desk.kinds(thread).count(desk.events(thread)[-1].kind) == 1


def test_an_owner_who_is_back_within_the_time_keeps_the_ticket(desk: Desk) -> None:
    """C21: within a day, unless the setting says otherwise."""
    staffed(desk, person(ANA, calendar=MORNINGS), person(JONAS))
    thread = answered_by_ana(desk)
    desk.later(hours=3)
    desk.writes_again(thread)
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA


@pytest.mark.parametrize(("after", "owner"), [("4h", JONAS), ("never", ANA)])
def test_the_setting_says_how_long_is_too_long(opens: Opens, after: str, owner: str) -> None:
    """C21: by setting."""
    desk = opens(assignment={"reassign_absent_after": after})
    staffed(desk, person(ANA, calendar=MORNINGS), person(JONAS))
    thread = answered_by_ana(desk)
    desk.later(hours=3)
    desk.writes_again(thread)
    desk.catch_up()
    assert desk.ticket(thread).owner == owner


def test_a_team_may_have_a_time_of_its_own(desk: Desk) -> None:
    """C21: for each team."""
    billing = Team("Billing", (JONAS, ANA), reassign_absent_after=timedelta(hours=4))
    staffed(desk, person(ANA, calendar=MORNINGS), person(JONAS), person(CLAIRE, "lead"), teams=[billing])
    thread = answered_by_ana(desk)
    routed(desk, thread, "Billing")
    desk.later(hours=3)
    desk.writes_again(thread)
    desk.catch_up()
    assert desk.ticket(thread).owner == JONAS


def test_with_nobody_on_duty_the_ticket_waits_for_the_first_who_comes(desk: Desk) -> None:
    staffed(desk, person(ANA, "agent", away("2026-11-24", "2026-12-01")), person(JONAS, calendar=AFTERNOONS))
    thread = desk.writes(KOFI).thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA
    assert wakes(desk) == datetime.fromisoformat("2026-11-24T12:00Z")
    desk.clock.at = datetime.fromisoformat("2026-11-24T12:00Z")
    desk.catch_up()
    assert (desk.ticket(thread).owner, wakes(desk)) == (JONAS, None)


def test_where_people_hand_out_by_hand_nothing_is_taken_from_anybody(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "manual"})
    staffed(desk, person(ANA, "agent", FROM_TOMORROW), person(JONAS))
    thread = answered_by_ana(desk)
    desk.later(days=1)
    desk.writes_again(thread)
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA


# Handing over


def anas(desk: Desk, count: int) -> list[str]:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(count)]
    desk.sync()
    for thread in threads:
        desk.owned_by(thread, ANA)
    desk.clock.forward(minutes=1)
    return threads


def test_everything_somebody_has_is_handed_over_at_once_as_if_it_were_new(desk: Desk) -> None:
    """C54: bulk hand-over; what is over stays where it was."""
    staffed(desk, person(ANA), person(JONAS), person(CLAIRE))
    threads = anas(desk, 6)
    desk.answers(threads[4])
    desk.archives(threads[5])
    desk.sync()
    done = assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock())
    assert (Counter(done.to), done.waiting) == ({CLAIRE: 3, JONAS: 2}, 0)
    assert Counter(desk.ticket(thread).owner for thread in threads) == {CLAIRE: 3, JONAS: 2, ANA: 1}
    assert desk.events(threads[0])[-1].data["why"] == "handed over by Ana Ruiz"
    again = assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock())
    assert (again.to, again.waiting) == ({}, 0)


def test_what_nobody_on_duty_can_take_waits_for_the_first_who_comes(desk: Desk) -> None:
    """C54: handed over in the evening, taken up in the morning."""
    staffed(desk, person(ANA, "agent", TODAY_ONLY), person(JONAS, calendar=AFTERNOONS))
    threads = anas(desk, 2)
    done = assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock())
    assert (done.to, done.waiting) == ({}, 2)
    assert {desk.ticket(thread).owner for thread in threads} == {None}
    desk.clock.at = datetime.fromisoformat("2026-11-24T12:00Z")
    desk.catch_up()
    assert {desk.ticket(thread).owner for thread in threads} == {JONAS}


def test_in_the_evening_everything_can_be_handed_to_the_people_of_the_next_morning(desk: Desk) -> None:
    staffed(desk, person(ANA, "agent", FROM_TOMORROW), person(JONAS, calendar=MORNINGS), person(CLAIRE))
    threads = anas(desk, 2)
    desk.clock.forward(hours=9)
    morning = desk.clock() + timedelta(hours=12)
    done = assign.hand_over_all(desk.ports, desk.id, ANA, morning)
    assert done.to == {CLAIRE: 1, JONAS: 1}
    assert desk.events(threads[0])[-1].happened_at == desk.clock()


def test_each_ticket_goes_by_the_strategy_of_its_team(desk: Desk) -> None:
    """C54: a billing ticket stays with billing."""
    billing = Team("Billing", (), strategy=Strategy.FIXED, person=CLAIRE)
    staffed(desk, person(ANA), person(JONAS), person(CLAIRE, "lead"), teams=[billing])
    threads = anas(desk, 2)
    routed(desk, threads[0], "Billing")
    assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock())
    assert [desk.ticket(thread).owner for thread in threads] == [CLAIRE, JONAS]


def test_everything_can_go_to_one_person(desk: Desk) -> None:
    staffed(desk, person(ANA), person(JONAS), person(CLAIRE, "lead"))
    threads = anas(desk, 3)
    done = assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock(), to=CLAIRE)
    assert done.to == {CLAIRE: 3}
    assert {desk.ticket(thread).owner for thread in threads} == {CLAIRE}


@pytest.mark.parametrize("to", [ANA, "nobody@lumenvelo.example"])
def test_nothing_goes_to_whoever_gives_it_away_or_is_not_listed(desk: Desk, to: str) -> None:
    threads = anas(desk, 1)
    with pytest.raises(Refused, match="cannot take over the tickets of Ana Ruiz"):
        assign.hand_over_all(desk.ports, desk.id, ANA, desk.clock(), to=to)
    assert desk.ticket(threads[0]).owner == ANA


def test_more_than_one_batch_is_handed_over(one_desk: Desk) -> None:
    threads = anas(one_desk, 60)
    done = assign.hand_over_all(one_desk.ports, one_desk.id, ANA, one_desk.clock())
    assert done.to == {JONAS: 60}
    assert {one_desk.ticket(thread).owner for thread in threads} == {JONAS}
