"""Arrays give what the calendar gives one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.errors import NoWorkingTime
from inboxsla.services.bulk_time import add_many, between_many

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
NIGHTS = {day: [("09:00", "12:00"), ("13:30", "17:00")] for day in ("mon", "tue", "thu")} | {
    "sat": [("22:00", "06:00")]
}
CALENDARS = [
    BusinessCalendar("Europe/Berlin", NIGHTS, ["2026-12-24"], {"2026-12-31": [("10:00", "12:00")]}),
    BusinessCalendar("Australia/Lord_Howe", NIGHTS),
    BusinessCalendar.always_open("America/New_York"),
]
instants = st.integers(int(1e15), int(2.2e15))
lengths = st.one_of(st.just(0), st.integers(0, int(3e13)))


def array(values) -> np.ndarray:
    return np.array(list(values), dtype=np.int64)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CALENDARS), st.lists(st.tuples(instants, instants), max_size=20))
def test_between_many_equals_between(calendar, pairs):
    got = between_many(calendar, array(a for a, _ in pairs), array(b for _, b in pairs))

    assert got.dtype == np.int64
    assert got.tolist() == [calendar.between(EPOCH + a * TICK, EPOCH + b * TICK) // TICK for a, b in pairs]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CALENDARS), st.lists(st.tuples(instants, lengths), max_size=20))
def test_add_many_equals_add(calendar, pairs):
    got = add_many(calendar, array(a for a, _ in pairs), array(d for _, d in pairs))

    assert got.dtype == np.int64
    assert got.tolist() == [(calendar.add(EPOCH + a * TICK, d * TICK) - EPOCH) // TICK for a, d in pairs]


def test_a_late_start_without_open_time_after_it_does_not_spoil_an_early_one():
    once = BusinessCalendar("UTC", {}, special_days={"2026-03-09": [("09:00", "17:00")]})
    opening = (datetime(2026, 3, 9, 9, tzinfo=UTC) - EPOCH) // TICK
    starts = array([opening - 5, opening + 10**12])

    assert add_many(once, starts, array([7, 0])).tolist() == [opening + 7, opening + 10**12]
    with pytest.raises(NoWorkingTime):
        add_many(once, starts, array([7, 1]))


def test_results_years_ahead_are_found_but_not_beyond_ten_years():
    weekly = BusinessCalendar("UTC", {"fri": [("09:00", "10:00")]})
    start = datetime(2026, 1, 1, tzinfo=UTC)
    starts, hours = array([(start - EPOCH) // TICK]), 3_600_000_000

    got = add_many(weekly, starts, array([150 * hours]))
    assert got.tolist() == [(weekly.add(start, timedelta(hours=150)) - EPOCH) // TICK]
    weekly.between(start, start + timedelta(days=40 * 365))  # known further out, and still too far
    with pytest.raises(NoWorkingTime):
        add_many(weekly, starts, array([600 * hours]))


def test_what_one_call_refuses_many_refuse():
    rarely = BusinessCalendar("UTC", {"mon": [("09:00", "09:01")]})
    now = array([int(1.7e15)])

    with pytest.raises(NoWorkingTime):
        add_many(rarely, now, array([600 * 60_000_000]))
    with pytest.raises(NoWorkingTime):
        add_many(rarely, now, array([2**62]))
    with pytest.raises(ValueError, match="negative"):
        add_many(rarely, now, array([-1]))
    with pytest.raises(ValueError, match="as many"):
        between_many(rarely, now, array([1, 2]))
    with pytest.raises(ValueError, match="years 1 to 9999"):
        between_many(rarely, now, array([2**62]))


def test_nothing_in_gives_nothing_out():
    assert between_many(CALENDARS[0], array([]), array([])).tolist() == []
    assert add_many(CALENDARS[0], array([]), array([])).tolist() == []
