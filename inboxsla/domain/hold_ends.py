"""Until when a ticket is put on hold by those who name no date."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar

_DAY = timedelta(days=1)


def next_day(calendar: BusinessCalendar, now: datetime) -> datetime:
    """The first opening on a later date than today's in the calendar's zone. Raises NoWorkingTime if none comes."""
    there = now.astimezone(ZoneInfo(calendar.zone))
    midnight = (there + _DAY).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return calendar.next_open(midnight)


def two_business_days(calendar: BusinessCalendar, now: datetime) -> datetime:
    """When as much time as two ordinary days are open has passed in opening hours. Raises NoWorkingTime if it never has."""
    return calendar.add(now, 2 * calendar.business_day)
