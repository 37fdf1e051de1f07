"""The law of business time, held against a minute-by-minute count that knows nothing of the engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.opening_hours import WEEKDAYS
from inboxsla.errors import NoWorkingTime
from tests.dice import Dice
from tests.laws import law_of, plain_law_of

OFFICE = {day: [("09:00", "17:00")] for day in WEEKDAYS[:5]}
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# Days on which wall clocks jump, one of each kind, with the zone they jump in.
JUMPS = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Pacific/Apia", date(2011, 12, 30)),  # a Friday that never came
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # likewise
    ("America/Sao_Paulo", date(2018, 11, 4)),  # midnight skipped
    ("America/Sao_Paulo", date(2018, 2, 18)),  # the hour before midnight twice
    ("Asia/Beirut", date(2024, 3, 31)),  # midnight skipped
    ("Asia/Beirut", date(2023, 10, 29)),
    ("Africa/Casablanca", date(2026, 2, 15)),  # winter time for Ramadan
    ("Asia/Pyongyang", date(2018, 5, 5)),  # half an hour on, for good
    ("Asia/Kathmandu", date(2026, 7, 1)),  # never, but at +05:45
    ("Antarctica/Troll", date(2026, 3, 29)),  # two hours at once
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def written_open(zone: str, hours: dict, holidays: set, special: dict, instant: datetime) -> bool:
    """The law, read off the wall clock: what is written for this date, and what the day before ran over."""
    local = instant.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    today = local.date()
    yesterday = today - timedelta(days=1)
    if today in special:
        return any(_on_the_day(period, minute) for period in special[today])
    if today in holidays:
        return False
    periods = hours.get(WEEKDAYS[today.weekday()], [])
    before = hours.get(WEEKDAYS[yesterday.weekday()], []) + special.get(yesterday, [])
    return any(_on_the_day(period, minute) for period in periods) or any(_morning_after(p, minute) for p in before)


def _on_the_day(period: tuple[str, str], minute: int) -> bool:
    start, end = map(minutes, period)
    return start <= minute < (end if end > start else 24 * 60)


def _morning_after(period: tuple[str, str], minute: int) -> bool:
    start, end = map(minutes, period)
    return end < start and minute < end


_AROUND = ("00:00", "00:30", "01:00", "02:00", "02:15", "02:30", "03:00", "22:00", "23:00", "23:30")


def clock_time(dice: Dice) -> str:
    if dice.yes():
        return dice.one_of(_AROUND)
    hour, minute = divmod(dice.below(24 * 60), 60)
    return f"{hour:02}:{minute:02}"


def period(dice: Dice) -> tuple[str, str]:
    start = clock_time(dice)
    end = clock_time(dice) if dice.yes() else "24:00"
    return start, end if end != start else "24:00"


def some_periods(dice: Dice) -> list[tuple[str, str]]:
    return dice.some(period, 3)


def week(dice: Dice) -> tuple:
    """Opening hours around a day on which wall clocks jump, an instant near it, and a number of minutes from there."""
    zone, day = dice.one_of(JUMPS)
    near = [day + timedelta(days=away) for away in (0, -1, 1, -2, 2)]
    hours = {weekday: some_periods(dice) for weekday in dice.some_of(WEEKDAYS, least=3)}
    holidays = {dice.one_of(near) for _ in range(dice.below(3))}
    special = {dice.one_of(near): some_periods(dice) for _ in range(dice.below(3))}
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) + dice.between(-36 * 60, 12 * 60) * MINUTE
    return zone, hours, holidays, special, start, dice.below(48 * 60 + 1)


def amount(dice: Dice) -> int:
    return dice.below(10_001)


def minutes_to_come(dice: Dice) -> int:
    return dice.between(1, 3000)


def days_away(dice: Dice) -> int:
    return dice.between(-2, 30)


def any_instant(dice: Dice) -> datetime:
    return utc("0001-01-01T00:00") + dice.share() * (utc("9999-12-31T23:59") - utc("0001-01-01T00:00"))


def length(dice: Dice) -> int:
    """Minutes, up to forty days."""
    return dice.below(40 * 24 * 60 + 1)


def zone_of_a_jump(dice: Dice) -> str:
    return dice.one_of(JUMPS)[0]


def minute_of_the_year(dice: Dice) -> int:
    return dice.below(500_001)


def built(zone, hours, holidays, special) -> BusinessCalendar | None:
    try:
        return BusinessCalendar(zone, hours, holidays, special)
    except NoWorkingTime:
        return None


@plain_law_of(week)
def test_open_time_is_what_counting_minute_by_minute_gives(week):
    zone, hours, holidays, special, start, length = week
    calendar = built(zone, hours, holidays, special)
    instants = [start + n * MINUTE for n in range(length)]
    is_open = [written_open(zone, hours, holidays, special, instant) for instant in instants]
    if calendar is None:
        assert not any(is_open)
        return

    assert calendar.between(start, start + length * MINUTE) == sum(is_open) * MINUTE
    assert [calendar.is_open(instant) for instant in instants] == is_open
    first = next((instant for instant, open_then in zip(instants, is_open, strict=True) if open_then), None)
    if first:
        assert calendar.next_open(start) == first


@law_of(week, amount)
def test_add_gives_the_earliest_instant_with_that_much_open_time(week, amount):
    zone, hours, holidays, special, start, _ = week
    calendar = built(zone, hours, holidays, special)
    duration = amount * MINUTE + timedelta(microseconds=amount)
    try:
        end = calendar.add(start, duration) if calendar else None
    except NoWorkingTime:
        end = None
    if end is None:
        return

    assert calendar.between(start, end) == duration
    assert end.tzinfo is UTC
    if amount:
        assert calendar.between(start, end - timedelta(microseconds=1)) < duration
    else:
        assert end == start


@plain_law_of(week)
def test_open_spans_are_clipped_apart_and_add_up_to_between(week):
    zone, hours, holidays, special, start, length = week
    calendar = built(zone, hours, holidays, special)
    if calendar is None:
        return
    end = start + length * MINUTE
    spans = list(calendar.open_spans(start, end))

    assert sum((b - a for a, b in spans), timedelta()) == calendar.between(start, end)
    assert all(start <= a < b <= end for a, b in spans)
    assert all(b < a for (_, b), (a, _) in zip(spans, spans[1:], strict=False))


@law_of(week, days_away, minutes_to_come)
def test_adding_a_holiday_never_makes_a_deadline_earlier(week, away, amount):
    zone, hours, holidays, special, start, _ = week
    before = built(zone, hours, holidays, special)
    after = built(zone, hours, holidays | {start.date() + timedelta(days=away)}, special)
    try:
        deadline = before.add(start, amount * MINUTE) if before else None
        later = after.add(start, amount * MINUTE) if after else None
    except NoWorkingTime:
        return

    assert deadline is None or later is None or later >= deadline


@plain_law_of(any_instant, length, also=[(utc("0001-01-01T00:00"), 24 * 60), (utc("9999-12-30T00:00"), 7 * 24 * 60)])
def test_any_year_counts_as_the_plain_calendar_says(start, length):
    calendar = BusinessCalendar("UTC", OFFICE)
    end = start + min(length * MINUTE, datetime.max.replace(tzinfo=UTC) - start)
    expected = timedelta()
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        day = datetime.combine(date.fromordinal(ordinal), datetime.min.time(), UTC)
        if day.weekday() < 5:
            expected += max(min(end, day + 17 * HOUR) - max(start, day + 9 * HOUR), timedelta())

    assert calendar.between(start, end) == expected


@law_of(zone_of_a_jump, minute_of_the_year, minute_of_the_year)
def test_the_zone_a_time_is_written_in_does_not_matter(zone, first, second):
    office = BusinessCalendar("Europe/Berlin", OFFICE)
    a, b = (utc("2025-06-01T00:00") + n * MINUTE for n in (first, second))
    here = ZoneInfo(zone)

    assert office.between(a.astimezone(here), b.astimezone(here)) == office.between(a, b)
    assert office.add(a.astimezone(here), 5 * HOUR) == office.add(a, 5 * HOUR)
