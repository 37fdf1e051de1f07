"""How a face of the product says texts, moments and lengths. The domain composes sentences; a face brings its language."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from inboxsla.domain.durations import words

NBSP = "\N{NO-BREAK SPACE}"
_YEARS = timedelta(days=800)


class Speech(Protocol):
    """One reader's language and zone."""

    def text(self, message: str, **values: str | int) -> str:
        """`message` in the reader's language with `%(name)s` filled in."""

    def moment(self, at: datetime, now: datetime) -> str:
        """ "11:30 CET" today, "Wed 15:00 CET" within six days, "3 Dec 15:00 CET" beyond: in the reader's zone, named."""

    def same_day(self, at: datetime, now: datetime) -> bool: ...

    def length(self, length: timedelta, *, business_day: timedelta | None = None, up: bool = False) -> str:
        """ "1 h 35 min"; a length is never negative.

        With `business_day`, from 24 hours on it is said in days of that length. Rounded down, or `up`.
        """


def with_hours(length: timedelta, business_day: timedelta, say: Speech) -> str:
    """ "3 days (24 h)": where its pieces are said in hours beside it; "4 h" where there is nothing to add."""
    days, hours = say.length(length, business_day=business_day), say.length(length)
    return days if days == hours else f"{days} ({hours})"


class English:
    """English in one IANA zone; what the command line and mails use."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)

    def text(self, message: str, **values: str | int) -> str:
        return message % values if values else message

    def moment(self, at: datetime, now: datetime) -> str:
        there, here = at.astimezone(self.zone), now.astimezone(self.zone)
        clock = f"{there:%H:%M}{NBSP}{_zone_name(there)}"
        apart = abs((there.date() - here.date()).days)
        if apart == 0:
            return clock
        if apart <= 6:
            return f"{there:%a} {clock}"
        year = f" {there.year}" if there.year != here.year else ""
        return f"{there.day} {there:%b}{year} {clock}"

    def same_day(self, at: datetime, now: datetime) -> bool:
        return at.astimezone(self.zone).date() == now.astimezone(self.zone).date()

    def length(self, length: timedelta, *, business_day: timedelta | None = None, up: bool = False) -> str:
        return words(length, business_day=business_day, round_up=up)


class Dated:
    """Another speech that says every instant with its day and year: for what may be long past when it is read."""

    def __init__(self, say: Speech) -> None:
        self._say = say

    def text(self, message: str, **values: str | int) -> str:
        return self._say.text(message, **values)

    def moment(self, at: datetime, now: datetime) -> str:
        # Seen from another year every speech says day, month and year.
        return self._say.moment(at, at - _YEARS if at.year > 3 else at + _YEARS)

    def same_day(self, at: datetime, now: datetime) -> bool:
        return False

    def length(self, length: timedelta, *, business_day: timedelta | None = None, up: bool = False) -> str:
        return self._say.length(length, business_day=business_day, up=up)


def _zone_name(there: datetime) -> str:
    """ "CET"; zones without letters of their own are said as an offset, "UTC+5:45"."""
    name = there.tzname() or "UTC"
    if not name.startswith(("+", "-")):
        return name
    sign = "+" if name[0] == "+" else "\N{MINUS SIGN}"
    hours, minutes = name[1:3].lstrip("0") or "0", name[3:]
    return f"UTC{sign}{hours}{':' + minutes if minutes else ''}"


def came_back(times: int, say: Speech) -> str:
    """ "the customer came back 2 times": how often they reopened the ticket, at least once."""
    if times == 1:
        return say.text("the customer came back once")
    return say.text("the customer came back %(count)s times", count=times)
