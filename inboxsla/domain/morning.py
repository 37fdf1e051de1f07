"""When somebody's day at work begins: what is told once a day is told then, and not on days off."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.duty import next_on_duty, on_duty
from inboxsla.domain.people import Person

# For whoever is on duty at any hour, or still is from the day before.
USUAL = time(8)
_MOMENT = timedelta(microseconds=1)
_LOOK_BACK = 7


def midnight(day: date, zone: str) -> datetime:
    """The beginning of a local date, in aware UTC."""
    return _at(day, time(), zone)


def morning(person: Person, day: date) -> datetime | None:
    """When the person begins on a local date of theirs, in aware UTC; None on a day off or away.

    The first moment at which duty begins on that date, or 08:00 where it does not begin but lasts.
    """
    starts, ends, usual = (
        midnight(day, person.zone),
        midnight(day + timedelta(days=1), person.zone),
        _at(day, USUAL, person.zone),
    )
    at_any_hour = person.calendar is None or person.calendar.is_always_open
    lasts = on_duty(person, starts) and on_duty(person, starts - _MOMENT)
    begins = next_on_duty(person, usual if at_any_hour or lasts else starts)
    return begins if begins is not None and begins < ends else None


def day_before(person: Person, day: date) -> date:
    """The last date before `day` on which the person was there, a week back at most; else yesterday."""
    earlier = (day - timedelta(days=back) for back in range(1, _LOOK_BACK + 1))
    return next((each for each in earlier if morning(person, each) is not None), day - timedelta(days=1))


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _at(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
