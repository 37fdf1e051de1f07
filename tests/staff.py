"""The staff of the bicycle-light shop with their hours and absences, for tests of who is there and who takes what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.people import Absence, Person
from tests.people import LONDON, NAMES, WEEKDAYS


def hours(from_: str, to: str, zone: str = LONDON, days: Iterable[str] = WEEKDAYS) -> BusinessCalendar:
    """The same hours on each of these weekdays."""
    return BusinessCalendar(zone, {day: [(from_, to)] for day in days})


DAY_SHIFT = hours("09:00", "17:00")
LATE_SHIFT = hours("13:00", "21:00")


def away(first: str, back: str, substitute: str | None = None) -> Absence:
    """Away from the first date until the day of return, "2026-06-01" to "2026-06-08"."""
    return Absence(date.fromisoformat(first), date.fromisoformat(back), substitute)


def person(
    address: str,
    role: str = "agent",
    *absences: Absence,
    calendar: BusinessCalendar | None = None,
    skills: Iterable[str] = (),
    capacity: int | None = None,
    active: bool = True,
    zone: str = LONDON,
) -> Person:
    """Somebody always on duty, unless said otherwise."""
    name = NAMES.get(address, address)
    return Person(address, name, role, zone, active, calendar, frozenset(skills), capacity, absences)
