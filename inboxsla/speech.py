"""Texts in the reader's language, moments in the reader's zone; the zone is always named."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime, format_skeleton, format_time
from flask_babel import get_domain

from inboxsla.domain.durations import words

NBSP = "\N{NO-BREAK SPACE}"


class BabelSpeech:
    """`inboxsla.domain.speech.Speech` in one IANA zone and one locale. Texts need a request (or application) context."""

    def __init__(self, zone: str, locale: str | Locale) -> None:
        self.zone = ZoneInfo(zone)
        self.locale = Locale.parse(locale)

    def text(self, message: str, **values: str | int) -> str:
        # A catalogue answers the empty text with its own header.
        if not message:
            return ""
        said = str(self._catalogue.gettext(message))
        return said % values if values else said

    @cached_property
    def _catalogue(self) -> Any:
        # Found once: flask_babel's own gettext looks for it again at every text, which takes longer than translating it.
        return get_domain().get_translations()

    def moment(self, at: datetime, now: datetime) -> str:
        return f"{self.short(at, now)}{NBSP}{self.zone_name(at)}"

    def short(self, at: datetime, now: datetime) -> str:
        """A moment without its zone, for columns whose cells carry the whole moment beside it."""
        return (self.day(at, now) + " " + self.clock(at)).lstrip()

    def day(self, at: datetime, now: datetime) -> str:
        """ "" today, "Wed" within six days, "3 Dec" beyond, "3 Dec 2027" in another year."""
        there, here = at.astimezone(self.zone), now.astimezone(self.zone)
        apart = abs((there.date() - here.date()).days)
        if apart == 0:
            return ""
        if apart <= 6:
            return str(format_datetime(there, "EEE", locale=self.locale))
        return self._skeleton("MMMd" if there.year == here.year else "yMMMd", there)

    def clock(self, at: datetime) -> str:
        """ "11:30", or "11:30 AM" where people write it so."""
        return str(format_time(at.astimezone(self.zone), "short", locale=self.locale))

    def today(self, at: datetime, base: datetime | None = None) -> str:
        """The clock of a page: "Tue 24 Nov 10:48 CET"; with its year where that is not the one of `base`."""
        there = at.astimezone(self.zone)
        same_year = base is None or base.astimezone(self.zone).year == there.year
        weekday = format_datetime(there, "EEE", locale=self.locale)
        date = self._skeleton("MMMd" if same_year else "yMMMd", there)
        return f"{weekday} {date} {self.clock(at)}{NBSP}{self.zone_name(at)}"

    def exact(self, at: datetime) -> str:
        """Day, second and zone, for tooltips: "24 Nov 2026, 10:48:05 CET"."""
        there = at.astimezone(self.zone)
        return f"{format_datetime(there, 'medium', locale=self.locale)}{NBSP}{self.zone_name(at)}"

    def zone_name(self, at: datetime) -> str:
        """ "CET"; zones without letters of their own are said as an offset, "UTC+3"."""
        name = at.astimezone(self.zone).tzname() or "UTC"
        if not name.startswith(("+", "-")):
            return name
        hours, minutes = name[1:3].lstrip("0") or "0", name[3:]
        return f"UTC{name[0].replace('-', chr(0x2212))}{hours}{':' + minutes if minutes else ''}"

    def same_day(self, at: datetime, now: datetime) -> bool:
        return at.astimezone(self.zone).date() == now.astimezone(self.zone).date()

    def length(self, length: timedelta, *, business_day: timedelta | None = None, up: bool = False) -> str:
        return words(length, business_day=business_day, round_up=up)

    def _skeleton(self, skeleton: str, there: datetime) -> str:
        return str(format_skeleton(skeleton, there, locale=self.locale))
