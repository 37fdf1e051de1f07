"""`BusinessCalendar` arithmetic on whole numpy arrays, for reports and what-if.

Instants are int64 µs since 1970 UTC, durations int64 µs. Results equal the calendar's own, element by element.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inboxsla.domain.business_time import HORIZON, BusinessCalendar, too_far
from inboxsla.domain.open_table import LAST, YEAR, OpenTable

Micros = NDArray[np.int64]


def between_many(calendar: BusinessCalendar, starts: Micros, ends: Micros) -> Micros:
    """Open µs from each start to the end beside it; negative where the end is the earlier one.

    Raises ValueError if the shapes differ or an instant lies outside the years 1 to 9999.
    """
    _refuse_unlike(starts, ends)
    if not starts.size:
        return np.empty(starts.shape, np.int64)
    since = min(int(starts.min()), int(ends.min()))
    until = max(int(starts.max()), int(ends.max()))
    table = calendar.table(since, until)
    return _open_until(table, ends) - _open_until(table, starts)


def add_many(calendar: BusinessCalendar, starts: Micros, durations: Micros) -> Micros:
    """For each start, the earliest instant with that much open time in between; the start itself for zero.

    Raises ValueError if the shapes differ, a duration is negative or an instant lies outside the years 1 to 9999;
    NoWorkingTime if any result is not within ten years of its start.
    """
    _refuse_unlike(starts, durations)
    if not starts.size:
        return np.empty(starts.shape, np.int64)
    if int(durations.min()) < 0:
        raise ValueError("only time to come can be added, and some durations are negative")
    if int(durations.max()) > HORIZON:
        raise too_far()
    table, goals = _reaching(calendar, starts, durations)
    after = np.asarray(table.after)
    index = np.searchsorted(after, goals, side="left")
    results = np.where(durations == 0, starts, np.asarray(table.ends)[index] - after[index] + goals)
    if int((results - starts).max()) > HORIZON:
        raise too_far()
    return results


def _reaching(calendar: BusinessCalendar, starts: Micros, durations: Micros) -> tuple[OpenTable, Micros]:
    """A table long enough for every result, and the open time in it at which each result lies."""
    since, until = int(starts.min()), int(starts.max())
    for reach in (YEAR, HORIZON):
        table = calendar.table(since, min(until + reach, LAST))
        goals = _open_until(table, starts) + durations
        if int(goals.max()) <= table.after[-1]:
            return table, goals
    raise too_far()


def _open_until(table: OpenTable, instants: Micros) -> Micros:
    starts = np.asarray(table.starts)
    index = np.searchsorted(starts, instants, side="right") - 1
    inside: Micros = np.minimum(instants, np.asarray(table.ends)[index]) - starts[index]
    inside += np.asarray(table.before)[index]
    return inside


def _refuse_unlike(one: Micros, other: Micros) -> None:
    if one.shape != other.shape:
        raise ValueError(f"as many of one as of the other are needed, not {one.shape} and {other.shape}")
