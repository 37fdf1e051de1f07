"""What a calendar means, tried before it is saved: is it open now, and when is a promise due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import gettext as _

from inboxsla.config.settings import Calendar
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.durations import parse_duration
from inboxsla.errors import NoWorkingTime
from inboxsla.speech import BabelSpeech
from inboxsla.web.settings.typed import Typed

AT, PROMISE = "trial.at", "trial.promise"
_DAY = timedelta(days=1)
# The arithmetic of more pieces is no help to anybody.
_MOST_PIECES = 7
_WEEKDAYS_SAID = 6
_LONGEST = 2 * 366  # days


@dataclass(frozen=True, slots=True)
class Now:
    is_open: bool
    words: str


@dataclass(frozen=True, slots=True)
class Tried:
    """`due` is when, `how` the arithmetic in words; or `wrong` says why there is none."""

    due: str = ""
    how: str = ""
    wrong: str = ""


def open_now(calendar: Calendar, now: datetime, say: BabelSpeech) -> Now:
    """`say` speaks in the zone of the calendar."""
    hours = calendar.opening_hours()
    if hours.is_always_open:
        return Now(True, _("It is open around the clock."))
    try:
        if not hours.is_open(now):
            return Now(False, _("It opens %(when)s.", when=_when(hours.next_open(now), now, say)))
        closes = _end_of_span(hours, now)
        words = _("It closes %(when)s.", when=_when(closes, now, say))
        again = _("It opens again %(when)s.", when=_when(hours.next_open(closes), now, say))
        return Now(True, f"{words} {again}")
    except NoWorkingTime:
        return Now(hours.is_open(now), _("It does not open any more: its special days are over."))


def tried(typed: Typed, calendar: Calendar, now: datetime, say: BabelSpeech) -> Tried:
    """When something that arrives at `trial.at` (local time of the calendar) is due."""
    try:
        local = datetime.fromisoformat(typed.get(AT))
    except ValueError:
        return Tried(wrong=_("Write when the mail arrives, for example 2026-12-24 11:30."))
    if not 1970 < local.year < 9000:
        return Tried(wrong=_("Write when the mail arrives, for example 2026-12-24 11:30."))
    start = local.replace(tzinfo=ZoneInfo(calendar.zone)).astimezone(UTC)
    hours = calendar.opening_hours()
    try:
        due = hours.add(start, parse_duration(typed.get(PROMISE), calendar.business_day))
    except NoWorkingTime:
        return Tried(wrong=_("So many opening hours do not come together within ten years."))
    except (ValueError, OverflowError) as wrong:
        return Tried(wrong=str(wrong))
    return Tried(say.today(due, now), arithmetic(hours, start, due, say))


def suggestion(calendar: Calendar, now: datetime) -> tuple[str, str]:
    """What the box begins with: the next full hour, in the zone of the calendar, and four hours."""
    local = now.astimezone(ZoneInfo(calendar.zone)).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    return (local + timedelta(hours=1)).isoformat(timespec="minutes"), "4h"


def _end_of_span(hours: BusinessCalendar, now: datetime) -> datetime:
    """When the span that is open now ends."""
    for reach in (_DAY, 30 * _DAY):
        begins, ends = next(hours.open_spans(now, now + reach))
        if ends < now + reach:
            return ends
    return now + 30 * _DAY


def _when(at: datetime, now: datetime, say: BabelSpeech) -> str:
    moment = say.moment(at, now)
    return str(_("today at %(time)s", time=moment)) if say.same_day(at, now) else moment


def arithmetic(hours: BusinessCalendar, start: datetime, due: datetime, say: BabelSpeech) -> str:
    """“30 min on Thursday, closed Friday to Sunday, then 3 h 30 min on Monday.” Nothing where it takes years."""
    if (due - start).days > _LONGEST:
        return ""
    days = list(_by_day(hours, start, due, say))
    pieces = [(length, [day for day, _length in same]) for length, same in groupby(days, key=lambda each: each[1])]
    if pieces and not pieces[-1][0]:
        pieces.pop()
    if len(pieces) > _MOST_PIECES:
        opened = sum(1 for _day, length in days if length)
        return str(_("Counted over %(days)s days on which it is open.", days=opened))
    first = days[0][0]
    told = [_piece(length, same, first, say) for length, same in pieces]
    if pieces and not pieces[0][0] and hours.between(*_ends(first, say)):
        told[0] = _("after hours on %(day)s", day=_day(first, first, say))
        if len(pieces[0][1]) > 1:
            told.insert(1, _piece(pieces[0][0], pieces[0][1][1:], first, say))
    if len(told) < 2:
        return f"{told[0]}." if told else ""
    words = str(_("%(first)s, then %(last)s.", first=", ".join(told[:-1]), last=told[-1]))
    return words[:1].upper() + words[1:]


def _by_day(
    hours: BusinessCalendar, start: datetime, due: datetime, say: BabelSpeech
) -> Iterator[tuple[date, timedelta]]:
    """Each local date from the first to the last, and what was counted on it."""
    day, last = start.astimezone(say.zone).date(), due.astimezone(say.zone).date()
    while day <= last:
        begins, ends = _ends(day, say)
        yield day, hours.between(max(begins, start), max(start, min(ends, due)))
        day += _DAY


def _ends(day: date, say: BabelSpeech) -> tuple[datetime, datetime]:
    """When a local date begins and ends."""
    begins, after = (datetime(each.year, each.month, each.day, tzinfo=say.zone) for each in (day, day + _DAY))
    return begins.astimezone(UTC), after.astimezone(UTC)


def _piece(length: timedelta, days: list[date], first: date, say: BabelSpeech) -> str:
    named = _day(days[0], first, say)
    if len(days) > 1:
        named = _("%(first)s to %(last)s", first=named, last=_day(days[-1], first, say))
    if not length:
        return str(_("closed %(days)s", days=named))
    if len(days) > 1:
        return str(_("%(length)s each on %(days)s", length=say.length(length), days=named))
    return str(_("%(length)s on %(days)s", length=say.length(length), days=named))


def _day(day: date, first: date, say: BabelSpeech) -> str:
    near = (day - first).days <= _WEEKDAYS_SAID
    return str(format_date(day, "EEEE" if near else "EEE d MMM", locale=say.locale))
