"""The week as a picture: for each day its bars, in percent of the hours that are shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inboxsla.config.fields import WEEKDAYS, Periods
from inboxsla.web.settings.calendar.written_times import span

_DAY, _HOUR = 24 * 60, 60
# How much beyond the opening hours is shown on either side.
_MARGIN = 2 * _HOUR
_LONG = 16 * _HOUR
# In percent: what is narrower has no room for “09:00–12:30”, or for “9–12:30”.
_ROOM, _LITTLE_ROOM = 27, 10


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    words: str

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    words: str


@dataclass(frozen=True, slots=True)
class Week:
    """`days` has the bars of each weekday, none where it is closed, None where it cannot be read; `minutes` are those of all."""

    ticks: tuple[Tick, ...]
    days: Mapping[str, tuple[Bar, ...] | None]
    minutes: int

    @property
    def hours(self) -> str:
        """“41”, “37.5”."""
        return f"{self.minutes / _HOUR:.2f}".rstrip("0").rstrip(".")


def week(hours: Mapping[str, Periods | None]) -> Week:
    """`hours`: what each weekday has, None where it cannot be read."""
    spans = {day: [span(period) for period in hours.get(day) or ()] for day in WEEKDAYS}
    everything = [each for day in WEEKDAYS for each in spans[day]]
    first, last = _shown(everything)
    days: dict[str, tuple[Bar, ...] | None] = {}
    for nth, day in enumerate(WEEKDAYS):
        unreadable = day in hours and hours[day] is None
        # What went on past the midnight before.
        rest = [(0, ends - _DAY) for begins, ends in spans[WEEKDAYS[nth - 1]] if ends > _DAY]
        days[day] = None if unreadable else tuple(_bar(each, first, last) for each in sorted([*rest, *spans[day]]))
    return Week(_ticks(first, last), days, sum(ends - begins for begins, ends in everything))


def _shown(spans: list[tuple[int, int]]) -> tuple[int, int]:
    """From when until when, in whole hours."""
    if not spans:
        return 7 * _HOUR, 19 * _HOUR
    first, last = min(begins for begins, _ in spans), max(ends for _, ends in spans)
    if last > _DAY:
        return 0, _DAY
    return max(0, (first - _MARGIN) // _HOUR * _HOUR), min(_DAY, -(-(last + _MARGIN) // _HOUR) * _HOUR)


def _bar(each: tuple[int, int], first: int, last: int) -> Bar:
    begins, ends = each[0], min(each[1], _DAY)
    x, width = _share(begins - first, first, last), _share(ends - begins, first, last)
    words = f"{_clock(begins)}–{_clock(each[1] % _DAY if each[1] > _DAY else each[1])}"
    if width < _ROOM:
        words = "–".join(_short(time) for time in words.split("–"))
    return Bar(x, width, words if width >= _LITTLE_ROOM else "")


def _ticks(first: int, last: int) -> tuple[Tick, ...]:
    step = 4 * _HOUR if last - first > _LONG else 2 * _HOUR
    at = range(first + 2 * _HOUR if first else step, last, step)
    return tuple(Tick(_share(minute - first, first, last), _clock(minute)) for minute in at)


def _share(minutes: int, first: int, last: int) -> float:
    return round(100 * minutes / (last - first), 2)


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"


def _short(clock: str) -> str:
    return clock.removesuffix(":00").lstrip("0") or "0"
