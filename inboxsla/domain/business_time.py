"""Business time: when a calendar is open, and how much open time lies between two instants.

The law: an instant is open iff its wall clock in the calendar's zone lies in [from, to) of a period of that local
date. Everything odd follows from it: a wall-clock hour that comes twice counts twice, one that is skipped counts not
at all, and a date the zone skipped never comes. Results are real elapsed time.

`opening_hours` reads what people write, `open_table` compiles it to integers with running sums, so that one call here
is two binary searches whether it spans a day or ten years. Compiled periods are shared by equal calendars.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from inboxsla.domain.open_table import EPOCH, EPOCH_ORDINAL, FIRST, LAST, YEAR, OpenPeriods, OpenTable
from inboxsla.domain.opening_hours import DAY, WEEKDAYS, OpeningHours, SpecialDays, Written, read_hours, written_hours
from inboxsla.errors import NoWorkingTime

HORIZON = 3653 * DAY  # ten years, counted with as many leap days as ten years can have
_TICK = timedelta.resolution


class BusinessCalendar:
    """Opening hours in an IANA zone; immutable, hashable, equal by value, cheap to make again, picklable.

    `hours`: weekday (`mon` … `sun`) → periods such as `("09:00", "17:00")`, [from, to) in local wall time. `24:00` ends
    a day; `22:00`–`06:00` is split at midnight, its morning belonging to the next weekday. Periods may touch or overlap.
    `holidays`: dates (or ISO strings) that are closed. `special_days`: date → the periods that replace that date's
    hours; an empty list closes it. A special day wins over a holiday on the same date, being the more exact statement.
    The morning part of a special day's night shift joins the next date's hours, unless that date is itself a holiday or
    a special day.

    Raises ConfigMistakes naming every mistake at once, NoWorkingTime if nothing is ever open.
    Methods take aware datetimes in any zone (naive ones raise ValueError) and return aware UTC ones.
    """

    __slots__ = ("_compiled", "_hours")

    def __init__(
        self,
        zone: str,
        hours: Mapping[str, Written],
        holidays: Iterable[date | str] = (),
        special_days: SpecialDays = MappingProxyType({}),
    ) -> None:
        self._adopt(read_hours(zone, hours, holidays, special_days))
        if not any(self._hours.week) and not self._ever_open():
            raise NoWorkingTime("this calendar is never open; give at least one weekday a period.")

    @classmethod
    def always_open(cls, zone: str = "UTC") -> BusinessCalendar:
        """24 hours, 7 days; the zone matters only to those who show times."""
        return cls(zone, {day: [("00:00", "24:00")] for day in WEEKDAYS})

    @property
    def zone(self) -> str:
        return self._hours.zone

    @property
    def is_always_open(self) -> bool:
        """Every hour of every day; no date differs."""
        return not self._hours.exceptions and all(day == ((0, DAY),) for day in self._hours.week)

    @property
    def business_day(self) -> timedelta:
        """The open time of an ordinary day: what most open weekdays have, 24 hours where it is always open."""
        return self._compiled.usual_day

    def is_exception(self, day: date) -> bool:
        """Whether a holiday or special day governs this local date."""
        return self._compiled.is_exception(day.toordinal())

    def add(self, start: datetime, duration: timedelta) -> datetime:
        """The earliest instant t ≥ start with `between(start, t) == duration`; `start` itself for zero.

        Raises ValueError for a negative duration, NoWorkingTime if t is not within ten years of `start`.
        """
        instant = _instant(start)
        wanted = duration // _TICK
        if wanted <= 0:
            if wanted < 0:
                raise ValueError(f"only time to come can be added, not {duration}")
            return EPOCH + _TICK * instant
        table = self._compiled.table
        if not table.since <= instant <= table.until:
            table = self.table(instant, instant)
        goal = table.open_until(instant) + wanted
        if goal > table.after[-1]:
            table = self._table_for_adding(instant, wanted)
            goal = table.open_until(instant) + wanted
        index = bisect_left(table.after, goal)
        end = table.ends[index] - table.after[index] + goal
        if end - instant > HORIZON:
            raise too_far()
        return EPOCH + _TICK * end

    def between(self, a: datetime, b: datetime) -> timedelta:
        """Open time from `a` to `b`; if `b` is the earlier one, minus that from `b` to `a`."""
        first = _instant(a)
        second = _instant(b)
        table = self._compiled.table
        if not (table.since <= first <= table.until and table.since <= second <= table.until):
            table = self.table(min(first, second), max(first, second))
        return _TICK * (table.open_until(second) - table.open_until(first))

    def is_open(self, at: datetime) -> bool:
        instant = _instant(at)
        table = self.table(instant, instant + 1)
        return instant < table.ends[bisect_right(table.starts, instant) - 1]

    def next_open(self, at: datetime) -> datetime:
        """`at` itself if open then, else the next opening. Raises NoWorkingTime if none comes within ten years."""
        # The calendar opens where the first microsecond of open time begins.
        return self.add(at, _TICK) - _TICK

    def open_spans(self, a: datetime, b: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open (start, end) pairs within [a, b], clipped to it, in order, never touching; none if b ≤ a."""
        first = _instant(a)
        second = _instant(b)
        if second <= first:
            return iter(())
        table = self.table(first, second)
        low = bisect_right(table.ends, first)
        high = bisect_left(table.starts, second)
        clipped = zip(table.starts[low:high], table.ends[low:high], strict=True)
        return ((EPOCH + _TICK * max(start, first), EPOCH + _TICK * min(end, second)) for start, end in clipped)

    def table(self, since: int, until: int) -> OpenTable:
        """Compiled periods for at least [since, until] (µs since 1970 UTC), for those who count in bulk.

        Raises ValueError outside the years 1 to 9999.
        """
        table = self._compiled.table
        if table.since <= since and until <= table.until:
            return table
        return self._compiled.covering(since, until)

    def to_data(self) -> dict[str, Any]:
        """Plain data from which `BusinessCalendar(**data)` makes an equal calendar."""
        return written_hours(self._hours)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BusinessCalendar):
            return NotImplemented
        return self._compiled is other._compiled or self._hours == other._hours

    def __hash__(self) -> int:
        return hash(self._hours)

    def __repr__(self) -> str:
        return f"<BusinessCalendar {self.zone}>"

    def __getstate__(self) -> OpeningHours:
        return self._hours

    def __setstate__(self, hours: OpeningHours) -> None:
        self._adopt(hours)

    def _adopt(self, hours: OpeningHours) -> None:
        self._hours = hours
        self._compiled = _compiled(hours)

    def _table_for_adding(self, instant: int, wanted: int) -> OpenTable:
        """A table in which `wanted` µs of open time follow `instant`."""
        for reach in (YEAR, HORIZON):
            table = self.table(instant, min(instant + reach, LAST))
            if table.open_until(instant) + wanted <= table.after[-1]:
                return table
        raise too_far()

    def _ever_open(self) -> bool:
        """Whether a special day opens at an hour that its date really has; only asked when no weekday is open."""
        days = [(ordinal - EPOCH_ORDINAL) * DAY for ordinal, spans in self._hours.exceptions if spans]
        return any(self.table(max(day - DAY, FIRST), min(day + 2 * DAY, LAST)).after[-1] for day in days)


@lru_cache(maxsize=512)
def _compiled(hours: OpeningHours) -> OpenPeriods:
    return OpenPeriods(hours)


def _instant(at: datetime) -> int:
    try:
        return (at - EPOCH) // _TICK
    except TypeError:
        raise ValueError(f"{at} has no time zone; give an aware datetime") from None


def too_far() -> NoWorkingTime:
    return NoWorkingTime("the open time asked for does not come within ten years; look at the hours of this calendar")
