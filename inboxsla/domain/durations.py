"""Lengths of time as people write and read them.

A day is 24 hours for plain lengths (how far back to look), and a *business day* wherever a promise is meant; the caller
says which by giving the length of a business day or not. Instants are never handled here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction

NBSP = "\N{NO-BREAK SPACE}"

_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

_UNITS: dict[str, timedelta] = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), _MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), _HOUR),
}
_DAYS = frozenset({"d", "day", "days"})
_WEEKS = frozenset({"w", "week", "weeks"})

_HOURS_AND_MINUTES = re.compile(r"(\d{1,5}):([0-5]\d)")
_PART = re.compile(
    r"(\d{1,9}(?:\.\d{1,6}|,\d{1,2})?)\s*((?:business|working)\s+days?|[^\W\d_]+)(?:[\s,]+|(?=\d)|$)", re.I
)


def parse_duration(text: str, business_day: timedelta | None = None) -> timedelta:
    """Read “2h 30m”, “45m”, “90s”, “1.5 h”, “2:30” (hours:minutes), “30 days” or “3 business days”.

    With `business_day` (the opening hours of one day) every day is a business day, because that is what “2 days” means
    in a promise. Without it a day is 24 hours and business days are refused. The result may be zero, never negative.
    Raises ValueError with a sentence for the person who wrote it.
    """
    written = text.strip()
    if clock := _HOURS_AND_MINUTES.fullmatch(written):
        return timedelta(hours=int(clock[1]), minutes=int(clock[2]))
    total, at = timedelta(), 0
    while at < len(written):
        part = _PART.match(written, at)
        if part is None:
            raise ValueError(_not_a_duration(written))
        total += _part(part[1], " ".join(part[2].lower().split()), business_day, written)
        at = part.end()
    if not written:
        raise ValueError("no length of time is given. Write for example 45m, 2h 30m or 3 business days.")
    return total


def words(length: timedelta, *, business_day: timedelta | None = None, round_up: bool = False) -> str:
    """Say a length the way pages, cards and mails do: “42 min”, “1 h 35 min”, “less than a minute”.

    At most two units, joined by no-break spaces. What is smaller is dropped (time left) or, with `round_up`, completed to
    the next unit (time over). With `business_day`, lengths from 24 hours on are said in days of that many hours: “2 days”,
    “3 days 2 h”. Raises ValueError for a negative length: the caller knows whether that means “over”.
    """
    if length < timedelta():
        raise ValueError("a length of time cannot be negative")
    if length < _MINUTE:
        return NBSP.join(("less", "than", "a", "minute"))
    length = _count(length, _MINUTE, round_up) * _MINUTE
    if business_day and length >= _DAY:
        days, rest = divmod(length, business_day)
        hours = _count(rest, _HOUR, round_up)
        if hours * _HOUR >= business_day:
            days, hours = days + 1, 0
        return _joined((days, "day" if days == 1 else "days"), (hours, "h"))
    hours, minutes = divmod(length // _MINUTE, 60)
    return _joined((hours, "h"), (minutes, "min"))


def exactly(length: timedelta) -> str:
    """Say a length with nothing dropped but parts of a second, as what is promised is said: “3 min 36 s”, “1 h 7 min 30 s”."""
    minutes, seconds = divmod(length // timedelta(seconds=1), 60)
    whole = words(timedelta(minutes=minutes)) if minutes else ""
    return NBSP.join(part for part in (whole, f"{seconds}{NBSP}s" if seconds or not whole else "") if part)


def _part(number: str, unit: str, business_day: timedelta | None, written: str) -> timedelta:
    amount = Fraction(number.replace(",", "."))
    if unit in _UNITS:
        length = _UNITS[unit]
    elif unit.startswith(("business", "working")):
        if business_day is None:
            raise ValueError(
                "this length is not counted in opening hours. Write days of 24 hours, for example 30 days."
            )
        length = business_day
    elif unit in _DAYS:
        length = business_day or _DAY
    elif unit in _WEEKS and business_day is None:
        length = 7 * _DAY
    else:
        raise ValueError(_not_a_duration(written))
    try:
        return timedelta(microseconds=round(amount * (length // timedelta(microseconds=1))))
    except OverflowError:
        raise ValueError(f"“{written}” is longer than a calendar reaches.") from None


def _count(length: timedelta, unit: timedelta, round_up: bool) -> int:
    return -(-length // unit) if round_up else length // unit


def _joined(*parts: tuple[int, str]) -> str:
    return NBSP.join(f"{number}{NBSP}{unit}" for number, unit in parts if number)


def _not_a_duration(written: str) -> str:
    return f"“{written[:40]}” is not a time we know. Write for example 45m, 2h 30m, 2:30 or 3 business days."
