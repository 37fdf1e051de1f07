"""Everybody on the people list as the pages show them: there now or not, until when, and with how much to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from inboxsla.config.document import Document, calendar_data, zone_of
from inboxsla.config.document.model import Person
from inboxsla.domain import people as domain
from inboxsla.domain.assignment import NOTHING, Load, loads
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.duty import next_on_duty, on_duty, span
from inboxsla.domain.people_data import calendar_of_data
from inboxsla.services import in_force
from inboxsla.services.in_force import InForce
from inboxsla.services.ports import Ports
from inboxsla.storage import absences, hand_outs


@dataclass(frozen=True, slots=True)
class Entry:
    """One person. `back` is when they are on duty next; None while they are, or if they never will be.

    `away` is the absence that lasts now, `own` the one they set themselves, if it is not over.
    """

    person: Person
    zone: str
    is_there: bool
    back: datetime | None
    away: domain.Absence | None
    own: domain.Absence | None
    load: Load

    def matches(self, words: str) -> bool:
        """Whether every word is somewhere in name, address, role, calendar, skills or mailboxes."""
        one = self.person
        told = (one.name, one.address, one.role, one.calendar or "", *one.skills, *one.mailboxes)
        text = " ".join(told).casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Directory:
    """`entries` by name; `mailboxes` are the addresses people can work in."""

    force: InForce
    entries: tuple[Entry, ...]
    mailboxes: tuple[str, ...]


def directory(ports: Ports) -> Directory:
    """The people list in force, as of now."""
    now = ports.now()
    with ports.db.read() as conn:
        force = in_force.in_force(conn, ports.settings)
        said = absences.every(conn)
        has = loads(hand_outs.counts_by_owner(conn))
        boxes = in_force.mailboxes_in_use(conn) | {each.address for each in ports.settings.mailboxes}
    found = _entries(force.document.people, force.document, said, has, now)
    return Directory(force, tuple(sorted(found, key=lambda each: each.person.name.casefold())), tuple(sorted(boxes)))


def _entries(
    people: Sequence[Person],
    document: Document,
    said: Mapping[str, domain.Absence],
    has: Mapping[str, Load],
    now: datetime,
) -> Iterator[Entry]:
    # Whoever has the same hours and no absence is there, and back, at the same time.
    alike: dict[tuple[str, str], tuple[bool, datetime | None]] = {}
    for each, who in zip(people, as_domain(people, document, said), strict=True):
        same = (each.calendar or "", who.zone)
        if who.absences or same not in alike:
            there = on_duty(who, now)
            duty = (there, None if there else next_on_duty(who, now))
            if not who.absences:
                alike[same] = duty
        else:
            duty = alike[same]
        lasting = [one for one in who.absences if _lasts(one, who.zone, now)]
        own = said.get(each.address)
        if own is not None and own.until <= now.astimezone(ZoneInfo(who.zone)).date():
            own = None
        away = max(lasting, key=lambda one: one.until, default=None)
        yield Entry(each, who.zone, *duty, away, own, has.get(each.address, NOTHING))


def as_domain(
    people: Sequence[Person], document: Document, said: Mapping[str, domain.Absence], mailbox: str | None = None
) -> Iterator[domain.Person]:
    """People of a document with the absences that they set themselves (`said`); in their role in `mailbox`, if one is named."""
    calendars: dict[tuple[str, str], BusinessCalendar] = {}
    for each in people:
        zone, name = zone_of(document, each), each.calendar or ""
        if name and (name, zone) not in calendars:
            calendars[name, zone] = calendar_of_data(calendar_data(name, zone, document))
        away = [domain.Absence(one.begins, one.until, one.substitute) for one in each.absences]
        if each.address in said:
            away.append(said[each.address])
        yield domain.Person(
            each.address,
            each.name,
            (each.role_in(mailbox) if mailbox else None) or each.role,
            zone,
            True,
            calendars.get((name, zone)),
            frozenset(skill.casefold() for skill in each.skills),
            each.capacity,
            tuple(dict.fromkeys(away)),
        )


def _lasts(absence: domain.Absence, zone: str, now: datetime) -> bool:
    begins, ends = span(absence, zone)
    return begins <= now < ends
