"""What the calendar promises, by example."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.opening_hours import WEEKDAYS
from inboxsla.errors import NoWorkingTime

OFFICE = {day: [("09:00", "17:00")] for day in WEEKDAYS[:5]}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def test_a_night_shift_over_spring_forward_is_an_hour_shorter_and_over_autumn_an_hour_longer():
    """C59: wall times are kept with their zone, and counted as real time."""
    nights = BusinessCalendar("Europe/Berlin", {"sat": [("22:00", "06:00")]})

    assert nights.between(utc("2026-03-28T12:00"), utc("2026-03-29T12:00")) == 7 * HOUR
    assert nights.between(utc("2026-10-24T12:00"), utc("2026-10-25T12:00")) == 9 * HOUR
    assert nights.between(utc("2026-07-04T12:00"), utc("2026-07-05T12:00")) == 8 * HOUR


def test_an_hour_that_comes_twice_counts_twice_and_one_that_never_comes_not_at_all():
    """C59: half past two is in neither night what it is in all others."""
    small_hours = BusinessCalendar("Europe/Berlin", {"sun": [("02:00", "02:30")]})

    assert small_hours.between(utc("2026-10-25T00:00"), utc("2026-10-25T12:00")) == HOUR
    assert small_hours.between(utc("2026-03-29T00:00"), utc("2026-03-29T12:00")) == timedelta()
    assert small_hours.is_open(at("Europe/Berlin", "2026-10-25T02:10", fold=0))
    assert not small_hours.is_open(at("Europe/Berlin", "2026-10-25T02:40", fold=0))
    assert small_hours.is_open(at("Europe/Berlin", "2026-10-25T02:10", fold=1))


def test_a_date_the_zone_skipped_has_no_hours():
    samoa = BusinessCalendar("Pacific/Apia", {day: [("00:00", "24:00")] for day in ("thu", "fri", "sat")})
    assert samoa.between(utc("2011-12-28T10:00"), utc("2012-01-01T10:00")) == 48 * HOUR  # Thursday, then Saturday


def test_landing_on_closing_time_gives_closing_time_and_adding_nothing_gives_the_start():
    office = BusinessCalendar("Europe/Berlin", OFFICE)
    saturday = at("Europe/Berlin", "2026-03-07T12:00")

    assert office.add(at("Europe/Berlin", "2026-03-06T15:00"), 2 * HOUR) == at("Europe/Berlin", "2026-03-06T17:00")
    assert office.add(at("Europe/Berlin", "2026-03-06T17:00"), HOUR) == at("Europe/Berlin", "2026-03-09T10:00")
    assert office.add(saturday, timedelta()) == saturday
    assert office.next_open(saturday) == at("Europe/Berlin", "2026-03-09T09:00")
    assert office.next_open(at("Europe/Berlin", "2026-03-09T10:00")) == at("Europe/Berlin", "2026-03-09T10:00")


@pytest.mark.parametrize(
    ("hours", "special_days", "length"),
    [
        (OFFICE, {}, 8 * HOUR),
        (OFFICE | {"fri": [("09:00", "15:00")], "sat": [("10:00", "14:00")]}, {}, 8 * HOUR),
        ({day: [("08:30", "12:00"), ("13:00", "17:00")] for day in WEEKDAYS}, {}, 7.5 * HOUR),
        ({"mon": [("09:00", "17:00")], "sat": [("10:00", "14:00")]}, {}, 8 * HOUR),
        ({day: [("22:00", "06:00")] for day in WEEKDAYS[:5]}, {}, 8 * HOUR),
        ({day: [("00:00", "24:00")] for day in WEEKDAYS}, {}, 24 * HOUR),
        ({}, {"2026-12-24": [("09:00", "12:00")]}, 3 * HOUR),
    ],
)
def test_a_business_day_is_as_long_as_most_open_weekdays_are(hours, special_days, length):
    assert BusinessCalendar("Europe/Berlin", hours, (), special_days).business_day == length


def test_backwards_is_minus_the_way_forward():
    office = BusinessCalendar("Europe/Berlin", OFFICE)
    monday, tuesday = utc("2026-03-09T10:00"), utc("2026-03-10T10:00")

    assert office.between(monday, tuesday) == 8 * HOUR
    assert office.between(tuesday, monday) == -8 * HOUR
    assert list(office.open_spans(tuesday, monday)) == []


def test_special_days_replace_the_hours_and_win_over_holidays():
    office = BusinessCalendar(
        "Europe/Berlin",
        OFFICE,
        holidays=["2026-12-24", date(2026, 12, 25)],
        special_days={"2026-12-24": [("09:00", "12:00")], date(2026, 12, 28): [], "2026-12-26": [("10:00", "11:00")]},
    )
    spans = list(office.open_spans(utc("2026-12-24T00:00"), utc("2026-12-29T00:00")))

    assert spans == [
        (utc("2026-12-24T08:00"), utc("2026-12-24T11:00")),
        (utc("2026-12-26T09:00"), utc("2026-12-26T10:00")),
    ]


@pytest.mark.parametrize(
    ("holidays", "special", "morning_hours"),
    [
        ([], {"2026-03-10": [("22:00", "06:00")]}, 6),
        (["2026-03-11"], {"2026-03-10": [("22:00", "06:00")]}, 0),
        ([], {"2026-03-10": [("22:00", "06:00")], "2026-03-11": [("08:00", "09:00")]}, 0),
    ],
)
def test_the_morning_of_a_special_night_belongs_to_the_next_date(holidays, special, morning_hours):
    office = BusinessCalendar("UTC", {"mon": [("09:00", "17:00")]}, holidays, special)

    assert office.between(utc("2026-03-10T00:00"), utc("2026-03-11T00:00")) == 2 * HOUR
    assert office.between(utc("2026-03-11T00:00"), utc("2026-03-11T07:00")) == morning_hours * HOUR


def test_the_morning_of_a_weekly_night_is_closed_by_a_holiday_on_that_morning_only():
    nights = BusinessCalendar("UTC", {"fri": [("22:00", "06:00")]}, holidays=["2026-03-06", "2026-03-14"])

    assert list(nights.open_spans(utc("2026-03-06T00:00"), utc("2026-03-16T00:00"))) == [
        (utc("2026-03-07T00:00"), utc("2026-03-07T06:00")),
        (utc("2026-03-13T22:00"), utc("2026-03-14T00:00")),
    ]


def test_unsorted_touching_and_overlapping_rows_are_one_period():
    """C20: several periods a day, however they are written."""
    office = BusinessCalendar("UTC", {"mon": [("12:00", "17:00"), ("09:00", "12:00"), ("11:00", "13:00")]})

    assert list(office.open_spans(utc("2026-03-09T00:00"), utc("2026-03-10T00:00"))) == [
        (utc("2026-03-09T09:00"), utc("2026-03-09T17:00"))
    ]


def test_spans_that_only_touch_the_asked_stretch_are_left_out():
    office = BusinessCalendar("UTC", OFFICE)

    assert list(office.open_spans(utc("2026-03-09T17:00"), utc("2026-03-10T09:00"))) == []


def test_always_open_is_real_time_without_a_seam():
    always = BusinessCalendar.always_open("Europe/Berlin")
    start, end = utc("2020-01-01T00:00"), utc("2029-12-28T12:34:56")

    assert list(always.open_spans(start, end)) == [(start, end)]
    assert always.between(start, end) == end - start
    assert always.add(start, end - start) == end


def test_what_is_compiled_so_far_may_end_anywhere_without_a_door_closing_there():
    always = BusinessCalendar.always_open("Asia/Tokyo")
    seam = EPOCH + timedelta(days=365 * 57)

    assert always.is_open(seam - MINUTE)
    assert always.is_open(seam)
    assert always.next_open(seam) == seam


def test_growing_in_both_directions_never_changes_an_answer():
    hours = {**OFFICE, "sat": [("10:00", "13:07")]}
    answer = BusinessCalendar("America/New_York", hours).between(utc("1990-05-05T05:05"), utc("2050-05-05T05:05"))
    piecewise = BusinessCalendar("America/New_York", {**hours, "sun": []}, special_days={"2200-01-01": []})
    years = [2026, 2030, 2010, 2050, 1990]
    marks = [utc(f"{year}-05-05T05:05") for year in years]
    for mark in marks:
        piecewise.is_open(mark)

    assert piecewise.between(marks[4], marks[3]) == answer
    assert piecewise.between(marks[4], marks[0]) + piecewise.between(marks[0], marks[3]) == answer


def test_a_date_in_the_distant_past_does_not_disturb_later_answers():
    office = BusinessCalendar("Europe/Berlin", {"wed": [("09:00", "10:00")]})
    week = (utc("2026-03-02T00:00"), utc("2026-03-09T00:00"))

    assert office.between(*week) == HOUR
    assert office.between(utc("0900-01-01T00:00"), utc("0900-01-15T00:00")) == 2 * HOUR
    assert office.between(*week) == HOUR


def test_neither_centuries_nor_distant_dates_are_kept_in_memory():
    office = BusinessCalendar("UTC", {"thu": [("09:00", "09:30")]})
    office.between(utc("1800-01-01T00:00"), utc("2100-01-01T00:00"))

    for year in ("2026", "0900"):
        instant = (utc(f"{year}-03-02T00:00") - EPOCH) // timedelta(microseconds=1)
        table = office.table(instant, instant)
        assert table.until - table.since < timedelta(days=200 * 366) // timedelta(microseconds=1)


def test_many_threads_growing_one_calendar_agree():
    calendar = BusinessCalendar("Australia/Lord_Howe", {"tue": [("01:00", "03:00")]})
    starts = [datetime(year, 3, 3, 3, tzinfo=UTC) for year in range(1975, 2075)] * 3
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda start: calendar.add(start, 30 * HOUR), starts))

    alone = BusinessCalendar("Australia/Lord_Howe", {"tue": [("01:00", "03:00")]}, special_days={"2300-01-01": []})
    assert together == [alone.add(start, 30 * HOUR) for start in starts]


def test_calendars_are_equal_by_what_they_say_and_survive_pickling():
    one = BusinessCalendar("UTC", {"mon": [("22:00", "02:00")]}, ["2026-01-01"], {"2026-02-02": []})
    other = BusinessCalendar(
        "UTC",
        {"tue": [("01:00", "02:00"), ("00:00", "01:00")], "mon": [("22:00", "24:00")]},
        holidays=[date(2026, 1, 1)],
        special_days={date(2026, 2, 2): []},
    )

    assert one == other
    assert hash(one) == hash(other)
    assert one != BusinessCalendar("Europe/Berlin", {"mon": [("22:00", "02:00")]}, ["2026-01-01"], {"2026-02-02": []})
    thawed = pickle.loads(pickle.dumps(one))
    assert thawed == one
    assert thawed.add(utc("2026-03-02T00:00"), HOUR) == one.add(utc("2026-03-02T00:00"), HOUR)


@pytest.mark.parametrize(
    ("zone", "hours", "special"),
    [
        ("UTC", {}, {}),
        ("UTC", {"mon": []}, {"2026-12-24": []}),
        ("Pacific/Apia", {}, {"2011-12-30": [("09:00", "17:00")]}),
        ("Europe/Berlin", {}, {"2026-03-29": [("02:00", "03:00")]}),
    ],
)
def test_a_calendar_that_never_opens_is_refused(zone, hours, special):
    """C34: refused when it is made, and not found out by whoever is assigned a ticket."""
    with pytest.raises(NoWorkingTime):
        BusinessCalendar(zone, hours, [], special)


def test_time_that_does_not_come_within_ten_years_is_refused():
    """C34: looking ahead has an end, and says so."""
    once = BusinessCalendar("UTC", {}, special_days={"2026-03-09": [("09:00", "17:00")]})
    rarely = BusinessCalendar("UTC", {"mon": [("09:00", "09:01")]})

    assert once.add(utc("2026-03-01T00:00"), 8 * HOUR) == utc("2026-03-09T17:00")
    with pytest.raises(NoWorkingTime):
        once.add(utc("2026-03-01T00:00"), 8 * HOUR + MINUTE)
    with pytest.raises(NoWorkingTime):
        once.next_open(utc("2026-03-09T17:00"))
    with pytest.raises(NoWorkingTime):
        once.add(utc("2010-01-01T00:00"), MINUTE)
    rarely.between(utc("2026-01-01T00:00"), utc("2090-01-01T00:00"))  # periods further out are known, and still too far
    with pytest.raises(NoWorkingTime):
        rarely.add(utc("2026-01-01T00:00"), 600 * MINUTE)
    with pytest.raises(NoWorkingTime):
        rarely.add(utc("9999-12-01T00:00"), 600 * MINUTE)


def test_naive_times_and_negative_durations_are_refused_in_words():
    office = BusinessCalendar("UTC", OFFICE)
    naive, aware = datetime(2026, 3, 9, 9), utc("2026-03-09T09:00")  # noqa: DTZ001 - the point of the test

    for call in (
        lambda: office.add(naive, HOUR),
        lambda: office.between(naive, aware),
        lambda: office.between(aware, naive),
        lambda: office.is_open(naive),
        lambda: office.next_open(naive),
        lambda: office.open_spans(naive, aware),
    ):
        with pytest.raises(ValueError, match="has no time zone"):
            call()
    with pytest.raises(ValueError, match="only time to come"):
        office.add(aware, -MINUTE)
