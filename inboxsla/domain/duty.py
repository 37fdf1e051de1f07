"""Who is there: on duty by calendar and absence, when duty begins again, and who stands in for somebody absent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import HORIZON
from inboxsla.domain.people import Absence, Person
from inboxsla.errors import NoWorkingTime

_HORIZON = timedelta(microseconds=HORIZON)


def span(absence: Absence, zone: str) -> tuple[datetime, datetime]:
    """[first midnight, midnight of the day of return) in aware UTC. Where a zone skips midnight, the day begins later."""
    return _midnight(absence.start, zone), _midnight(absence.until, zone)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _absences_at(person: Person, at: datetime) -> Iterator[tuple[Absence, datetime]]:
    """Each absence that lasts at `at`, with its end."""
    for absence in person.absences:
        begins, ends = span(absence, person.zone)
        if begins <= at < ends:
            yield absence, ends


def is_absent(person: Person, at: datetime) -> bool:
    return next(_absences_at(person, at), None) is not None


def on_duty(person: Person, at: datetime) -> bool:
    """Active, not absent, and inside the person's own hours."""
    if not person.active or is_absent(person, at):
        return False
    return person.calendar is None or person.calendar.is_open(at)


def next_on_duty(person: Person, at: datetime) -> datetime | None:
    """The earliest instant from `at` on at which the person is on duty; None if none comes within ten years."""
    if not person.active:
        return None
    moment = at.astimezone(UTC)
    latest = moment + _HORIZON
    while moment <= latest:
        back = max((ends for _, ends in _absences_at(person, moment)), default=None)
        if back is not None:
            moment = back
            continue
        opens = _next_open(person, moment)
        if opens is None or opens == moment:
            return opens
        moment = opens
    return None


def _next_open(person: Person, moment: datetime) -> datetime | None:
    if person.calendar is None:
        return moment
    try:
        return person.calendar.next_open(moment)
    except NoWorkingTime:
        return None


def first_on_duty(people: Iterable[Person], at: datetime) -> datetime | None:
    """When the first of them is on duty again; None if nobody ever is."""
    returns = (next_on_duty(person, at) for person in people)
    return min((moment for moment in returns if moment is not None), default=None)


def stand_in(person: Person, people: Iterable[Person], at: datetime) -> Person | None:
    """Who acts for the person at `at`: the person, or whoever the substitutes lead to; never somebody absent.

    None if a substitute is missing, has left, or the substitutes lead back to somebody asked before. Working hours are not
    looked at: standing in is for absences.
    """
    listed = {each.address: each for each in people}
    asked: set[str] = set()
    current: Person | None = person
    while current is not None and current.active and current.address not in asked:
        absences = [absence for absence, _ in _absences_at(current, at)]
        if not absences:
            return current
        asked.add(current.address)
        named = next((absence.substitute for absence in absences if absence.substitute), None)
        current = listed.get(named) if named else None
    return None


def substitutes_in_circles(people: Iterable[Person]) -> list[tuple[tuple[str, ...], date]]:
    """Addresses that stand in for each other while all of them are away, and the first date of that; each circle once."""
    listed = {person.address: person for person in people}
    # Who stands in for whom changes on these dates only.
    dates = sorted({day for person in listed.values() for each in person.absences for day in (each.start, each.until)})
    found: dict[frozenset[str], tuple[tuple[str, ...], date]] = {}
    for day in dates:
        names = {address: _substitute_on(person, day) for address, person in listed.items()}
        for address in listed:
            circle = _circle(address, names)
            if circle:
                found.setdefault(frozenset(circle), (circle, day))
    return list(found.values())


def _substitute_on(person: Person, day: date) -> str | None:
    return next((a.substitute for a in person.absences if a.start <= day < a.until and a.substitute), None)


def _circle(start: str, names: dict[str, str | None]) -> tuple[str, ...]:
    """The circle that `start` is in, beginning there; empty if it is in none."""
    path = [start]
    while (following := names.get(path[-1])) is not None and following not in path:
        path.append(following)
    return tuple(path) if following == start else ()
