"""What the lengths of a document mean, once it is known in whose business days they are written."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from inboxsla.config.fields import BUSINESS_DAY
from inboxsla.config.settings import Calendar
from inboxsla.domain.durations import parse_duration


def length(text: str, calendar: Calendar | None) -> timedelta:
    """A valid length, counted in the business days of `calendar` (None: those of an unknown one), to the second."""
    return _length(text, calendar.business_day if calendar else BUSINESS_DAY)


@lru_cache(maxsize=1_024)
def _length(text: str, business_day: timedelta) -> timedelta:
    """Policies promise the same few lengths many times."""
    return timedelta(seconds=max(1, int(parse_duration(text, business_day).total_seconds())))


def seconds(text: str, calendar: Calendar | None) -> int:
    return int(length(text, calendar).total_seconds())


def written(length: timedelta, business_day: timedelta | None) -> str:
    """A length as it can be written: “4h”, “2h 30m”, “3 business days” from 24 hours on where it comes out even."""
    if business_day and length >= timedelta(days=1) and not length % business_day:
        days = length // business_day
        return f"{days} business day{'' if days == 1 else 's'}"
    total = max(1, int(length.total_seconds()))
    hours, rest = divmod(total, 3600)
    minutes, left = divmod(rest, 60)
    return " ".join(f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (left, "s")) if number)
