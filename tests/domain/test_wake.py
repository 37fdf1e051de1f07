"""The next instant at which time alone changes something."""

from __future__ import annotations

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import Urgency
from tests.people import (
    FIRST,
    LONDON,
    MINUTE,
    OFFICE_HOURS,
    clock,
    decided,
    held,
    june,
    policy,
    replied,
    wrote,
)

QUESTION = wrote(june("1 10:00"))
FIRST_ONLY = policy(resolution=None)


def test_it_walks_through_thresholds_and_steps_and_then_there_is_none() -> None:
    events, now, wakes = [QUESTION], june("1 10:00"), []
    while True:
        decision = decided(events, now, FIRST_ONLY)
        events += decision.steps_taken
        if decision.wake_at is None:
            break
        assert decision.wake_at > now
        wakes.append(decision.wake_at)
        now = decision.wake_at

    assert wakes == [june("1 12:00"), june("1 13:00"), june("1 13:36"), june("1 14:00")]


def test_it_is_the_earliest_over_all_clocks() -> None:
    rules = policy(first=10 * 60 * MINUTE, resolution=2 * 60 * MINUTE)

    assert decided([QUESTION], june("1 10:00"), rules).wake_at == june("1 11:00")


def test_nothing_wakes_a_ticket_that_waits_for_the_customer() -> None:
    assert decided([QUESTION, replied(june("1 11:00"))], june("1 11:00")).wake_at is None


def test_a_holds_end_wakes_it() -> None:
    story = [QUESTION, replied(june("1 11:00")), held(june("1 12:00"), june("6 11:30"))]

    assert decided(story, june("1 13:00")).wake_at == june("6 11:30")


def test_closed_hours_are_slept_through() -> None:
    assert decided([wrote(june("5 16:00"))], june("5 16:00"), FIRST_ONLY).wake_at == june("8 10:00")
    closed_monday = policy(BusinessCalendar(LONDON, OFFICE_HOURS, ["2026-06-08"]), resolution=None)
    assert decided([wrote(june("5 16:00"))], june("5 16:00"), closed_monday).wake_at == june("9 10:00")


def test_mail_dated_ahead_of_our_clock_counts_when_its_time_has_come() -> None:
    """Gmail's clock and ours differ by seconds; without a wake such a ticket would never start."""
    early = decided([QUESTION], june("1 09:59"))
    assert early.reading.clocks == ()
    assert early.reading.urgency is Urgency.NONE
    assert early.wake_at == june("1 10:00")

    assert clock(decided([QUESTION], june("1 10:00")), FIRST).elapsed == 0 * MINUTE


def test_a_reply_dated_ahead_of_our_clock_stops_nothing_before_its_time() -> None:
    story = [QUESTION, replied(june("1 11:00"))]

    assert decided(story, june("1 10:59")).wake_at == june("1 11:00")
