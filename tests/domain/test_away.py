"""Spam and Trash: off the board, and time that does not count."""

from __future__ import annotations

from inboxsla.domain.clock import State, Urgency
from inboxsla.domain.timeline import Status
from tests.people import (
    FIRST,
    HOUR,
    RESOLUTION,
    clock,
    decided,
    held,
    june,
    removed,
    replied,
    restored,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"))
IN_SPAM = [QUESTION, removed(june("1 11:00"))]


def test_a_thread_in_spam_shows_no_label_wakes_nobody_and_wants_no_owner() -> None:
    decision = decided(IN_SPAM, june("4 12:00"))

    assert decision.facts.away
    assert (decision.reading.urgency, decision.wake_at, decision.wants_owner) == (Urgency.NONE, None, False)
    assert decision.steps_taken == ()


def test_the_time_away_is_its_own_span_and_does_not_count() -> None:
    decision = decided([*IN_SPAM, restored(june("1 13:00"))], june("1 14:00"))

    assert not decision.facts.away
    assert (clock(decision, FIRST).elapsed, clock(decision, RESOLUTION).elapsed) == (2 * HOUR, 2 * HOUR)
    assert [(span.status, span.start, span.end) for span in decision.facts.spans] == [
        ("away", june("1 11:00"), june("1 13:00"))
    ]


def test_time_that_is_both_on_hold_and_away_is_taken_off_once() -> None:
    story = [
        QUESTION,
        held(june("1 11:00"), june("1 14:00")),
        removed(june("1 12:00")),
        restored(june("1 15:00")),
    ]
    resolution = clock(decided(story, june("1 16:00")), RESOLUTION)

    assert resolution.elapsed == 2 * HOUR


def test_a_hold_may_end_while_the_thread_is_away() -> None:
    story = [QUESTION, held(june("1 11:00"), june("1 14:00")), removed(june("1 12:00"))]
    decision = decided(story, june("1 15:00"))

    assert decision.facts.status is Status.OPEN
    assert clock(decision, RESOLUTION).state is State.PAUSED
    assert clock(decision, RESOLUTION).elapsed == HOUR


def test_new_mail_from_the_customer_brings_the_thread_back() -> None:
    """Gmail delivers it to the inbox although what came before lies in the trash."""
    decision = decided([*IN_SPAM, wrote(june("1 15:00"))], june("1 16:00"))

    assert not decision.facts.away
    assert decision.reading.urgency is not Urgency.NONE
    assert clock(decision, FIRST).elapsed == 2 * HOUR


def test_removing_or_restoring_twice_is_like_once() -> None:
    once = [*IN_SPAM, restored(june("1 13:00"))]
    twice = [*IN_SPAM, removed(june("1 12:00"), "trash"), restored(june("1 13:00")), restored(june("1 13:30"))]

    assert decided(twice, june("1 14:00")) == decided(once, june("1 14:00"))


def test_a_ticket_solved_in_the_trash_is_solved_when_it_comes_back() -> None:
    story = [*IN_SPAM, set_to(june("1 12:00"), Status.SOLVED), restored(june("1 13:00"))]
    decision = decided(story, june("1 14:00"))

    assert decision.facts.status is Status.SOLVED
    assert clock(decision, RESOLUTION).elapsed == HOUR


def test_answered_before_it_was_thrown_away_stays_answered() -> None:
    story = [QUESTION, replied(june("1 10:30")), removed(june("1 11:00"))]

    assert clock(decided(story, june("2 11:00")), FIRST).state is State.MET
