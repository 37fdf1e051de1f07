"""Solving, archiving, and what happens when it was not over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from inboxsla.domain.clock import State, Urgency
from inboxsla.domain.timeline import Event, Status
from tests.people import (
    FIRST,
    HOUR,
    JONAS,
    NEXT,
    RESOLUTION,
    archived,
    assigned,
    clock,
    clocks,
    decided,
    held,
    june,
    policy,
    replied,
    set_to,
    unarchived,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
SOLVED = [QUESTION, replied(june("1 11:00")), set_to(june("1 12:00"), Status.SOLVED)]


def test_archiving_the_thread_solves_the_ticket() -> None:
    decision = decided([QUESTION, replied(june("1 11:00")), archived(june("1 12:00"))], june("1 13:00"))

    assert decision.facts.status is Status.SOLVED
    assert clock(decision, RESOLUTION).state is State.MET
    assert decision.wake_at is None
    assert not decision.wants_owner


def test_archiving_solves_nothing_where_the_policy_says_so() -> None:
    decision = decided([QUESTION, archived(june("1 12:00"))], june("1 13:00"), policy(archiving_solves=False))

    assert decision.facts.status is Status.OPEN
    assert clock(decision, FIRST).state is State.RUNNING


@pytest.mark.parametrize("over", [archived, lambda at: set_to(at, Status.SOLVED), lambda at: set_to(at, Status.CLOSED)])
def test_mail_from_the_customer_reopens(over: Callable[[datetime], Event]) -> None:
    story = [*SOLVED[:2], over(june("1 12:00")), wrote(june("2 10:00"), source="again")]
    decision = decided(story, june("2 11:00"))

    assert decision.facts.status is Status.OPEN
    assert (clock(decision, NEXT).key, clock(decision, NEXT).elapsed) == ("again", HOUR)


def test_reopening_resumes_resolution_and_the_solved_gap_is_a_span_of_its_own() -> None:
    """C47: neither counted nor taken for a pause."""
    decision = decided([*SOLVED, wrote(june("3 10:00"))], june("3 11:00"))

    assert len(clocks(decision, RESOLUTION)) == 1
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR  # an hour before the reply, an hour now
    assert [(span.status, span.start, span.end) for span in decision.facts.spans] == [
        ("waiting_on_customer", june("1 11:00"), june("1 12:00")),
        ("solved", june("1 12:00"), june("3 10:00")),
    ]


def test_reopening_restarts_resolution_where_the_policy_says_so() -> None:
    rules = policy(reopening="restart")
    decision = decided([*SOLVED, wrote(june("3 10:00"), source="again")], june("3 11:00"), rules)

    first, second = clocks(decision, RESOLUTION)
    assert (first.key, first.state, first.elapsed) == ("question", State.MET, HOUR)
    assert (second.key, second.state, second.elapsed) == ("again", State.RUNNING, HOUR)


def test_reopening_a_ticket_that_was_never_answered_promises_the_next_response() -> None:
    story = [QUESTION, archived(june("1 11:00")), wrote(june("2 10:00"), source="again")]
    decision = decided(story, june("2 11:00"))

    assert clock(decision, FIRST).state is State.CLOSED_WITHOUT_REPLY
    assert clock(decision, NEXT).key == "again"
    assert decision.facts.waiting_since == june("2 10:00")


def test_moving_an_unanswered_thread_back_to_the_inbox_starts_the_wait_anew() -> None:
    story = [QUESTION, archived(june("1 11:00")), unarchived(june("1 12:00"))]
    decision = decided(story, june("1 13:00"))

    assert decision.facts.status is Status.OPEN
    assert clock(decision, NEXT).started_at == june("1 12:00")
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR


def test_moving_an_answered_thread_back_to_the_inbox_promises_no_response() -> None:
    decision = decided([*SOLVED, unarchived(june("1 14:00"))], june("1 15:00"))

    assert clocks(decision, NEXT) == []
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR


def test_moving_a_thread_to_the_inbox_that_was_open_all_along_changes_nothing() -> None:
    story = [QUESTION, replied(june("1 11:00"))]
    assert decided([*story, unarchived(june("1 12:00"))], june("1 13:00")) == decided(story, june("1 13:00"))


def test_a_reply_after_solving_leaves_it_solved() -> None:
    decision = decided([*SOLVED, replied(june("1 13:00"))], june("1 14:00"))

    assert decision.facts.status is Status.SOLVED
    assert clock(decision, RESOLUTION).ended_at == june("1 12:00")


def test_a_solved_ticket_may_be_put_on_hold_or_waiting_and_is_then_open_work_again() -> None:
    for status in (Status.ON_HOLD, Status.WAITING, Status.OPEN):
        decision = decided([*SOLVED, set_to(june("1 14:00"), status)], june("1 15:00"))
        assert decision.facts.status is status
        assert clock(decision, RESOLUTION).state is (State.RUNNING if status is Status.OPEN else State.PAUSED)


def test_reopening_after_a_hold_that_was_solved_forgets_the_hold() -> None:
    story = [QUESTION, held(june("1 11:00"), june("4 11:00")), archived(june("1 12:00")), wrote(june("2 10:00"))]
    decision = decided(story, june("2 11:00"))

    assert decision.facts.hold_until is None
    assert decision.facts.status is Status.OPEN
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR


def test_a_staff_thread_that_was_archived_waits_again_when_it_is_taken_up() -> None:
    story = [replied(june("1 09:30")), archived(june("1 10:00")), unarchived(june("1 11:00"))]

    assert decided(story[:2], june("1 10:30")).facts.status is Status.SOLVED
    assert decided(story, june("1 12:00")).facts.status is Status.WAITING
    assert decided(story, june("1 12:00")).reading.clocks == ()


def test_what_is_not_a_ticket_has_no_label_no_wake_and_no_clock_for_new_mail() -> None:
    story = [
        QUESTION,
        set_to(june("1 11:00"), Status.NOT_A_TICKET),
        wrote(june("1 12:00")),
        unarchived(june("1 13:00")),
    ]
    decision = decided(story, june("1 14:00"))

    assert decision.facts.status is Status.NOT_A_TICKET
    assert (decision.reading.urgency, decision.wake_at, decision.wants_owner) == (Urgency.NONE, None, False)
    assert len(decision.reading.clocks) == 2


def test_a_ticket_after_all_goes_on_with_the_promise_it_had() -> None:
    mistaken = set_to(june("1 11:00"), Status.NOT_A_TICKET)
    story = [QUESTION, mistaken, wrote(june("1 11:30")), set_to(june("1 12:00"), Status.OPEN)]
    decision = decided(story, june("1 13:00"))

    assert clocks(decision, NEXT) == []
    assert (clock(decision, FIRST).state, clock(decision, FIRST).elapsed) == (State.RUNNING, 2 * HOUR)
    assert decision.facts.waiting_since == june("1 10:00")


@pytest.mark.parametrize("touch", [replied(june("1 12:30")), set_to(june("1 12:30"), Status.OPEN)])
def test_what_staff_did_last_is_known(touch: Event) -> None:
    """Whoever touched a ticket since the last step keeps it (DESIGN §5.17)."""
    story = [QUESTION, assigned(june("1 10:05"), JONAS), touch, wrote(june("1 14:00"))]
    assert decided(story, june("1 15:00")).facts.last_touched == june("1 12:30")
