"""Three mails and when they would be answered: what a pace means in the hours there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.config.document.lengths import length
from inboxsla.config.document.paces import Pace
from inboxsla.config.settings import Calendar
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.errors import InboxSLAError
from inboxsla.speech import BabelSpeech
from inboxsla.web.settings.calendar import trying

# Weekday (0 is Monday) and hour of the mails that are shown.
_ARRIVALS = ((1, time(11)), (4, time(15, 30)), (6, time(22)))


@dataclass(frozen=True, slots=True)
class Example:
    arrives: str
    due: str
    how: str


def examples(
    pace: Pace | None, own: str, calendar: Calendar | None, now: datetime, say: BabelSpeech
) -> tuple[Example, ...]:
    """Of a mail of normal priority; nothing where it cannot be told. `own` is the length where there is no pace."""
    always = pace.always if pace else calendar is None
    zone = calendar.zone if calendar else "UTC"
    hours = BusinessCalendar.always_open(zone) if always or calendar is None else calendar.opening_hours()
    there = BabelSpeech(zone, say.locale)
    try:
        promised = length(pace.first[2] if pace else own, None if always else calendar)
        return tuple(_example(hours, _next(now, zone, *arrival), promised, now, there) for arrival in _ARRIVALS)
    except (InboxSLAError, ValueError, OverflowError):
        return ()


def _example(hours: BusinessCalendar, at: datetime, promised: timedelta, now: datetime, say: BabelSpeech) -> Example:
    due = hours.add(at, promised)
    return Example(say.today(at, now), say.today(due, now), trying.arithmetic(hours, at, due, say))


def _next(now: datetime, zone: str, weekday: int, at: time) -> datetime:
    """The next such day after today."""
    today = now.astimezone(ZoneInfo(zone)).date()
    day = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
