"""What the page of a calendar shows beside its fields, of what is typed at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from inboxsla.config.fields import WEEKDAYS
from inboxsla.speech import BabelSpeech
from inboxsla.web.settings.calendar import holidays, reading, trying
from inboxsla.web.settings.calendar.holidays import Year
from inboxsla.web.settings.calendar.trying import Now, Tried
from inboxsla.web.settings.calendar.week import Week, week
from inboxsla.web.settings.typed import Typed


@dataclass(frozen=True, slots=True)
class Looks:
    """`now` and `tried` are None while what is typed cannot be read; `days` are (key, name) of the weekdays."""

    week: Week
    days: Sequence[tuple[str, str]]
    now: Now | None
    tried: Tried | None
    years: tuple[Year, ...]
    countries: Sequence[tuple[str, str]]
    regions: Sequence[tuple[str, str]]


def looks(typed: Typed, now: datetime, say: BabelSpeech) -> Looks:
    """`say` gives the language; times are told in the zone that is typed."""
    found = reading.read(typed)
    there = BabelSpeech(found.calendar.zone, say.locale) if found.calendar else None
    return Looks(
        week(found.hours),
        weekdays(say),
        trying.open_now(found.calendar, now, there) if found.calendar and there else None,
        trying.tried(typed, found.calendar, now, there) if found.calendar and there else None,
        holidays.years(typed, now.astimezone(there.zone if there else ZoneInfo("UTC")).date(), say),
        holidays.countries(say),
        holidays.regions(typed.get("country")),
    )


def weekdays(say: BabelSpeech) -> Sequence[tuple[str, str]]:
    names = get_day_names("wide", locale=say.locale)
    return [(day, str(names[nth])) for nth, day in enumerate(WEEKDAYS)]
