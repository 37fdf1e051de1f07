"""People as plain data, read into values; everything that is wrong with them is reported at once, in words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.duty import substitutes_in_circles
from inboxsla.domain.people import ROLES, Absence, Person
from inboxsla.errors import ConfigMistakes, NoWorkingTime

_PERSON_KEYS = ("address", "name", "role", "zone", "mailboxes", "calendar", "skills", "capacity", "absences", "active")
_ABSENCE_KEYS = ("from", "until", "substitute")
# Absences are vacations and leaves; a date outside these years is a slip of the pen.
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def people_from_data(rows: Sequence[Mapping[str, Any]]) -> list[Person]:
    """The people that plain data describes: address, name, role, zone, calendar, skills, capacity, absences.

    A calendar is plain data as a policy's, or None; dates are `date`s or ISO texts; no zone means the calendar's. Raises
    ConfigMistakes naming everything that is wrong, substitutes who stand in for each other included.
    """
    mistakes: list[str] = []
    people = [_person(row, mistakes) for row in rows if is_table(row, "a person", _PERSON_KEYS, mistakes)]
    addresses = [person.address for person in people]
    for twice in sorted({address for address in addresses if address and addresses.count(address) > 1}):
        mistakes.append(f"{twice} is on the people list twice; put what belongs to this person in one place.")
    for person in people:
        for named in sorted({absence.substitute for absence in person.absences if absence.substitute}):
            if named == person.address:
                mistakes.append(f"{_called(person)}: nobody can stand in for themselves; name somebody else.")
            elif named not in addresses:
                mistakes.append(f"{_called(person)}: the substitute {not_listed(named, addresses)}")
    names = {person.address: _called(person) for person in people}
    for circle, day in substitutes_in_circles(people):
        if len(circle) > 1:
            who = ", ".join(names[address] for address in circle)
            mistakes.append(
                f"{who} stand in for each other while all of them are away on {day}; name somebody who is there."
            )
    if mistakes:
        raise ConfigMistakes(mistakes)
    return people


def is_table(row: object, what: str, known: Sequence[str], mistakes: list[str]) -> bool:
    if not isinstance(row, Mapping):
        mistakes.append(f"“{row}” is not {what}; write {known[0]}, {known[1]} and so on.")
        return False
    for key in row:
        if key not in known:
            mistakes.append(f"“{key}” says nothing about {what}; what can be said is {', '.join(known)}.")
    return True


def _called(person: Person) -> str:
    return person.name or person.address or "somebody without a name"


def not_listed(address: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(address, list(known), n=1, cutoff=0.6)
    return f"{address} is not on the people list.{f' Did you mean {near[0]}?' if near else ''}"


def _person(row: Mapping[str, Any], mistakes: list[str]) -> Person:
    wrong: list[str] = []
    address, name = read_address(row.get("address"), "address", wrong), str(row.get("name") or "").strip()
    if not name:
        wrong.append("the name is missing.")
    role = row.get("role", "agent")
    if role not in ROLES:
        wrong.append(f"“{role}” is not a role; write {', '.join(ROLES)}.")
    calendar = _calendar(row.get("calendar"), wrong)
    person = Person(
        address,
        name,
        str(role),
        _zone(row.get("zone") or (calendar.zone if calendar else "UTC"), wrong),
        bool(row.get("active", True)),
        calendar,
        read_skills(row.get("skills"), wrong),
        _capacity(row.get("capacity"), wrong),
        tuple(_absences(row.get("absences"), wrong)),
    )
    mistakes.extend(f"{_called(person)}: {each}" for each in wrong)
    return person


def read_address(written: object, what: str, wrong: list[str]) -> str:
    text = written.strip().lower() if isinstance(written, str) else ""
    local, at, domain = text.rpartition("@")
    if not (local and at and domain) or text.split() != [text]:
        wrong.append(f"the {what} “{written or ''}” is not a mail address; write it like ana@example.org.")
    return text


def _zone(written: object, wrong: list[str]) -> str:
    try:
        return ZoneInfo(str(written)).key
    except (LookupError, ValueError, OSError):
        wrong.append(f"there is no time zone “{written}”; write an IANA name such as Europe/Berlin.")
        return "UTC"


def calendar_of_data(data: Mapping[str, Any]) -> BusinessCalendar:
    """The calendar that plain data without mistakes describes. Raises ConfigMistakes and NoWorkingTime."""
    zone = data.get("zone", "UTC")
    if data.get("always_open"):
        return BusinessCalendar.always_open(zone)
    return BusinessCalendar(zone, data.get("hours", {}), data.get("holidays", ()), data.get("special_days", {}))


def _calendar(data: object, wrong: list[str]) -> BusinessCalendar | None:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        wrong.append(f"“{data}” is not a calendar; give zone, hours, holidays and special_days.")
        return None
    try:
        return calendar_of_data(data)
    except ConfigMistakes as mistaken:
        wrong.extend(f"calendar: {each}" for each in mistaken.mistakes)
    except NoWorkingTime as never:
        wrong.append(f"calendar: {never}")
    return None


def read_skills(written: object, wrong: list[str]) -> frozenset[str]:
    if written is None:
        return frozenset()
    if isinstance(written, str) or not isinstance(written, Iterable):
        wrong.append(f'skills: expected a list such as ["billing", "french"], found “{written}”.')
        return frozenset()
    found = [each.strip().casefold() if isinstance(each, str) else "" for each in written]
    if not all(found):
        wrong.append("skills: a skill is a word such as billing; one of them is empty or not text.")
    return frozenset(each for each in found if each)


def _capacity(written: object, wrong: list[str]) -> int | None:
    if written is None:
        return None
    if not isinstance(written, int) or isinstance(written, bool) or written < 1:
        wrong.append(f"capacity “{written}” must be a whole number of tickets, at least 1; leave it out for no limit.")
        return None
    return written


def _absences(written: object, wrong: list[str]) -> Iterable[Absence]:
    if written is None:
        return
    if isinstance(written, str) or not isinstance(written, Sequence):
        wrong.append(
            f"absences: expected a list such as [{{from = 2026-12-24, until = 2027-01-02}}], found “{written}”."
        )
        return
    for row in written:
        if not is_table(row, "an absence", _ABSENCE_KEYS, wrong):
            continue
        start, until = (_date(row.get(key), key, wrong) for key in ("from", "until"))
        substitute = row.get("substitute")
        named = read_address(substitute, "substitute", wrong) if substitute is not None else None
        if start is None or until is None:
            continue
        if until <= start:
            wrong.append(f"an absence from {start} until {until} ends before it begins; until is the first day back.")
        else:
            yield Absence(start, until, named)


def _date(written: object, key: str, wrong: list[str]) -> date | None:
    day = None if isinstance(written, datetime) else written
    if isinstance(day, str):
        try:
            day = date.fromisoformat(day)
        except ValueError:
            day = None
    if not isinstance(day, date) or not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        wrong.append(f"an absence has “{'' if written is None else written}” as {key}; write a date like 2026-12-24.")
        return None
    return day
