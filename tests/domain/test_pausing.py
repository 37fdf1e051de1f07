"""Resolution, waiting and holds: which time counts."""

from __future__ import annotations

import pytest

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Metric, Status
from tests.people import (
    ALWAYS,
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


def test_resolution_runs_from_the_first_message_until_solved() -> None:
    solved = [QUESTION, replied(june("1 11:00")), wrote(june("1 12:00")), set_to(june("1 15:00"), Status.SOLVED)]

    resolution = clock(decided(solved, june("9 10:00")), RESOLUTION)

    assert (resolution.started_at, resolution.ended_at) == (june("1 10:00"), june("1 15:00"))
    assert resolution.elapsed == 4 * HOUR  # an hour of the five was spent waiting on the customer
    assert resolution.state is State.MET


def test_waiting_on_the_customer_pauses_resolution_only() -> None:
    decision = decided([QUESTION, replied(june("1 11:00"))], june("3 11:00"))

    resolution = clock(decision, RESOLUTION)
    assert (resolution.state, resolution.due_at) == (State.PAUSED, None)
    assert (resolution.elapsed, resolution.left) == (HOUR, 23 * HOUR)


def test_a_pause_over_the_weekend_adds_no_calendar_time() -> None:
    """C45a: from Friday 16:00 to Monday 10:00 there are two opening hours, not sixty-six."""
    paused = [
        wrote(june("5 15:00")),
        set_to(june("5 16:00"), Status.WAITING),
        set_to(june("8 10:00"), Status.OPEN),
    ]
    resolution = clock(decided(paused, june("8 10:00"), policy(resolution=4 * HOUR)), RESOLUTION)

    assert resolution.elapsed == HOUR
    assert resolution.due_at == june("8 13:00")


def test_a_pause_at_night_changes_no_due_time_and_no_start() -> None:
    """C45b: the budget grows by what was open; the start never moves."""
    paused = [QUESTION, held(june("1 20:00"), june("1 23:00"))]
    resolution = clock(decided(paused, june("2 09:00")), RESOLUTION)

    assert (resolution.started_at, resolution.due_at) == (june("1 10:00"), june("4 10:00"))


def test_pauses_survive_a_change_of_what_is_promised() -> None:
    """C44: they belong to the ticket."""
    rules = policy(urgent_matters={RESOLUTION: 6 * HOUR})
    story = [
        QUESTION,
        set_to(june("1 11:00"), Status.ON_HOLD),
        set_to(june("1 13:00"), Status.OPEN),
        prioritised(june("1 14:00"), "high"),
    ]
    resolution = clock(decided(story, june("1 15:00"), rules), RESOLUTION)

    assert (resolution.target, resolution.elapsed) == (6 * HOUR, 3 * HOUR)
    assert resolution.due_at == june("2 10:00")


def test_a_hold_pauses_next_response_and_resolution_but_not_the_first() -> None:
    asked_again = [QUESTION, replied(june("1 10:30")), wrote(june("1 11:00")), held(june("1 12:00"), june("3 12:00"))]
    held_at_once = [QUESTION, held(june("1 11:00"), june("3 12:00"))]

    assert clock(decided(asked_again, june("2 10:00")), NEXT).state is State.PAUSED
    assert clock(decided(asked_again, june("2 10:00")), RESOLUTION).state is State.PAUSED
    assert clock(decided(held_at_once, june("1 12:00")), FIRST).state is State.RUNNING


def test_a_policy_may_let_a_hold_pause_the_first_response() -> None:
    rules = policy(pauses={"on_hold": frozenset(Metric)})
    story = [QUESTION, held(june("1 11:00"), june("2 11:00"))]

    assert clock(decided(story, june("1 20:00"), rules), FIRST).state is State.PAUSED
    assert clock(decided(story, june("2 11:00"), rules), FIRST).due_at == june("2 14:00")


def test_a_hold_ends_by_itself_at_its_date_and_wakes_the_ticket_then() -> None:
    story = [QUESTION, held(june("1 11:00"), june("3 11:00"), reason="supplier")]

    during = decided(story, june("2 10:00"), policy(first=None))
    assert (during.facts.status, during.facts.status_reason) == (Status.ON_HOLD, "supplier")
    assert during.wake_at == during.facts.hold_until == june("3 11:00")

    after = decided(story, june("3 11:00"), policy(first=None))
    assert (after.facts.status, after.facts.status_reason, after.facts.hold_until) == (Status.OPEN, "", None)
    assert clock(after, RESOLUTION).elapsed == HOUR


def test_a_hold_until_the_past_pauses_nothing() -> None:
    story = [QUESTION, held(june("1 12:00"), june("1 11:00"))]
    decision = decided(story, june("1 13:00"))

    assert decision.facts.status is Status.OPEN
    assert clock(decision, RESOLUTION).elapsed == 3 * HOUR


def test_a_hold_may_be_prolonged_up_to_the_moment_it_ends() -> None:
    story = [QUESTION, held(june("1 11:00"), june("2 11:00")), held(june("2 11:00"), june("3 11:00"))]
    decision = decided(story, june("3 12:00"))

    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR
    assert decision.facts.status is Status.OPEN


def test_the_customers_message_ends_the_hold_unless_the_hold_says_otherwise() -> None:
    ends = [QUESTION, replied(june("1 10:30")), held(june("1 11:00"), june("4 11:00")), wrote(june("2 11:00"))]
    stays = [*ends[:2], held(june("1 11:00"), june("4 11:00"), keeps_on_reply=True), wrote(june("2 11:00"))]

    assert decided(ends, june("2 12:00")).facts.status is Status.OPEN
    assert clock(decided(ends, june("2 12:00")), NEXT).elapsed == HOUR
    kept = decided(stays, june("2 12:00"))
    assert kept.facts.status is Status.ON_HOLD
    assert (clock(kept, NEXT).state, clock(kept, NEXT).elapsed) == (State.PAUSED, 0 * HOUR)
    assert clock(decided(stays, june("4 13:00")), NEXT).elapsed == 2 * HOUR


def test_a_reply_during_a_hold_meets_the_response_clocks_and_leaves_the_hold() -> None:
    story = [QUESTION, held(june("1 11:00"), june("3 11:00")), replied(june("1 12:00"))]
    decision = decided(story, june("1 13:00"))

    assert clock(decision, FIRST).state is State.MET
    assert decision.facts.status is Status.ON_HOLD
    assert decision.facts.hold_until == june("3 11:00")


def test_a_reply_at_the_very_end_of_a_hold_comes_after_it() -> None:
    story = [QUESTION, held(june("1 11:00"), june("1 15:00")), replied(june("1 15:00"))]
    decision = decided(story, june("1 16:00"))

    assert decision.facts.status is Status.WAITING
    assert [(span.status, span.start, span.end) for span in decision.facts.spans] == [
        ("on_hold", june("1 11:00"), june("1 15:00")),
        ("waiting_on_customer", june("1 15:00"), None),
    ]


@pytest.mark.parametrize("now", ["1 12:00", "1 14:00", "4 12:00", "22 12:00"])
def test_a_long_hold_never_turns_into_a_miss(now: str) -> None:
    """C31b: while paused there is what is left, and no due time."""
    story = [QUESTION, held(june("1 11:00"), None)]
    resolution = clock(decided(story, june(now), policy(resolution=2 * HOUR)), RESOLUTION)

    assert (resolution.state, resolution.breached) == (State.PAUSED, False)
    assert (resolution.due_at, resolution.left) == (None, HOUR)


def test_a_promise_missed_before_the_hold_stays_missed_and_gets_no_later() -> None:
    story = [QUESTION, held(june("1 13:00"), None)]
    resolution = clock(decided(story, june("2 16:00"), policy(resolution=2 * HOUR)), RESOLUTION)

    assert (resolution.state, resolution.breached) == (State.PAUSED, True)
    assert (resolution.due_at, resolution.late_by) == (june("1 12:00"), HOUR)


def test_what_was_solved_stands_whatever_statuses_follow() -> None:
    """C1: every reading is made of the whole log, with one answer to which time counts."""
    story = [QUESTION, set_to(june("1 12:00"), Status.SOLVED)]
    before = clock(decided(story, june("1 12:00")), RESOLUTION)

    for later in (set_to(june("2 10:00"), Status.CLOSED), archived(june("2 10:00")), replied(june("2 10:00"))):
        assert clock(decided([*story, later], june("3 10:00")), RESOLUTION) == before


def test_many_rounds_of_closing_and_reopening_count_only_the_open_time() -> None:
    """C1: five rounds of an hour's work between nights of being solved."""
    story = [wrote(june("1 09:00"))]
    for day in range(1, 6):
        story += [set_to(june(f"{day} 10:00"), Status.SOLVED), wrote(june(f"{day} 16:00"))]
    decision = decided(story, june("5 16:30"), policy(ALWAYS, resolution=100 * HOUR))

    assert clock(decision, RESOLUTION).elapsed == HOUR + 4 * 18 * HOUR + 30 * MINUTE
    assert len(clocks(decision, RESOLUTION)) == 1
