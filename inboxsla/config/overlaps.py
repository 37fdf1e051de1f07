"""Opening hours that were written twice: periods of a calendar that share time, on one day or over midnight."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from inboxsla.config.checks import Complaint
from inboxsla.config.fields import WEEKDAYS, Periods
from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Calendar

_WEEK = 7 * 24 * 60
_Span = tuple[int, int, Key, tuple[str, str]]


def overlaps(calendar: Calendar, key: Key) -> Iterator[Complaint]:
    """Counting would take their union; but whoever wrote them meant something else, so they are refused."""
    week = [
        span
        for nth, day in enumerate(WEEKDAYS)
        for span in _of_day(calendar.hours.get(day, ()), nth, (*key, "hours", day))
    ]
    special = (_of_day(periods, 0, (*key, "special_days", day)) for day, periods in calendar.special_days.items())
    for group in (week, *special):
        for (from_1, to_1, place, one), (from_2, to_2, elsewhere, other) in combinations(group, 2):
            if any(from_1 < to_2 + turn and from_2 + turn < to_1 for turn in (-_WEEK, 0, _WEEK)):
                on = "" if elsewhere == place else f" on {elsewhere[-1]}"
                yield place, f"{'–'.join(one)} and {'–'.join(other)}{on} overlap. Write the time they share once."


def _of_day(periods: Periods, day: int, key: Key) -> list[_Span]:
    return [(*_span(period, day), key, period) for period in periods]


def _span(period: tuple[str, str], day: int) -> tuple[int, int]:
    """Minutes since Monday; a night shift ends on the next day."""
    begins, ends = (int(time[:2]) * 60 + int(time[3:]) for time in period)
    return day * 1440 + begins, day * 1440 + (ends if ends > begins else ends + 1440)
