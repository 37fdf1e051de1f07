from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.durations import NBSP, parse_duration, words

EIGHT_HOURS = timedelta(hours=8)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2h 30m", timedelta(hours=2, minutes=30)),
        ("2h30m", timedelta(hours=2, minutes=30)),
        ("4 hours, 5 minutes", timedelta(hours=4, minutes=5)),
        ("45m", timedelta(minutes=45)),
        ("90s", timedelta(seconds=90)),
        ("1.5 h", timedelta(minutes=90)),
        ("1,5 h", timedelta(minutes=90)),
        ("2:30", timedelta(hours=2, minutes=30)),
        ("  1 HR ", timedelta(hours=1)),
        ("0.1 s", timedelta(milliseconds=100)),
        ("0m", timedelta()),
        ("3 business days", timedelta(hours=24)),
        ("1 working day 2h", timedelta(hours=10)),
        ("2 days", timedelta(hours=16)),
        ("0.5d", timedelta(hours=4)),
    ],
)
def test_lengths_are_read_as_people_write_them(written: str, meant: timedelta):
    assert parse_duration(written, EIGHT_HOURS) == meant


def test_without_a_business_day_a_day_has_24_hours():
    assert parse_duration("30 days") == timedelta(days=30)
    assert parse_duration("2 weeks") == timedelta(days=14)


@pytest.mark.parametrize(
    "written", ["dayz", "4", "-4h", "4 dayz", "h", "4h oops", "2:75", "1..5h", "٣h and", "4hh", "1e9h"]
)
def test_anything_else_is_refused_with_an_example_of_how_it_looks_right(written: str):
    with pytest.raises(ValueError, match="is not a time we know. Write for example 45m"):
        parse_duration(written, EIGHT_HOURS)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "no length"),
        ("999999999 weeks", "longer than a calendar"),
        ("3 business days", "not counted in opening hours"),
    ],
)
def test_lengths_that_make_no_sense_are_refused_too(written: str, reason: str):
    with pytest.raises(ValueError, match=reason):
        parse_duration(written)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_but_never_crashes(text: str):
    with suppress(ValueError):
        assert parse_duration(text, EIGHT_HOURS) >= timedelta()


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=42, seconds=59), "42 min"),
        (timedelta(hours=1, minutes=35), "1 h 35 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=12, minutes=42), "12 h 42 min"),
        (timedelta(hours=30), "30 h"),
    ],
)
def test_lengths_are_said_in_at_most_two_units_rounded_down(length: timedelta, said: str):
    assert words(length) == said.replace(" ", NBSP)


def test_time_over_is_rounded_up():
    assert words(timedelta(hours=2, minutes=2, seconds=1), round_up=True) == f"2{NBSP}h{NBSP}3{NBSP}min"
    assert words(timedelta(minutes=59, seconds=30), round_up=True) == f"1{NBSP}h"


def test_from_24_hours_on_time_is_said_in_business_days():
    said = [words(timedelta(hours=hours), business_day=EIGHT_HOURS) for hours in (23, 24, 26)]

    assert said == [text.replace(" ", NBSP) for text in ("23 h", "3 days", "3 days 2 h")]
    assert words(timedelta(hours=31, minutes=1), business_day=EIGHT_HOURS, round_up=True) == f"4{NBSP}days"
    assert words(timedelta(hours=23, minutes=59, seconds=1), business_day=EIGHT_HOURS, round_up=True) == f"3{NBSP}days"
    assert words(timedelta(hours=24), business_day=timedelta(hours=24)) == f"1{NBSP}day"


def test_a_negative_length_is_the_callers_mistake():
    with pytest.raises(ValueError, match="negative"):
        words(timedelta(seconds=-1))


@given(st.integers(1, 100_000))
def test_what_is_said_can_be_read_back(minutes: int):
    assert parse_duration(words(timedelta(minutes=minutes))) == timedelta(minutes=minutes)
