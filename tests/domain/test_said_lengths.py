"""The lengths beside the spans from start to due: they make up the promise and agree with the time left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.policy import Policy
from inboxsla.domain.ticket_view import said_lengths
from inboxsla.domain.timeline import Event
from tests.domain.test_ticket_view import QUESTION, SECOND, view
from tests.people import HOUR, MINUTE, june, policy, replied, wrote


def counted_and_left(story: Sequence[Event], now: datetime, rules: Policy) -> list[tuple[str, int | None]]:
    (clock,) = view(story, now, rules).clocks
    lengths = said_lengths(clock)
    return [(s.kind, None if a is None else a // MINUTE) for s, a in zip(clock.why, lengths, strict=True)]


FOUR_MINUTES = policy(first=4 * MINUTE, resolution=None)


@pytest.mark.parametrize(
    ("seconds", "counted", "left"), [(20, 0, 3), (60, 1, 3), (61, 2, 2), (180, 3, 1), (181, 3, 0), (239, 3, 0)]
)
def test_what_is_counted_and_what_is_left_make_up_the_promise(seconds: int, counted: int, left: int) -> None:
    now = june("1 10:00") + seconds * SECOND

    assert counted_and_left([QUESTION], now, FOUR_MINUTES) == [("counted", counted), ("left", left)]


def test_an_ended_clock_explains_itself_with_the_lengths_it_says() -> None:
    story = [QUESTION, replied(june("1 10:00") + 20 * SECOND)]

    assert counted_and_left(story, june("2 12:00"), FOUR_MINUTES) == [("counted", 1), ("left", 3)]


def test_time_that_does_not_count_has_no_length() -> None:
    rules = policy(first=2 * HOUR, resolution=None)

    assert counted_and_left([wrote(june("1 16:00"))], june("1 16:30"), rules) == [
        ("counted", 30),
        ("left", 30),
        ("closed", None),
        ("left", 60),
    ]


@given(asked=st.integers(0, 8 * 3600), waited=st.integers(0, 30 * 3600), minutes=st.integers(1, 600))
def test_the_parts_of_a_promise_never_say_more_than_it_and_agree_with_the_time_left(
    asked: int, waited: int, minutes: int
) -> None:
    start = june("1 09:00") + asked * SECOND
    (clock,) = view([wrote(start)], start + waited * SECOND, policy(first=minutes * MINUTE, resolution=None)).clocks
    parts = [(s, a) for s, a in zip(clock.why, said_lengths(clock), strict=True) if a is not None]
    small = sum(span.length < MINUTE for span, _ in parts)
    whole = sum((a for _, a in parts), timedelta())

    assert minutes * MINUTE - small * MINUTE <= whole <= minutes * MINUTE
    assert (whole == minutes * MINUTE) is (small == 0)
    assert all((a < MINUTE) is (span.length < MINUTE) for span, a in parts)
    if not small:
        left = sum((a for span, a in parts if span.kind == "left"), timedelta())
        assert left == max(clock.reading.left, timedelta()) // MINUTE * MINUTE
