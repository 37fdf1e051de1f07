"""The people list of each mailbox: who is staff, in which role, when they are there and what they can take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, bindparam, func, or_, select, type_coerce, update

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.people import Absence, Person, absences_data
from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import mailboxes
from inboxsla.storage.schema import own_absences as own
from inboxsla.storage.schema import people as t
from inboxsla.storage.types import as_json, from_json

_COLUMNS = (
    t.c.address,
    t.c.name,
    t.c.role,
    t.c.zone,
    t.c.active,
    # As text, so that the same calendar is read once and not for each mail that comes in.
    type_coerce(t.c.calendar, Text).label("calendar"),
    t.c.skills,
    t.c.capacity,
    t.c.absences,
    own.c.start.label("own_start"),
    own.c.until.label("own_until"),
    own.c.substitute.label("own_substitute"),
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A mailbox somebody has to do with. Without a role its account is theirs, but they are not on its people list."""

    mailbox_id: int
    role: str | None
    name: str | None
    zone: str | None


_CONNECTED = (mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
_MEMBERSHIPS = (
    select(mailboxes.c.id, t.c.role, t.c.name, t.c.zone)
    .select_from(
        mailboxes.outerjoin(t, and_(t.c.mailbox_id == mailboxes.c.id, t.c.address == bindparam("address"), t.c.active))
    )
    .where(*_CONNECTED)
    .where(or_(t.c.id.is_not(None), mailboxes.c.address == bindparam("address")))
    .order_by(mailboxes.c.id)
)
_ACTIVE = (
    select(*_COLUMNS)
    .select_from(t.outerjoin(own, own.c.address == t.c.address))
    .where(t.c.mailbox_id == bindparam("mailbox"), t.c.active)
    .order_by(t.c.address)
)
# Everybody who is or was on a list, as it is stored, and nobody else changing it until the transaction ends.
_JSON = ("calendar", "skills", "absences")
_LISTED = (
    select(t.c.address, t.c.active, t.c.name, t.c.role, t.c.zone, t.c.capacity)
    .add_columns(*(type_coerce(t.c[name], Text).label(name) for name in _JSON))
    .where(t.c.mailbox_id == bindparam("mailbox"))
    .order_by(t.c.id)
    .with_for_update(key_share=True)
)


def of_mailbox(conn: Connection, mailbox_id: int) -> list[Person]:
    """Active people of a mailbox, by address; with the absences of the configuration and those they set themselves."""
    return [_person(row) for row in conn.execute(_ACTIVE, {"mailbox": mailbox_id})]


def _person(row: Row[Any]) -> Person:
    return Person(
        row.address,
        row.name,
        row.role,
        row.zone,
        row.active,
        None if row.calendar is None else _calendar(row.calendar),
        frozenset(row.skills),
        row.capacity,
        _absences(row),
    )


def _absences(row: Row[Any]) -> tuple[Absence, ...]:
    told = [
        Absence(date.fromisoformat(each["from"]), date.fromisoformat(each["until"]), each.get("substitute"))
        for each in row.absences
    ]
    if row.own_start is not None:
        told.append(Absence(row.own_start, row.own_until, row.own_substitute))
    return tuple(dict.fromkeys(told))


@lru_cache(maxsize=256)
def _calendar(written: str) -> BusinessCalendar:
    return BusinessCalendar(**from_json(written))


def replace_all(conn: Connection, mailbox_id: int, people: Iterable[Person]) -> None:
    """Make the list what `people` says; those no longer on it stay as inactive, so that their names are still known.

    Written are only the rows that say something else: of a large house's hundreds an edit changes one.
    """
    wanted = {person.address: _columns(person) for person in people}
    listed = {row.address: row for row in conn.execute(_LISTED, {"mailbox": mailbox_id})}
    new = [{"mailbox_id": mailbox_id, "address": each, **wanted[each]} for each in wanted if each not in listed]
    here = insert_ignore(conn, t, new, conflict=["mailbox_id", "address"])
    # Somebody else may have listed the same people in this moment.
    astray = set() if len(here) == len(new) else wanted.keys() - listed.keys()
    for address, said in wanted.items():
        if address in astray or (address in listed and not _says(listed[address], said)):
            conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.address == address).values(**said))
    gone = [row.address for row in listed.values() if row.active and row.address not in wanted]
    if gone:
        conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.address.in_(gone)).values(active=False))


def _says(row: Row[Any], said: Mapping[str, Any]) -> bool:
    kept = {name: None if said[name] is None else as_json(said[name]) for name in _JSON}
    return all(getattr(row, name) == value for name, value in {**said, **kept}.items())


def _columns(person: Person) -> dict[str, Any]:
    return {
        "active": True,
        "name": person.name,
        "role": person.role,
        "zone": person.zone,
        "calendar": None if person.calendar is None else person.calendar.to_data(),
        "skills": sorted(person.skills),
        "capacity": person.capacity,
        "absences": absences_data(person),
    }


def lock(conn: Connection, addresses: Iterable[str]) -> None:
    """Nobody else locks these people, or changes them, until the transaction ends. SQLite has one writer anyway."""
    conn.execute(select(t.c.id).where(t.c.address.in_(list(addresses))).order_by(t.c.id).with_for_update()).all()


def names(conn: Connection, mailbox_id: int) -> dict[str, str]:
    """Address to name, of everybody who is or was on the list."""
    rows = conn.execute(select(t.c.address, t.c.name).where(t.c.mailbox_id == mailbox_id))
    return {row.address: row.name for row in rows}


def memberships(conn: Connection, address: str) -> list[Membership]:
    """Every connected mailbox that `address` (lower-case) is an active person of, or the account of; by mailbox id."""
    return [Membership(*row) for row in conn.execute(_MEMBERSHIPS, {"address": address})]


def named_with(conn: Connection, roles: Iterable[str], mailbox_id: int | None = None) -> list[tuple[str, str]]:
    """(address, name) of active people who have one of these roles in that connected mailbox, or in any; by name."""
    where = [t.c.active, t.c.role.in_(list(roles)), *_CONNECTED]
    if mailbox_id is not None:
        where.append(t.c.mailbox_id == mailbox_id)
    rows = conn.execute(select(t.c.address, t.c.name).join_from(t, mailboxes).where(*where).order_by(t.c.name, t.c.id))
    return list({row.address: (row.address, row.name) for row in rows}.values())


def admins_of_all(conn: Connection) -> list[tuple[str, str]]:
    """(address, name) of those who are admins of every connected mailbox, listed first first; none where none is connected."""
    everything = select(func.count()).select_from(mailboxes).where(*_CONNECTED).scalar_subquery()
    rows = conn.execute(
        select(t.c.address, func.min(t.c.name).label("name"))
        .join_from(t, mailboxes)
        .where(t.c.active, t.c.role == "admin", *_CONNECTED)
        .group_by(t.c.address)
        .having(func.count() == everything)
        .order_by(func.min(t.c.id))
    )
    return [(row.address, row.name) for row in rows]


def id_of(conn: Connection, mailbox_id: int, address: str) -> int:
    """Raises NoResultFound for somebody who was never on the list."""
    where = (t.c.mailbox_id == mailbox_id, t.c.address == address)
    return int(conn.execute(select(t.c.id).where(*where)).scalar_one())


def address_of(conn: Connection, person_id: int) -> str | None:
    """The address of the person with this id, whichever mailbox they belong to."""
    found: str | None = conn.execute(select(t.c.address).where(t.c.id == person_id)).scalar_one_or_none()
    return found
