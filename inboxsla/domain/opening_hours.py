"""Opening hours as people write them, read into plain values; every mistake in them is reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from inboxsla.errors import ConfigMistakes

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60 * 60 * 1_000_000  # µs
_MINUTE = 60 * 1_000_000

Span = tuple[int, int]  # [from, to) in µs since local midnight
Day = tuple[Span, ...]  # sorted, neither touching nor overlapping
Written = Sequence[Sequence[str]]  # periods as people write them: [("09:00", "17:00"), …]
SpecialDays = Mapping[str, Written] | Mapping[date, Written]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """What a calendar says, with every shorthand resolved: the week, and the dates that differ from it.

    `week[0]` is Monday. `exceptions` maps proleptic ordinals (`date.toordinal`) to all of that local date's spans.
    """

    zone: str
    week: tuple[Day, ...]
    exceptions: tuple[tuple[int, Day], ...]


def read_hours(
    zone: str, hours: Mapping[str, Written], holidays: Iterable[date | str], special_days: SpecialDays
) -> OpeningHours:
    """Raises ConfigMistakes with one sentence per mistake, each starting with the key it is about."""
    mistakes: list[str] = []
    _check_zone(zone, mistakes)
    week = _read_week(hours, mistakes)
    if isinstance(holidays, str) or not isinstance(holidays, Iterable):
        mistakes.append(f"holidays: expected a list of dates, found {holidays!r}")
        holidays = ()
    closed = {day for holiday in holidays if (day := _read_date(holiday, "holidays", mistakes))}
    exceptions = _read_exceptions(special_days, closed, week, mistakes)
    if mistakes:
        raise ConfigMistakes(mistakes)
    return OpeningHours(zone, week, tuple(sorted(exceptions.items())))


def written_hours(hours: OpeningHours) -> dict[str, Any]:
    """What `read_hours` reads into exactly `hours`: zone, hours and special_days as plain data, every shorthand spelled out."""
    return {
        "zone": hours.zone,
        "hours": {name: _written_day(day) for name, day in zip(WEEKDAYS, hours.week, strict=True) if day},
        "special_days": {date.fromordinal(day).isoformat(): _written_day(spans) for day, spans in hours.exceptions},
    }


def _written_day(day: Day) -> list[list[str]]:
    return [[_written_time(start), _written_time(end)] for start, end in day]


def _written_time(since_midnight: int) -> str:
    hours, minutes = divmod(since_midnight // _MINUTE, 60)
    return f"{hours:02}:{minutes:02}"


def _check_zone(zone: str, mistakes: list[str]) -> None:
    try:
        ZoneInfo(zone)
    except (LookupError, ValueError, TypeError, OSError):
        mistakes.append(f"zone: there is no time zone {zone!r}; write an IANA name such as Europe/Berlin")


def _read_week(hours: Mapping[str, Written], mistakes: list[str]) -> tuple[Day, ...]:
    spans: list[list[Span]] = [[] for _ in WEEKDAYS]
    if not isinstance(hours, Mapping):
        mistakes.append(f"hours: expected weekdays with their periods, found {hours!r}")
        hours = {}
    for name, periods in hours.items():
        if name not in WEEKDAYS:
            mistakes.append(f"hours: {name!r} is not a weekday; write one of {', '.join(WEEKDAYS)}")
            _read_periods(periods, f"hours.{name}", mistakes)
            continue
        today, tomorrow = _read_periods(periods, f"hours.{name}", mistakes)
        weekday = WEEKDAYS.index(name)
        spans[weekday] += today
        spans[(weekday + 1) % len(WEEKDAYS)] += tomorrow
    return tuple(_union(day) for day in spans)


def _read_exceptions(
    special_days: SpecialDays, holidays: set[int], week: tuple[Day, ...], mistakes: list[str]
) -> dict[int, Day]:
    exceptions: dict[int, Day] = dict.fromkeys(holidays, ())
    mornings: dict[int, list[Span]] = {}
    listed: set[int] = set()
    if not isinstance(special_days, Mapping):
        mistakes.append(f"special_days: expected dates with their periods, found {special_days!r}")
        special_days = {}
    for written, periods in special_days.items():
        today, tomorrow = _read_periods(periods, f"special_days.{written}", mistakes)
        day = _read_date(written, "special_days", mistakes)
        if not day:
            continue
        if day in listed:
            mistakes.append(f"special_days: {written} is listed twice; give all its periods in one place")
        listed.add(day)
        exceptions[day] = _union(today)
        if tomorrow:
            mornings[day + 1] = tomorrow
    for day, spans in mornings.items():
        if day not in exceptions:
            exceptions[day] = _union([*week[weekday_of(day)], *spans])
    return exceptions


def weekday_of(ordinal: int) -> int:
    """0 is Monday. On ordinals, because compiling looks a day past either end of what `date` can hold."""
    return (ordinal + 6) % len(WEEKDAYS)


def _read_date(written: date | str, key: str, mistakes: list[str]) -> int | None:
    if isinstance(written, date) and not isinstance(written, datetime):
        return written.toordinal()
    try:
        return date.fromisoformat(written).toordinal()  # type: ignore[arg-type]  # a datetime ends in the TypeError
    except (ValueError, TypeError):
        mistakes.append(f"{key}: {str(written)!r} is not a date; write it as 2026-12-24")
        return None


def _read_periods(periods: Written, key: str, mistakes: list[str]) -> tuple[list[Span], list[Span]]:
    """The spans on the day itself, and those a night shift leaves to the next one."""
    today: list[Span] = []
    tomorrow: list[Span] = []
    if isinstance(periods, str) or not isinstance(periods, Sequence):
        mistakes.append(f'{key}: expected a list of periods such as ["09:00", "17:00"], found {periods!r}')
        return today, tomorrow
    for period in periods:
        if isinstance(period, str) or not isinstance(period, Sequence) or len(period) != 2:
            mistakes.append(f'{key}: a period is a pair such as ["09:00", "17:00"], not {period!r}')
            continue
        start, end = (_read_time(written, key, mistakes) for written in period)
        if start is None or end is None:
            continue
        if start == DAY:
            mistakes.append(f"{key}: 24:00 can end a period, not begin one; write 00:00 on the next day")
        elif start == end:
            mistakes.append(f"{key}: the period {period[0]}–{period[1]} is empty; the whole day is 00:00–24:00")
        elif start < end:
            today.append((start, end))
        else:
            today.append((start, DAY))
            tomorrow += [(0, end)] if end else []
    return today, tomorrow


def _read_time(written: str, key: str, mistakes: list[str]) -> int | None:
    """µs since local midnight; whole minutes only, as everywhere else in the settings."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", written) if isinstance(written, str) else None
    if match:
        minutes = int(match[1]) * 60 + int(match[2])
        if int(match[2]) < 60 and minutes <= 24 * 60:
            return minutes * _MINUTE
    mistakes.append(f"{key}: {written!r} is not a time of day; write it as HH:MM, from 00:00 to 24:00")
    return None


def _union(spans: Iterable[Span]) -> Day:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)
