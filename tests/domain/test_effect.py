"""What another policy would mean for a ticket at once, and the example that shows it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import Urgency
from inboxsla.domain.effect import NO_CLOCK_READS, Counting, Move, Outlook, outlook
from inboxsla.domain.examples import Example, example
from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Event
from tests import people
from tests.domain.stories import LATER, pace, policies, stories
from tests.laws import law_of
from tests.people import (
    ALWAYS,
    FIRST,
    HOUR,
    LONG_AGO,
    MINUTE,
    OFFICE_HOURS,
    RESOLUTION,
    governed,
    june,
    policy,
)

# Monday.
NOW = june("1 10:00")
NEXT = 9


@law_of(stories(), policies(), policies(), pace)
def test_clocks_alone_say_what_deciding_would_say_once_the_policy_is_saved(
    story: list[Event], rules: Policy, other: Policy, later: timedelta
) -> None:
    now = story[-1].happened_at + later
    versions = {**LATER, NEXT: other}
    saved = governed(now, NEXT)
    decided = people.decided([*story, saved], now, rules, LONG_AGO, versions).reading

    found = outlook([*(event for event in story if event.kind not in NO_CLOCK_READS), saved], rules, now, versions)

    assert found == Outlook(decided.urgency, decided.worst.due_at if decided.worst else None)


def test_moves_are_told_the_gravest_first_and_what_is_late_by_how_long_it_has_been_due() -> None:
    counting = Counting()
    for number, before, after, due in (
        (1, Urgency.LOW, Urgency.LOW, None),
        (2, Urgency.URGENT, Urgency.OVERDUE, NOW - HOUR),
        (3, Urgency.LOW, Urgency.OVERDUE, NOW - 2 * HOUR),
        (4, Urgency.URGENT, Urgency.OVERDUE, NOW - MINUTE),
        (5, Urgency.OVERDUE, Urgency.MEDIUM, NOW + HOUR),
    ):
        counting.add(number, before, Outlook(after, due), NOW)

    assert counting.told() == (
        Move(Urgency.URGENT, Urgency.OVERDUE, 2),
        Move(Urgency.LOW, Urgency.OVERDUE, 1),
        Move(Urgency.OVERDUE, Urgency.MEDIUM, 1),
    )
    assert [move.is_more_urgent for move in counting.told()] == [True, True, False]
    assert counting.first_overdue() == [3, 2, 4]


def due(wall: str) -> datetime:
    return june(wall)


def test_an_example_is_a_friday_afternoon_because_everybody_knows_what_a_weekend_does() -> None:
    old, new = policy(urgent_matters={FIRST: 4 * HOUR}), policy(urgent_matters={FIRST: 3 * HOUR})

    assert example(old, new, NOW) == Example(
        FIRST, "high", due("5 15:30"), "Europe/London", due("8 11:30"), due("8 10:30")
    )


def test_an_example_of_a_new_holiday_lies_on_the_day_before_it() -> None:
    closed = BusinessCalendar("Europe/London", OFFICE_HOURS, holidays=["2026-06-24"])

    found = example(policy(), policy(closed), NOW)

    assert (found.metric, found.priority, found.at) == (FIRST, "normal", due("23 15:30"))
    assert (found.before, found.after) == (due("24 11:30"), due("25 11:30"))


@pytest.mark.parametrize(
    ("hours", "at"),
    [
        # Shut at half past three: shortly before closing time.
        ({"tue": [("08:00", "12:00")], "fri": [("08:00", "12:00")]}, "5 10:30"),
        # Shut on Fridays: the next day on which somebody is there.
        ({"tue": [("09:00", "17:00")]}, "2 15:30"),
        ({"thu": [("09:00", "10:00")]}, "4 09:00"),
    ],
)
def test_an_example_comes_in_while_somebody_is_there(hours: dict[str, list[tuple[str, str]]], at: str) -> None:
    calendar = BusinessCalendar("Europe/London", hours)

    assert example(policy(calendar), policy(calendar, first=HOUR), NOW).at == due(at)


def test_an_example_shows_what_changed_also_where_it_is_no_length() -> None:
    hours = example(policy(), policy(calendars={RESOLUTION: ALWAYS}), NOW)
    gone = example(policy(first=None), policy(first=HOUR), NOW)
    new = example(None, policy(), NOW)

    assert (hours.metric, hours.after) == (RESOLUTION, due("6 15:30"))
    assert (gone.metric, gone.before, gone.after) == (FIRST, None, due("5 16:30"))
    assert (new.metric, new.priority, new.before) == (FIRST, "normal", None)


def test_a_promise_that_never_comes_due_has_no_time() -> None:
    fading = BusinessCalendar("Europe/London", {}, special_days={"2026-06-05": [("09:00", "17:00")]})

    assert example(policy(), policy(fading), NOW).after is None
