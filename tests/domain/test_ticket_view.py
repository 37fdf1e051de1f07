"""How much time is left, in words, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from inboxsla.domain.policy import Policy
from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import ClockView, TicketView, TimeLeft, name_of, time_left
from inboxsla.domain.timeline import Event, Status
from inboxsla.domain.why import clock_views
from tests.people import (
    ALWAYS,
    ANA,
    FIRST,
    HOUR,
    LONDON,
    MINUTE,
    NAMES,
    RESOLUTION,
    archived,
    decided,
    held,
    june,
    policy,
    replied,
    set_to,
    wrote,
)

SAY = English(LONDON)
QUESTION = wrote(june("1 10:00"))
SECOND = timedelta(seconds=1)


def view(story: Sequence[Event], now: datetime, rules: Policy | None = None) -> TicketView:
    rules = rules or policy()
    decision = decided(story, now, rules)
    clocks = clock_views(decision.facts, decision.reading, rules, now)
    return TicketView(
        id=1,
        version=1,
        mailbox="support@lumenvelo.example",
        thread_id="18c2f",
        subject="Refund",
        requester="zofia@example.org",
        requester_name="Zofia Wiśniewska",
        owner=None,
        owner_name=None,
        status=decision.facts.status,
        priority=decision.facts.priority,
        urgency=decision.reading.urgency,
        breached=decision.reading.breached,
        clocks=clocks,
        worst=next((clock for clock in clocks if clock.reading is decision.reading.worst), None),
        waiting_since=decision.facts.waiting_since,
        last_activity=decision.facts.last_activity,
        opened_at=june("1 10:00"),
        hold_until=decision.facts.hold_until,
        status_reason=decision.facts.status_reason,
        policy_name=rules.name,
        policy_version=1,
        now=now,
    )


def spoken(found: TicketView) -> tuple[str, str]:
    """What is said, with plain spaces for reading."""
    left: TimeLeft = time_left(found, SAY)
    return left.head.replace("\u00a0", " "), left.detail.replace("\u00a0", " ")


def said(story: Sequence[Event], now: datetime, rules: Policy | None = None) -> tuple[str, str]:
    return spoken(view(story, now, rules))


@pytest.mark.parametrize(
    ("now", "head", "detail"),
    [
        (june("1 10:00"), "4 h left", "due 14:00 BST"),
        (june("1 12:25"), "1 h 35 min left", "due 14:00 BST"),
        (june("1 13:18"), "42 min left", "due 14:00 BST"),
        (june("1 13:18") + SECOND, "41 min left", "due 14:00 BST"),
        (june("1 13:59"), "1 min left", "due 14:00 BST"),
        (june("1 13:59") + SECOND, "less than a minute left", "due 14:00 BST"),
        (june("1 14:00"), "less than a minute over", "was due 14:00 BST"),
        (june("1 14:01"), "1 min over", "was due 14:00 BST"),
        (june("1 14:01") + SECOND, "2 min over", "was due 14:00 BST"),
        (june("1 14:59") + SECOND, "1 h over", "was due 14:00 BST"),
        (june("1 17:00"), "3 h over", "was due 14:00 BST"),
        (june("2 08:00"), "3 h over", "was due Mon 14:00 BST"),
        (june("2 09:03"), "3 h 3 min over", "was due Mon 14:00 BST"),
        (june("4 13:58") + SECOND, "23 h 59 min over", "was due Mon 14:00 BST"),
        (june("4 14:00"), "3 days over", "was due Mon 14:00 BST"),
        (june("4 14:01"), "3 days 1 h over", "was due Mon 14:00 BST"),
        (june("9 13:00") + SECOND, "6 days over", "was due 1 Jun 14:00 BST"),
    ],
)
def test_minutes_round_down_while_there_is_time_and_up_once_there_is_none(
    now: datetime, head: str, detail: str
) -> None:
    assert said([QUESTION], now) == (head, detail)


def test_what_is_due_another_day_says_the_day_first() -> None:
    assert said([wrote(june("1 15:00"))], june("1 15:30")) == ("Due Tue 11:00 BST", "3 h 30 min left")
    far = policy(first=None, resolution=64 * HOUR)
    assert said([QUESTION], june("1 11:00"), far) == ("Due 11 Jun 10:00 BST", "7 days 7 h left")


def test_a_day_is_what_the_timers_own_calendar_opens_for() -> None:
    assert said([QUESTION], june("1 10:00"), policy(first=None)) == ("Due Thu 10:00 BST", "3 days left")
    around_the_clock = policy(ALWAYS, first=None, resolution=64 * HOUR)
    assert said([QUESTION], june("1 11:00"), around_the_clock) == ("Due Thu 02:00 BST", "2 days 15 h left")
    assert said([QUESTION], june("5 02:01"), around_the_clock)[0] == "1 day 1 h over"
    both = policy(first=30 * HOUR, resolution=None, calendars={FIRST: ALWAYS})
    assert said([QUESTION], june("1 10:00"), both) == ("Due Tue 16:00 BST", "1 day 6 h left")


def test_a_hold_says_until_when_and_what_it_leaves() -> None:
    story = [QUESTION, replied(june("1 10:30")), held(june("1 11:00"), june("4 09:00"))]

    assert said(story, june("1 12:00")) == ("On hold until Thu 09:00 BST", "23 h 30 min left when it resumes")


def test_a_missed_promise_on_hold_says_how_late_it_was() -> None:
    story = [QUESTION, held(june("1 13:00"), june("4 09:00"))]
    rules = policy(first=None, resolution=HOUR)

    assert said(story, june("2 12:00"), rules) == ("On hold until Thu 09:00 BST", "2 h over")


def test_waiting_on_the_customer_is_paused_without_a_date() -> None:
    assert said([QUESTION, replied(june("1 11:00"))], june("3 12:00")) == ("Paused", "23 h left when it resumes")


def test_a_missed_promise_that_waits_on_the_customer_says_how_late_it_was() -> None:
    story = [QUESTION, set_to(june("1 13:00"), Status.WAITING)]

    assert said(story, june("2 12:00"), policy(first=None, resolution=HOUR)) == ("Paused", "2 h over")


def test_a_clock_that_the_hold_does_not_pause_says_its_own_time() -> None:
    assert said([QUESTION, held(june("1 11:00"), june("4 09:00"))], june("1 12:00")) == ("2 h left", "due 14:00 BST")


def test_what_is_answered_says_how_fast_it_was() -> None:
    rules = policy(resolution=None)

    assert said([QUESTION, replied(june("1 10:38"))], june("2 12:00"), rules) == (
        "Answered in 38 min",
        "3 h 22 min to spare",
    )
    late = [QUESTION, replied(june("1 14:00") + SECOND)]
    assert said(late, june("2 12:00"), rules) == ("Answered in 4 h", "less than a minute over")


@pytest.mark.parametrize(
    ("seconds", "head", "detail"),
    [
        (20, "Answered in 1 min", "3 min to spare"),
        (100, "Answered in 2 min", "2 min to spare"),
        (120, "Answered in 2 min", "2 min to spare"),
        (220, "Answered in 3 min", "less than a minute to spare"),
        (270, "Answered in 4 min", "less than a minute over"),
        (300, "Answered in 5 min", "1 min over"),
        (359, "Answered in 6 min", "2 min over"),
    ],
)
def test_how_fast_and_what_was_to_spare_add_up(seconds: int, head: str, detail: str) -> None:
    rules = policy(first=4 * MINUTE, resolution=None)

    assert said([QUESTION, replied(june("1 10:00") + seconds * SECOND)], june("2 12:00"), rules) == (head, detail)


@pytest.mark.parametrize(
    ("hours", "head", "detail"),
    [
        (30.4, "Answered in 1 day 7 h", "1 day 17 h to spare"),
        (50.4, "Answered in 2 days 3 h", "21 h 36 min to spare"),
        (100.4, "Answered in 4 days 5 h", "1 day 5 h over"),
    ],
)
def test_days_are_rounded_so_that_they_add_up_too(hours: float, head: str, detail: str) -> None:
    rules = policy(ALWAYS, first=72 * HOUR, resolution=None)

    assert said([QUESTION, replied(june("1 10:00") + hours * HOUR)], june("9 12:00"), rules) == (head, detail)


def test_what_is_over_says_since_when_and_how_it_went() -> None:
    solved = view([QUESTION, archived(june("1 11:00"))], june("1 12:00"))
    assert spoken(solved) == ("Solved", "Solved in 1 h, 23 h to spare")
    since = replace(solved, over_since=june("1 11:00"))
    assert spoken(since) == ("Solved 11:00 BST", "Solved in 1 h, 23 h to spare")
    answered = [QUESTION, replied(june("1 10:38")), archived(june("1 11:00"))]
    assert said(answered, june("1 12:00")) == ("Solved", "Answered in 38 min, 3 h 22 min to spare")
    assert said([QUESTION, set_to(june("1 11:00"), Status.NOT_A_TICKET)], june("1 12:00")) == ("Not a ticket", "")
    assert said([replied(june("1 09:00"))], june("1 12:00")) == ("No timer runs", "")


def test_what_is_read_from_a_file_is_said_with_its_date() -> None:
    past = june("1 12:00")
    running = replace(view([QUESTION], past), as_of=past)
    solved = replace(view([QUESTION, archived(june("1 11:00"))], past), as_of=past, over_since=june("1 11:00"))

    assert spoken(running) == ("Due 1 Jun 2026 14:00 BST", "2 h left")
    assert spoken(solved)[0] == "Solved 1 Jun 2026 11:00 BST"


def test_the_next_due_time_is_the_earliest_of_the_clocks_that_run() -> None:
    assert view([QUESTION], june("1 11:00")).next_due == june("1 14:00")
    assert view([QUESTION, replied(june("1 11:00"))], june("1 12:00")).next_due is None


def why(found: TicketView, index: int) -> list[tuple[str, datetime, datetime, timedelta]]:
    clock: ClockView = found.clocks[index]
    return [(piece.kind, piece.start, piece.end, piece.length) for piece in clock.why]


def test_the_why_strip_tells_counted_closed_paused_and_left_apart() -> None:
    story = [wrote(june("1 15:00")), held(june("1 16:00"), june("2 10:00"))]
    found = view(story, june("2 11:00"), policy(first=None, resolution=3 * HOUR))

    assert why(found, 0) == [
        ("counted", june("1 15:00"), june("1 16:00"), HOUR),
        ("paused", june("1 16:00"), june("2 10:00"), 2 * HOUR),
        ("counted", june("2 10:00"), june("2 11:00"), HOUR),
        ("left", june("2 11:00"), june("2 12:00"), HOUR),
    ]


def test_the_why_strip_shows_closed_hours_and_ends_at_the_due_instant() -> None:
    found = view([wrote(june("5 16:00"))], june("9 12:00"), policy(first=None, resolution=3 * HOUR))

    assert why(found, 0) == [
        ("counted", june("5 16:00"), june("5 17:00"), HOUR),
        ("closed", june("5 17:00"), june("8 09:00"), 0 * HOUR),
        ("counted", june("8 09:00"), june("8 11:00"), 2 * HOUR),
    ]


def test_the_why_strip_of_an_answered_promise_keeps_its_due_instant_whatever_follows() -> None:
    answered = [QUESTION, replied(june("1 11:00"))]
    expected = [
        ("counted", june("1 10:00"), june("1 11:00"), HOUR),
        ("left", june("1 11:00"), june("1 14:00"), 3 * HOUR),
    ]
    everything_pauses = policy(pauses={"waiting_on_customer": frozenset({FIRST, RESOLUTION})})

    assert why(view(answered, june("2 12:00")), 1) == expected
    assert why(view(answered, june("2 12:00"), everything_pauses), 1) == expected


def test_steps_say_when_they_come_and_what_became_of_them() -> None:
    story = [QUESTION, *decided([QUESTION], june("1 13:00")).steps_taken]
    first = view(story, june("1 13:10")).clocks[1]

    assert first.name == "First response"
    assert [(step.percent, step.instant, step.outcome) for step in first.steps] == [
        (75, june("1 13:00"), "acted"),
        (90, june("1 13:36"), None),
        (100, june("1 14:00"), None),
    ]


def test_steps_of_a_paused_clock_have_no_instant() -> None:
    story = [QUESTION, held(june("1 11:00"), None)]
    resolution = view(story, june("1 11:30")).clocks[0]

    assert [step.instant for step in resolution.steps] == [None, None, None]


def test_people_are_called_by_name_and_strangers_by_address() -> None:
    assert name_of(ANA, NAMES) == "Ana Ruiz"
    assert name_of("else@lumenvelo.example", NAMES) == "else@lumenvelo.example"
    assert name_of(None, NAMES) is None
