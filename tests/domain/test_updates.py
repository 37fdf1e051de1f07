"""The update promise: once answered, the customer hears from us every so often until it is over. And promises in hours of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.clock import ClockReading, State, Urgency
from inboxsla.domain.timeline import Status
from tests.people import (
    ALWAYS,
    FIRST,
    HOUR,
    MINUTE,
    NEXT,
    PAUSES,
    RESOLUTION,
    SUPPLIER,
    UPDATE,
    archived,
    bounced,
    clock,
    clocks,
    decided,
    held,
    june,
    london,
    machine_wrote,
    noted,
    policy,
    replied,
    set_to,
    unarchived,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
REPLY = replied(june("1 11:00"), source="reply")
ANSWERED = [QUESTION, REPLY]
EVERY_THREE_HOURS = policy(update=3 * HOUR)
PAUSED_WHILE_WAITING = policy(
    update=3 * HOUR, pauses={"waiting_on_customer": frozenset({RESOLUTION, UPDATE}), "on_hold": PAUSES["on_hold"]}
)


def told(reading: ClockReading) -> tuple[str, State, timedelta]:
    return reading.key, reading.state, reading.elapsed


def test_without_such_a_promise_there_is_no_such_clock() -> None:
    assert clocks(decided(ANSWERED, june("1 12:00")), UPDATE) == []


def test_it_begins_with_the_first_human_reply() -> None:
    """C11a: before that only the first response is promised, however short the updates are."""
    rules = policy(first=6 * HOUR, update=HOUR)
    waiting = decided([QUESTION, machine_wrote(june("1 10:01")), noted(june("1 10:30"))], june("1 12:30"), rules)

    assert clocks(waiting, UPDATE) == []
    assert clock(waiting, FIRST).due_at == june("1 16:00")
    update = clock(decided(ANSWERED, june("1 11:30"), rules), UPDATE)
    assert (update.key, update.started_at, update.due_at) == ("reply", june("1 11:00"), june("1 12:00"))


def test_each_reply_keeps_it_and_begins_the_next() -> None:
    story = [*ANSWERED, replied(june("1 13:00"), source="second"), replied(june("1 17:00"), source="third")]
    updates = clocks(decided(story, june("2 09:00"), EVERY_THREE_HOURS), UPDATE)

    assert [told(one) for one in updates] == [
        ("reply", State.MET, 2 * HOUR),
        ("second", State.MISSED, 4 * HOUR),
        ("third", State.RUNNING, 0 * HOUR),
    ]


def test_it_runs_on_when_the_customer_writes_in_between() -> None:
    story = [*ANSWERED, wrote(june("1 12:00"))]
    decision = decided(story, june("1 13:00"), EVERY_THREE_HOURS)

    assert told(clock(decision, UPDATE)) == ("reply", State.RUNNING, 2 * HOUR)
    assert clock(decision, NEXT).elapsed == HOUR


@pytest.mark.parametrize(
    "happened",
    [noted(june("1 13:00")), machine_wrote(june("1 13:00")), replied(june("1 13:00"), to=[SUPPLIER])],
    ids=["a note", "a machine's mail", "a mail to somebody else"],
)
def test_what_the_customer_does_not_hear_is_no_update(happened) -> None:
    update = clock(decided([*ANSWERED, happened], june("1 13:30"), EVERY_THREE_HOURS), UPDATE)

    assert told(update) == ("reply", State.RUNNING, 2.5 * HOUR)


def test_an_update_that_never_arrived_is_none() -> None:
    lost = replied(june("1 13:00"), source="lost")
    story = [*ANSWERED, lost, bounced(june("1 13:01"), of=lost)]

    assert told(clock(decided(story, june("1 13:30"), EVERY_THREE_HOURS), UPDATE)) == (
        "reply", State.RUNNING, 2.5 * HOUR
    )  # fmt: skip


def test_it_pauses_as_the_policy_says() -> None:
    running = clock(decided(ANSWERED, june("2 11:00"), EVERY_THREE_HOURS), UPDATE)
    paused = clock(decided(ANSWERED, june("2 11:00"), PAUSED_WHILE_WAITING), UPDATE)

    assert (running.state, running.breached) == (State.RUNNING, True)
    assert (paused.state, paused.breached, paused.left) == (State.PAUSED, False, 3 * HOUR)


def test_it_goes_on_when_the_customer_answers() -> None:
    story = [*ANSWERED, wrote(june("2 10:00"))]

    assert clock(decided(story, june("2 11:00"), PAUSED_WHILE_WAITING), UPDATE).due_at == june("2 13:00")


def test_the_policy_says_whether_a_hold_pauses_it() -> None:
    story = [*ANSWERED, held(june("1 12:00"), june("4 12:00"))]

    assert clock(decided(story, june("1 13:00"), EVERY_THREE_HOURS), UPDATE).state is State.RUNNING
    quiet = policy(update=3 * HOUR, pauses={"on_hold": frozenset({UPDATE})})
    assert clock(decided(story, june("1 13:00"), quiet), UPDATE).state is State.PAUSED


@pytest.mark.parametrize("over", [archived(june("1 12:00")), set_to(june("1 12:00"), Status.CLOSED)])
def test_it_ends_with_the_ticket_neither_kept_nor_missed(over) -> None:
    decision = decided([*ANSWERED, over], june("9 12:00"), EVERY_THREE_HOURS)

    update = clock(decision, UPDATE)
    assert (update.state, update.breached, update.elapsed) == (State.CLOSED_WITHOUT_REPLY, False, HOUR)
    assert decision.reading.urgency is Urgency.MET


def test_one_that_was_missed_before_the_end_stays_missed() -> None:
    decision = decided([*ANSWERED, archived(june("1 15:00"))], june("9 12:00"), EVERY_THREE_HOURS)

    assert (clock(decision, UPDATE).breached, clock(decision, UPDATE).late_by) == (True, HOUR)
    assert decision.reading.urgency is Urgency.NONE


def test_a_reply_on_what_is_over_promises_no_update() -> None:
    story = [*ANSWERED, archived(june("1 12:00")), replied(june("1 13:00"))]

    assert len(clocks(decided(story, june("1 14:00"), EVERY_THREE_HOURS), UPDATE)) == 1


@pytest.mark.parametrize("again", [wrote(june("2 10:00"), source="again"), unarchived(june("2 10:00"))])
def test_reopening_begins_it_anew(again) -> None:
    story = [*ANSWERED, archived(june("1 12:00")), again]

    assert told(clock(decided(story, june("2 11:00"), EVERY_THREE_HOURS), UPDATE)) == (
        again.source, State.RUNNING, HOUR
    )  # fmt: skip


def test_reopening_what_was_never_answered_promises_no_update() -> None:
    story = [QUESTION, archived(june("1 12:00")), wrote(june("2 10:00"))]

    assert clocks(decided(story, june("2 11:00"), EVERY_THREE_HOURS), UPDATE) == []


def test_a_conversation_that_staff_began_has_updates_once_the_customer_was_answered() -> None:
    begun = [replied(june("1 09:30")), wrote(june("1 10:00"))]

    assert clocks(decided(begun, june("1 11:00"), EVERY_THREE_HOURS), UPDATE) == []
    answered = decided([*begun, replied(june("1 11:00"), source="answer")], june("1 12:00"), EVERY_THREE_HOURS)
    assert told(clock(answered, UPDATE)) == ("answer", State.RUNNING, HOUR)


# Promises in hours of their own

AROUND_THE_CLOCK = policy(first=HOUR, resolution=12 * HOUR, calendars={RESOLUTION: ALWAYS})
FRIDAY_EVENING = wrote(london("2026-06-05 18:30"))


def test_a_promise_may_count_around_the_clock_beside_one_in_office_hours() -> None:
    decision = decided([FRIDAY_EVENING], june("5 20:00"), AROUND_THE_CLOCK)

    assert (clock(decision, FIRST).due_at, clock(decision, FIRST).elapsed) == (june("8 10:00"), 0 * HOUR)
    assert (clock(decision, RESOLUTION).due_at, clock(decision, RESOLUTION).elapsed) == (june("6 06:30"), 90 * MINUTE)


def test_pauses_and_lateness_count_in_the_promises_own_hours() -> None:
    story = [FRIDAY_EVENING, held(june("5 19:30"), june("6 07:30"))]
    resolution = clock(decided(story, june("6 20:30"), AROUND_THE_CLOCK), RESOLUTION)

    assert (resolution.due_at, resolution.late_by) == (june("6 18:30"), 2 * HOUR)


def test_steps_of_a_promise_that_counts_around_the_clock_never_wait_for_opening_hours() -> None:
    decision = decided([FRIDAY_EVENING], june("6 03:30"), AROUND_THE_CLOCK)

    assert [(act.metric, act.percent, act.always_on) for act in decision.acts] == [(RESOLUTION, 75, True)]
    office = decided([FRIDAY_EVENING], june("8 09:45"), policy(first=HOUR, resolution=None))
    assert [(act.percent, act.always_on) for act in office.acts] == [(75, False)]


def test_the_ticket_wakes_for_whichever_comes_first() -> None:
    assert decided([FRIDAY_EVENING], june("5 19:00"), AROUND_THE_CLOCK).wake_at == june("6 00:30")
