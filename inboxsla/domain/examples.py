"""An example that shows what another promise means: “a High mail on Friday 15:30 is due Monday 12:30, then 11:30”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.policy import PRIORITIES, Policy
from inboxsla.domain.timeline import NORMAL, Metric
from inboxsla.errors import NoWorkingTime

_DAY = timedelta(days=1)
_FRIDAY = 4
_MOMENT = time(15, 30)
# How far ahead days are looked for on which the hours differ, and how many of them are tried.
_LOOKED_AHEAD, _TRIED = 366, 3
_NEXT_DAYS = 14
_BEFORE_CLOSING = timedelta(minutes=90)


@dataclass(frozen=True, slots=True)
class Example:
    """When something that comes in at `at` is due under the old promise and under the new: aware UTC.

    None: not promised, or never due. `zone` is that of the new promise's calendar.
    """

    metric: Metric
    priority: str
    at: datetime
    zone: str
    before: datetime | None
    after: datetime | None


def example(old: Policy | None, new: Policy, now: datetime) -> Example:
    """The promise that differs most plainly, at a moment in the time to come at which the difference shows if it ever does.

    A Friday afternoon if possible, because everybody knows what a weekend does to a promise; `old` is None for a policy
    that is new.
    """
    metric, priority = _promise(old, new)
    calendar = new.calendar_of(metric)
    was = calendar if old is None else old.calendar_of(metric)
    tried: Example | None = None
    for at in _moments(was, calendar, now):
        found = Example(
            metric, priority, at, calendar.zone, _due(old, metric, priority, at), _due(new, metric, priority, at)
        )
        if found.before != found.after:
            return found
        tried = tried or found
    return tried or Example(
        metric, priority, now, calendar.zone, _due(old, metric, priority, now), _due(new, metric, priority, now)
    )


def _promise(old: Policy | None, new: Policy) -> tuple[Metric, str]:
    """What changed: a length that is written first, then one that follows from it, then hours; else the first promise."""
    pairs = [(metric, priority) for metric in Metric for priority in PRIORITIES]
    promised = [pair for pair in pairs if new.target(*pair)]
    first = next((pair for pair in promised if pair[1] == NORMAL), promised[0])
    if old is None:
        return first
    written = [p for p in pairs if old.targets.get(p[0], {}).get(p[1]) != new.targets.get(p[0], {}).get(p[1])]
    lengths = [pair for pair in promised if old.target(*pair) != new.target(*pair)]
    hours = [pair for pair in promised if old.calendar_of(pair[0]) != new.calendar_of(pair[0])]
    plain = [pair for pair in hours if pair[1] == NORMAL]
    return next(iter([*(pair for pair in written if pair in lengths), *lengths, *plain, *hours, first]))


def _due(policy: Policy | None, metric: Metric, priority: str, at: datetime) -> datetime | None:
    target = None if policy is None else policy.target(metric, priority)
    if policy is None or target is None:
        return None
    try:
        return policy.calendar_of(metric).add(at, target)
    except NoWorkingTime:
        return None


def _moments(old: BusinessCalendar, new: BusinessCalendar, now: datetime) -> Iterator[datetime]:
    """Open moments to come: on Friday, around days on which the hours differ, then on the next days one by one."""
    zone = ZoneInfo(new.zone)
    today = now.astimezone(zone).date()
    tomorrow = today + _DAY
    yield from _moment(new, tomorrow + timedelta(days=(_FRIDAY - tomorrow.weekday()) % 7), zone)
    for day in _differing(old, new, tomorrow, zone):
        before = next((d for d in _back_from(day) if d > today and any(_spans(new, d, zone))), None)
        for near in (before, day):
            yield from () if near is None else _moment(new, near, zone)
    for ahead in range(_NEXT_DAYS):
        yield from _moment(new, tomorrow + ahead * _DAY, zone)


def _differing(old: BusinessCalendar, new: BusinessCalendar, since: date, zone: ZoneInfo) -> Iterator[date]:
    if old == new:
        return
    days = (since + ahead * _DAY for ahead in range(_LOOKED_AHEAD))
    differing = (day for day in days if list(_spans(old, day, zone)) != list(_spans(new, day, zone)))
    for _, day in zip(range(_TRIED), differing, strict=False):
        yield day


def _back_from(day: date) -> Iterator[date]:
    return (day - back * _DAY for back in range(1, 8))


def _moment(calendar: BusinessCalendar, day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """Half past three if it is open then, else shortly before it closes; nothing on a day that is closed."""
    usual = datetime.combine(day, _MOMENT, zone)
    if calendar.is_open(usual):
        yield usual.astimezone(UTC)
    elif spans := list(_spans(calendar, day, zone)):
        opens, closes = spans[-1]
        yield max(closes - _BEFORE_CLOSING, opens)


def _spans(calendar: BusinessCalendar, day: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    midnight = datetime.combine(day, time(), zone)
    return calendar.open_spans(midnight, datetime.combine(day + _DAY, time(), zone))
