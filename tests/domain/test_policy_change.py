"""Another policy, or another version of it, takes over a ticket that lives."""

from __future__ import annotations

from datetime import datetime

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import ClockReading, State
from inboxsla.domain.decide import Decision
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Status
from tests.people import (
    ALWAYS,
    FIRST,
    HOUR,
    LONDON,
    MINUTE,
    NEXT,
    OFFICE_HOURS,
    RESOLUTION,
    UPDATE,
    archived,
    clock,
    clocks,
    decided,
    governed,
    held,
    june,
    policy,
    prioritised,
    replied,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
STANDARD = policy()
TIGHTER = policy(first=2 * HOUR, next=4 * HOUR, resolution=6 * HOUR)
LONGER = policy(first=8 * HOUR, resolution=48 * HOUR)
NOTHING_PROMISED = policy(first=None, next=None, resolution=None, ladder=())


def under(new: Policy, story: list[Event], now: str, old: Policy = STANDARD) -> Decision:
    """What holds at `now` on a ticket that began under `old` and whose events name `new`."""
    return decided(story, june(now), old, later={1: new})


def first(new: Policy, story: list[Event], now: str) -> ClockReading:
    return clock(under(new, story, now), FIRST)


def test_a_ticket_whose_events_name_no_other_version_keeps_the_one_it_began_with() -> None:
    """C63: versions never change, so saving a new one changes nothing that was measured."""
    assert first(TIGHTER, [QUESTION], "1 12:30").due_at == june("1 14:00")


def test_running_clocks_are_read_anew_from_their_own_start() -> None:
    """C18, C31: an edit reaches the open tickets it was saved for at once, not when somebody touches them."""
    story = [QUESTION, governed(june("1 11:00"), 1)]

    assert first(TIGHTER, story, "1 10:59").due_at == june("1 14:00")
    reading = first(TIGHTER, story, "1 11:00")
    assert (reading.started_at, reading.due_at, reading.elapsed) == (june("1 10:00"), june("1 12:00"), HOUR)


def test_time_used_and_pauses_are_kept() -> None:
    """C44, C63: they belong to the ticket and not to the policy."""
    story = [QUESTION, held(june("1 11:00"), june("1 13:00")), governed(june("1 14:00"), 1)]
    before = clock(under(TIGHTER, story, "1 13:59"), RESOLUTION)
    after = clock(under(TIGHTER, story, "1 14:00"), RESOLUTION)

    assert before.elapsed + MINUTE == after.elapsed == 2 * HOUR
    assert after.due_at == june("2 10:00")


def test_what_the_new_version_pauses_pauses_from_the_beginning() -> None:
    """One policy reads the whole life of a running clock; it is not pieced together from two."""
    story = [QUESTION, held(june("1 11:00"), june("1 13:00")), governed(june("1 14:00"), 1)]

    assert clock(under(policy(pauses={}), story, "1 15:00"), RESOLUTION).elapsed == 5 * HOUR
    assert first(policy(pauses={"on_hold": frozenset({FIRST})}), story, "1 15:00").elapsed == 3 * HOUR


def test_what_the_new_version_counts_in_other_hours_counts_so_from_the_beginning() -> None:
    story = [wrote(june("1 16:00"), source="question"), governed(june("2 09:00"), 1)]

    assert first(policy(ALWAYS, first=18 * HOUR), story, "2 09:00").due_at == june("2 10:00")


def test_a_clock_that_has_stopped_keeps_its_version() -> None:
    story = [QUESTION, replied(june("1 13:00")), governed(june("1 14:00"), 1), wrote(june("1 15:00"))]
    decision = under(TIGHTER, story, "1 16:00")

    assert (clock(decision, FIRST).target, clock(decision, FIRST).state) == (4 * HOUR, State.MET)
    assert clock(decision, NEXT).target == 4 * HOUR
    assert clock(decision, RESOLUTION).target == 6 * HOUR


def test_a_clock_that_stops_in_the_instant_of_the_change_keeps_its_version() -> None:
    story = [QUESTION, replied(june("1 13:00")), governed(june("1 13:00"), 1)]

    assert (first(TIGHTER, story, "1 14:00").target, first(TIGHTER, story, "1 14:00").state) == (4 * HOUR, State.MET)


def test_resolution_that_is_resumed_is_read_under_the_version_in_force() -> None:
    story = [QUESTION, archived(june("1 11:00")), governed(june("1 12:00"), 1), wrote(june("1 13:00"))]

    assert clock(under(TIGHTER, story, "1 12:30"), RESOLUTION).target == 24 * HOUR
    assert clock(under(TIGHTER, story, "1 14:00"), RESOLUTION).target == 6 * HOUR


def test_clocks_that_the_new_version_lacks_end() -> None:
    """C11b: no deadline, step or wake remains of a promise that is no longer made."""
    story = [QUESTION, governed(june("1 11:00"), 1)]
    decision = under(policy(first=None, resolution=None, update=HOUR), story, "3 12:00")

    assert decision.reading.clocks == ()
    assert (decision.acts, decision.steps_taken, decision.wake_at) == ((), (), None)


def test_a_version_that_promises_nothing_ends_everything_that_runs() -> None:
    """C51: what was met or missed before stays on record."""
    story = [QUESTION, replied(june("1 15:00")), wrote(june("1 16:00")), governed(june("2 09:00"), 1)]
    decision = under(NOTHING_PROMISED, story, "9 09:00")

    assert [(one.metric, one.state) for one in decision.reading.clocks] == [(FIRST, State.MISSED)]
    assert (decision.acts, decision.wake_at, decision.wants_owner) == ((), None, False)


def test_a_promise_that_only_the_new_version_makes_counts_from_the_clocks_own_start() -> None:
    story = [QUESTION, replied(june("1 11:00")), governed(june("1 12:00"), 1)]
    decision = under(policy(update=3 * HOUR), story, "1 12:00")

    assert clocks(under(policy(update=3 * HOUR), story, "1 11:59"), UPDATE) == []
    assert (clock(decision, UPDATE).started_at, clock(decision, UPDATE).due_at) == (june("1 11:00"), june("1 14:00"))


def test_a_miss_counts_from_the_instant_the_tighter_target_took_effect() -> None:
    """Nobody was late for a promise that had not been made yet."""
    story = [QUESTION, governed(june("1 13:00"), 1)]
    at_once, later = first(TIGHTER, story, "1 13:00"), first(TIGHTER, story, "1 13:30")

    assert (at_once.due_at, at_once.breached, at_once.late_by) == (june("1 12:00"), True, 0 * HOUR)
    assert (later.late_by, later.left) == (30 * MINUTE, -90 * MINUTE)


def test_an_answer_after_the_change_is_late_by_what_passed_since() -> None:
    answered = [QUESTION, governed(june("1 13:00"), 1), replied(june("1 13:20"))]

    assert (first(TIGHTER, answered, "9 12:00").state, first(TIGHTER, answered, "9 12:00").late_by) == (
        State.MISSED, 20 * MINUTE
    )  # fmt: skip


def test_a_longer_target_forgives_a_running_clock_its_miss() -> None:
    story = [QUESTION, governed(june("1 15:00"), 1)]

    assert first(LONGER, story, "1 14:59").breached
    assert (first(LONGER, story, "1 15:00").breached, first(LONGER, story, "1 15:00").left) == (False, 3 * HOUR)


def test_a_version_that_promises_the_same_excuses_nothing() -> None:
    same = policy(next=HOUR, calendar=BusinessCalendar(LONDON, OFFICE_HOURS))
    story = [QUESTION, governed(june("1 15:00"), 1)]

    assert first(same, story, "1 16:00").late_by == 2 * HOUR


def test_other_hours_are_another_promise_though_the_length_is_the_same() -> None:
    story = [QUESTION, governed(june("1 15:00"), 1)]

    assert first(policy(ALWAYS), story, "1 16:00").late_by == HOUR


def test_priority_and_policy_may_both_change() -> None:
    urgent = policy(first=8 * HOUR, urgent_matters={FIRST: 3 * HOUR})
    by_policy_then = [QUESTION, governed(june("1 11:00"), 1), prioritised(june("1 12:00"), "high")]
    by_priority_then = [QUESTION, prioritised(june("1 11:00"), "high"), governed(june("1 12:00"), 1)]

    assert first(urgent, by_policy_then, "1 11:30").target == 8 * HOUR
    assert first(urgent, by_policy_then, "1 12:30").target == 3 * HOUR
    assert first(urgent, by_priority_then, "1 11:30").target == 4 * HOUR
    assert first(urgent, by_priority_then, "1 12:30").target == 3 * HOUR


def test_a_version_nobody_knows_any_more_changes_nothing() -> None:
    story = [QUESTION, governed(june("1 11:00"), 7)]

    assert first(TIGHTER, story, "1 12:00").due_at == june("1 14:00")


def test_the_ticket_knows_which_rule_decided_and_why() -> None:
    story = [QUESTION, governed(june("1 11:00"), 1, rule="Outages", why="the subject contains “outage”")]
    facts = under(TIGHTER, story, "1 12:00").facts

    assert (facts.rule, facts.why, facts.policies) == (
        "Outages", "the subject contains “outage”", ((june("1 11:00"), 1),)
    )  # fmt: skip


def test_habits_change_with_the_policy_from_then_on() -> None:
    leaves_the_status = policy(reply_sets_waiting=False)
    before = [QUESTION, replied(june("1 11:00")), governed(june("1 12:00"), 1)]
    after = [QUESTION, governed(june("1 10:30"), 1), replied(june("1 11:00"))]

    assert under(leaves_the_status, before, "1 13:00").facts.status is Status.WAITING
    assert under(leaves_the_status, after, "1 13:00").facts.status is Status.OPEN


# Reminder steps


def steps(story: list[Event], new: Policy, now: str) -> list[tuple[str, str]]:
    return [(event.data["step"], event.data["outcome"]) for event in under(new, story, now).steps_taken]


def taken(story: list[Event], new: Policy, now: str, old: Policy) -> list[Event]:
    return [*story, *decided(story, june(now), old, later={1: new}).steps_taken]


FIRST_ONLY = policy(resolution=None)


def test_steps_taken_stay_taken_under_the_new_version() -> None:
    story = taken([QUESTION], TIGHTER, "1 13:00", FIRST_ONLY)
    story.append(governed(june("1 13:10"), 1))
    new = policy(first=4 * HOUR, next=HOUR, resolution=None)

    assert decided(story, june("1 13:10"), FIRST_ONLY, later={1: new}).steps_taken == ()


def test_a_step_comes_again_only_if_its_new_instant_lies_after_the_one_at_which_it_was_taken() -> None:
    story = taken([QUESTION], LONGER, "1 13:00", FIRST_ONLY)
    story.append(governed(june("1 13:10"), 1))
    longer = policy(first=8 * HOUR, resolution=None)
    tighter = policy(first=3 * HOUR, resolution=None)

    again = decided(story, june("1 16:00"), FIRST_ONLY, later={1: longer})
    assert [act.key for act in again.acts] == ["first_response/question/75%/2/remind_owner"]
    once = decided(story, june("1 13:10"), FIRST_ONLY, later={1: tighter})
    assert [(e.data["step"], e.data["outcome"]) for e in once.steps_taken] == [("90%", "skipped"), ("100%", "acted")]


def test_a_tighter_version_takes_only_the_highest_of_the_steps_it_brings_forward() -> None:
    story = [QUESTION, governed(june("1 12:50"), 1)]
    tighter = policy(first=2 * HOUR, resolution=None)

    assert steps(story, tighter, "1 12:50") == [("75%", "skipped"), ("90%", "skipped"), ("100%", "acted")]


def test_steps_of_the_old_version_that_the_new_one_lacks_come_no_more() -> None:
    """C51: whoever takes the steps out of a policy has taken them out of every open ticket it was saved for."""
    story = [QUESTION, governed(june("1 12:00"), 1)]
    rules = policy(resolution=None, ladder=(Step(120, (Do.NOTIFY_LEAD,)),))

    assert steps(story, rules, "1 14:00") == []
    assert steps(story, rules, "1 14:48") == [("120%", "acted")]


@pytest.mark.parametrize("now", ["1 13:30", "1 16:59", "4 12:00"])
def test_one_change_moves_the_ticket_at_most_once(now: str) -> None:
    """However many promises the change lets run out."""
    story = [QUESTION, governed(june("1 13:30"), 1)]
    all_at_once = policy(first=HOUR, resolution=2 * HOUR)

    acts = under(all_at_once, story, now).acts
    assert [act.do for act in acts].count(Do.REASSIGN) == 1


def test_a_promise_missed_already_does_not_move_the_ticket_again_when_the_change_tightens_it() -> None:
    story = taken([QUESTION], TIGHTER, "1 14:00", FIRST_ONLY)
    story.append(governed(june("1 14:30"), 1))
    tighter = policy(first=HOUR, resolution=None)

    assert decided(story, june("1 14:30"), FIRST_ONLY, later={1: tighter}).acts == ()


def test_the_change_itself_needs_no_wake() -> None:
    story = [QUESTION, governed(june("1 11:00"), 1)]

    def wake(now: str) -> datetime | None:
        return under(policy(first=2 * HOUR, resolution=None), story, now).wake_at

    assert wake("1 11:00") == june("1 11:30")
    assert wake("1 10:30") == june("1 11:00"), "an instant of saving that lies a little ahead of our clock"
