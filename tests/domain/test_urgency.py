"""Breach at the due instant, the urgencies before it, and the one that the label shows."""

from __future__ import annotations

import pytest

from inboxsla.domain.clock import State, Urgency
from inboxsla.domain.timeline import Event, Status
from tests.people import (
    FIRST,
    HOUR,
    MINUTE,
    NEXT,
    RESOLUTION,
    archived,
    clock,
    clocks,
    decided,
    held,
    june,
    policy,
    prioritised,
    replied,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"))
TICK = MINUTE.resolution
FIRST_ONLY = policy(resolution=None)


@pytest.mark.parametrize(
    ("now", "urgency"),
    [
        ("1 10:00", Urgency.LOW),
        ("1 12:00", Urgency.MEDIUM),
        ("1 13:00", Urgency.URGENT),
        ("1 14:00", Urgency.OVERDUE),
        ("9 10:00", Urgency.OVERDUE),
    ],
)
def test_urgency_rises_exactly_at_its_instant(now: str, urgency: Urgency) -> None:
    order = list(Urgency)

    assert decided([QUESTION], june(now), FIRST_ONLY).reading.urgency is urgency
    if now in ("1 12:00", "1 13:00", "1 14:00"):
        just_before = decided([QUESTION], june(now) - TICK, FIRST_ONLY).reading.urgency
        assert just_before is order[order.index(urgency) - 1]


def test_instants_are_compared_and_never_fractions() -> None:
    """A third of seven microseconds has no exact share; the instant it is due at has."""
    rules = policy(first=7 * TICK, resolution=None)
    due = clock(decided([QUESTION], june("1 10:00"), rules), FIRST).due_at

    assert due == june("1 10:00") + 7 * TICK
    assert decided([QUESTION], due - TICK, rules).reading.urgency is not Urgency.OVERDUE
    assert decided([QUESTION], due, rules).reading.urgency is Urgency.OVERDUE


def test_a_reply_exactly_at_the_due_instant_is_in_time_and_one_after_it_is_not() -> None:
    in_time = clock(decided([QUESTION, replied(june("1 14:00"))], june("1 15:00")), FIRST)
    too_late = clock(decided([QUESTION, replied(june("1 14:00") + TICK)], june("1 15:00")), FIRST)

    assert (in_time.state, in_time.breached, in_time.late_by) == (State.MET, False, 0 * MINUTE)
    assert (too_late.state, too_late.breached, too_late.late_by) == (State.MISSED, True, TICK)


def test_unanswered_at_the_due_instant_is_overdue() -> None:
    first = clock(decided([QUESTION], june("1 14:00")), FIRST)

    assert (first.breached, first.urgency, first.late_by, first.left) == (True, Urgency.OVERDUE, 0 * MINUTE, 0 * MINUTE)


def test_the_miss_counts_from_its_due_instant_whenever_it_was_noticed() -> None:
    """C19: looked at a day later, it was missed at 14:00."""
    first = clock(decided([QUESTION], june("2 15:00")), FIRST)

    assert first.due_at == june("1 14:00")
    assert first.late_by == 3 * HOUR + 6 * HOUR


def test_lateness_is_business_time_and_freezes_when_the_clock_stops() -> None:
    """C26: half an hour late on Friday is half an hour late a month later."""
    late = [wrote(june("5 12:00")), replied(june("5 16:30"))]
    over_the_weekend = [wrote(june("5 12:00")), replied(june("8 09:30"))]

    for now in (june("5 17:00"), june("30 12:00")):
        assert clock(decided(late, now), FIRST).late_by == 30 * MINUTE
    assert clock(decided(over_the_weekend, june("30 12:00")), FIRST).late_by == 90 * MINUTE


def test_running_clocks_come_before_paused_ones_and_those_before_met_ones() -> None:
    story = [QUESTION, replied(june("1 10:30")), wrote(june("1 11:00"))]

    def label(*more: Event) -> Urgency:
        return decided([*story, *more], june("1 11:30")).reading.urgency

    assert label() is Urgency.LOW
    assert label(held(june("1 11:10"), None)) is Urgency.PAUSED
    assert label(replied(june("1 11:10"))) is Urgency.PAUSED
    assert label(replied(june("1 11:10")), archived(june("1 11:20"))) is Urgency.MET


def test_a_running_clock_in_good_time_is_shown_before_a_paused_one_that_is_overdue() -> None:
    rules = policy(next=HOUR, resolution=100 * HOUR, pauses={"on_hold": frozenset({NEXT})})
    story = [QUESTION, replied(june("1 10:30")), wrote(june("1 11:00")), held(june("1 13:00"), None)]

    assert decided(story, june("1 14:00"), rules).reading.urgency is Urgency.LOW


def test_the_worst_of_several_running_clocks_is_shown() -> None:
    reading = decided([QUESTION], june("1 14:30"), policy(resolution=5 * HOUR)).reading

    assert reading.urgency is Urgency.OVERDUE
    assert reading.worst is not None
    assert reading.worst.metric is FIRST


def test_of_equally_urgent_clocks_the_one_due_first_is_the_worst() -> None:
    reading = decided([QUESTION], june("1 10:01"), policy(first=5 * HOUR, resolution=4 * HOUR)).reading

    assert reading.worst is not None
    assert reading.worst.metric is RESOLUTION


def test_of_paused_clocks_the_one_with_least_left_is_the_worst() -> None:
    story = [QUESTION, replied(june("1 10:30")), wrote(june("1 11:00")), held(june("1 12:00"), None)]
    reading = decided(story, june("1 13:00"), policy(next=HOUR / 2)).reading

    assert reading.worst is not None
    assert (reading.worst.metric, reading.worst.state, reading.worst.breached) == (NEXT, State.PAUSED, True)


def test_solved_with_a_miss_shows_none_of_the_labels() -> None:
    missed = [QUESTION, replied(june("1 15:00")), archived(june("1 16:00"))]
    decision = decided(missed, june("1 17:00"))

    assert decision.reading.urgency is Urgency.NONE
    assert decision.reading.breached


def test_solved_without_a_reply_and_without_a_miss_shows_that_promises_were_kept() -> None:
    assert decided([QUESTION, archived(june("1 11:00"))], june("1 12:00")).reading.urgency is Urgency.MET
    late = decided([QUESTION, archived(june("1 15:00"))], june("1 16:00"))
    assert (late.reading.urgency, late.reading.breached) == (Urgency.NONE, True)


def test_an_earlier_miss_does_not_hide_the_clock_that_runs_now() -> None:
    story = [QUESTION, replied(june("1 15:00")), wrote(june("1 16:00"))]

    assert decided(story, june("1 16:30")).reading.urgency is Urgency.LOW


def test_a_higher_priority_re_reads_the_running_clocks_from_their_start() -> None:
    rules = policy(urgent_matters={FIRST: 2 * HOUR})
    first = clock(decided([QUESTION, prioritised(june("1 11:00"), "high")], june("1 11:30"), rules), FIRST)

    assert (first.due_at, first.elapsed, first.target) == (june("1 12:00"), HOUR * 1.5, 2 * HOUR)


def test_a_miss_counts_from_the_later_of_due_and_the_instant_the_promise_was_tightened() -> None:
    """Nobody was late for a promise that had not been made yet."""
    rules = policy(urgent_matters={FIRST: HOUR})
    tightened = [QUESTION, prioritised(june("1 12:00"), "high")]

    running = clock(decided(tightened, june("1 12:30"), rules), FIRST)
    assert (running.due_at, running.breached, running.late_by) == (june("1 11:00"), True, 30 * MINUTE)
    assert running.left == -1.5 * HOUR
    at_once = clock(decided(tightened, june("1 12:00"), rules), FIRST)
    assert (at_once.breached, at_once.urgency) == (True, Urgency.OVERDUE)
    answered = clock(decided([*tightened, replied(june("1 12:10"))], june("1 13:00"), rules), FIRST)
    assert (answered.state, answered.late_by) == (State.MISSED, 10 * MINUTE)


def test_an_answer_in_the_instant_the_promise_is_tightened_keeps_the_old_promise() -> None:
    rules = policy(urgent_matters={FIRST: HOUR})
    story = [QUESTION, replied(june("1 12:00")), prioritised(june("1 12:00"), "high")]

    assert clock(decided(story, june("1 13:00"), rules), FIRST).state is State.MET


def test_a_priority_that_promises_the_same_excuses_nothing() -> None:
    late = clock(decided([QUESTION, prioritised(june("1 15:00"), "low")], june("1 16:00")), FIRST)

    assert late.late_by == 2 * HOUR


def test_a_clock_that_has_stopped_keeps_the_promise_it_stopped_under() -> None:
    rules = policy(urgent_matters={FIRST: HOUR, RESOLUTION: 6 * HOUR})
    story = [QUESTION, replied(june("1 12:00")), prioritised(june("1 13:00"), "high")]
    decision = decided(story, june("1 14:00"), rules)

    assert (clock(decision, FIRST).target, clock(decision, FIRST).state) == (4 * HOUR, State.MET)
    assert clock(decision, RESOLUTION).target == 6 * HOUR


def test_a_clock_that_the_new_promises_lack_is_gone() -> None:
    """C11b: no deadline remains of a promise that is no longer made."""
    story = [QUESTION, replied(june("1 11:00")), wrote(june("1 12:00")), prioritised(june("1 12:30"), "unheard of")]

    assert clocks(decided(story, june("1 13:00"), policy(next=None)), NEXT) == []
    assert clocks(decided(story, june("1 13:00")), NEXT) == []
    assert clocks(decided(story, june("1 13:00")), FIRST) != []


def test_a_solved_ticket_says_so_and_has_no_worst_clock() -> None:
    decision = decided([QUESTION, set_to(june("1 11:00"), Status.SOLVED)], june("1 12:00"))

    assert decision.reading.worst is None
    assert clock(decision, FIRST).due_at == june("1 14:00")
