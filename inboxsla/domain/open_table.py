"""Opening hours compiled to open periods in UTC. Daylight saving and skipped or repeated dates end here.

One law decides: an instant is open iff its wall clock in the zone lies in [from, to) of a span of that local date. The
wall clock is always taken from the instant, never the other way round, so no wall time is ever ambiguous or missing.
Only `business_time` uses this module, and `services.bulk_time` its tables.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache, partial
from itertools import chain
from threading import Lock
from zoneinfo import ZoneInfo

from inboxsla.domain.opening_hours import DAY, OpeningHours, weekday_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()
YEAR = 365 * DAY
# A day past either end of what `datetime` holds, so that its extremes in any zone lie inside.
FIRST = (date.min.toordinal() - 1 - EPOCH_ORDINAL) * DAY
LAST = (date.max.toordinal() + 2 - EPOCH_ORDINAL) * DAY
_MOST_KEPT = 200 * YEAR  # one absurd date must not leave millennia of periods in memory


def micros(duration: timedelta) -> int:
    return (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds


@dataclass(frozen=True, slots=True)
class OpenTable:
    """Compiled open periods of the stretch [since, until]; all integers are µs, instants count from 1970 UTC.

    `starts[i]`, `ends[i]` bound period i (sorted, never touching); `before[i]` and `after[i]` are the open time from
    `since` to its start and to its end. Period 0 is empty and lies at `since`, so that every instant of the stretch
    has a period at or before it and no reader needs a special case.
    """

    since: int
    until: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    after: list[int]

    def open_until(self, instant: int) -> int:
        """Open time (µs) from `since` to `instant`, which must lie in the stretch."""
        index = bisect_right(self.starts, instant) - 1
        if instant < self.ends[index]:
            return self.before[index] + instant - self.starts[index]
        return self.after[index]


class OpenPeriods:
    """The open periods compiled so far; whole tables are swapped in, so readers need no lock."""

    def __init__(self, hours: OpeningHours) -> None:
        self._zone = hours.zone
        self._week = hours.week
        self._exceptions = dict(hours.exceptions)
        self.usual_day = _usual_day(hours)
        self._growing = Lock()
        self.table = OpenTable(0, -1, [], [], [], [])  # covers nothing

    def is_exception(self, ordinal: int) -> bool:
        return ordinal in self._exceptions

    def covering(self, since: int, until: int) -> OpenTable:
        if not FIRST <= since <= until <= LAST:
            raise ValueError("instants must lie in the years 1 to 9999, the earlier one first")
        since = max(since - since % YEAR, FIRST)
        until = min(until - until % YEAR + YEAR, LAST)
        with self._growing:
            kept = self.table
            if kept.since <= since and until <= kept.until:  # somebody else grew it while we waited
                return kept
            low, high = min(since, kept.since), max(until, kept.until)
            if kept.until < kept.since or high - low > _MOST_KEPT:
                grown = _tabulate(since, until, self._spans(since, until))
            else:
                known = zip(kept.starts[1:], kept.ends[1:], strict=True)
                later = self._spans(kept.until, high)
                grown = _tabulate(low, high, chain(self._spans(low, kept.since), known, later))
            if grown.until - grown.since <= _MOST_KEPT:
                self.table = grown
            return grown

    def _spans(self, since: int, until: int) -> Iterator[tuple[int, int]]:
        """Open spans in UTC within [since, until), in order; they may touch."""
        for low, high, offset in self._even_stretches(since, until):
            for day in range((low + offset) // DAY, (high + offset - 1) // DAY + 1):
                ordinal = day + EPOCH_ORDINAL
                midnight = day * DAY - offset
                for start, end in self._exceptions.get(ordinal, self._week[weekday_of(ordinal)]):
                    if midnight + start < high and midnight + end > low:
                        yield max(midnight + start, low), min(midnight + end, high)

    def _even_stretches(self, since: int, until: int) -> Iterator[tuple[int, int, int]]:
        """Stretches (since, until, offset) in which the zone's offset from UTC does not change; equal ones may follow."""
        for year in range(since - since % YEAR, until, YEAR):
            for low, high, offset in _of_a_year(self._zone, year):
                if low < until and high > since:
                    yield max(low, since), min(high, until), offset


@lru_cache(maxsize=4096)
def _of_a_year(zone: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """The same for the 365 days that begin at `year`, shared by all calendars of a zone.

    `zoneinfo` does not tell when it changes, so each day is probed; no zone changes twice within six days.
    """
    found, offset_at = [], partial(_offset, ZoneInfo(zone))
    low, offset, until = year, offset_at(year), year + YEAR
    for day in range(year, until, DAY):
        following = day + DAY
        if offset_at(following) != offset:
            changed = bisect_left(range(day, following), True, key=lambda at: offset_at(at) != offset)
            found.append((low, day + changed, offset))
            low, offset = day + changed, offset_at(following)
    if low < until:
        found.append((low, until, offset))
    return tuple(found)


def _offset(zone: ZoneInfo, instant: int) -> int:
    """The zone's offset from UTC in µs; at the very ends of time that of two days further in."""
    safe = min(max(instant, FIRST + 3 * DAY), LAST - 3 * DAY)
    return micros((EPOCH + timedelta(microseconds=safe)).astimezone(zone).utcoffset() or timedelta())


def _usual_day(hours: OpeningHours) -> timedelta:
    """The open time that most open weekdays have (special days where no weekday is open); of equals the longest."""
    days = [day for day in hours.week if day] or [day for _, day in hours.exceptions if day]
    counted = Counter(sum(end - start for start, end in day) for day in days)
    return timedelta(microseconds=max(counted, key=lambda length: (counted[length], length), default=0))


def _tabulate(since: int, until: int, spans: Iterable[tuple[int, int]]) -> OpenTable:
    table = OpenTable(since, until, [since], [since], [0], [0])
    for start, end in spans:
        if start == table.ends[-1] and len(table.ends) > 1:
            table.ends[-1] = end
            table.after[-1] += end - start
        else:
            table.starts.append(start)
            table.ends.append(end)
            table.before.append(table.after[-1])
            table.after.append(table.after[-1] + end - start)
    return table
