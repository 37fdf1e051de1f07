"""What people write into the fields of a form, read into values. Local times are those of the person's zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.hold_ends import next_day, two_business_days
from inboxsla.services.doing import Unclear

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
# What pages and programs put in text that nobody sees; databases refuse some of it.
_CONTROLS = {**dict.fromkeys([*range(32), *range(127, 160)]), ord("\t"): "\t", ord("\n"): "\n"}
# Dates outside these years are a slip of the pen.
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True)
class Form:
    """`fields` are plain strings; one that is absent was not given. `zone` is IANA, `now` aware UTC. Everything raises Unclear."""

    fields: Mapping[str, str]
    zone: str
    now: datetime

    def lines(self, name: str) -> str:
        """As it was written, without blanks around it and without what no database takes; empty if it was not given."""
        written = self.fields.get(name, "").replace("\r\n", "\n").replace("\r", "\n")
        return written.translate(_CONTROLS).encode(errors="replace").decode().strip()

    def text(self, name: str) -> str:
        """On one line; empty if it was not given."""
        return " ".join(self.lines(name).split())

    def is_on(self, name: str) -> bool:
        return self.text(name).lower() in ("on", "true", "1", "yes")

    def words(self, name: str) -> tuple[str, ...]:
        """What stands between commas, each once."""
        return tuple(dict.fromkeys(word.strip() for word in self.text(name).split(",") if word.strip()))

    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def day(self, name: str) -> date | None:
        """A local date; None if it was not given."""
        written = self.text(name)
        if not written:
            return None
        return self._date(name, written, "2026-11-30")

    def past(self, name: str) -> datetime | None:
        """An instant: a local time of today, or a local date and time; None if it was not given."""
        written = self.text(name)
        if not written:
            return None
        if clock := _CLOCK.fullmatch(written):
            return self._there(datetime.combine(self.today(), time(int(clock[1]), int(clock[2]))))
        return self._moment(name, written)

    def hold_end(self, name: str, calendar: BusinessCalendar) -> datetime:
        """Until when to hold: a local date (its first opening), a local date and time, "tomorrow" or "2 days" (the default)."""
        written = self.text(name).lower()
        if written in ("", "2 days", "two days"):
            return two_business_days(calendar, self.now)
        if written == "tomorrow":
            return next_day(calendar, self.now)
        at = self._moment(name, written)
        return calendar.next_open(at) if "t" not in written and ":" not in written else at

    def _moment(self, name: str, written: str) -> datetime:
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            at = datetime.combine(self._date(name, written, "2026-11-30T09:00"), time())
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise Unclear(name, f"There is a slip in “{written[:40]}”: its year is {at.year}.")
        return at.astimezone(UTC) if at.tzinfo is not None else self._there(at)

    def _date(self, name: str, written: str, example: str) -> date:
        try:
            day = date.fromisoformat(written)
        except ValueError:
            raise Unclear(name, f"“{written[:40]}” is not a date. Write it like {example}.") from None
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise Unclear(name, f"There is a slip in “{written[:40]}”: its year is {day.year}.")
        return day

    def _there(self, local: datetime) -> datetime:
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
