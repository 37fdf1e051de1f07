"""The people list of each mailbox: who is staff, and in which role."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from inboxsla.domain.assignment import Person
from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import people as t


def of_mailbox(conn: Connection, mailbox_id: int) -> list[Person]:
    """Active people of a mailbox, by address."""
    rows = conn.execute(
        select(t.c.address, t.c.name, t.c.role, t.c.zone, t.c.active)
        .where(t.c.mailbox_id == mailbox_id, t.c.active)
        .order_by(t.c.address)
    )
    return [Person(*row) for row in rows]


def replace_all(conn: Connection, mailbox_id: int, people: Iterable[Person]) -> None:
    """Make the list what `people` says; those no longer on it stay as inactive, so that their names are still known."""
    wanted = {person.address: person for person in people}
    rows = [
        {"mailbox_id": mailbox_id, "address": p.address, "name": p.name, "role": p.role, "zone": p.zone}
        for p in wanted.values()
    ]
    insert_ignore(conn, t, rows, conflict=["mailbox_id", "address"])
    for person in wanted.values():
        conn.execute(
            update(t)
            .where(t.c.mailbox_id == mailbox_id, t.c.address == person.address)
            .values(name=person.name, role=person.role, zone=person.zone, active=True)
        )
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.address.not_in(wanted)).values(active=False))


def names(conn: Connection, mailbox_id: int) -> dict[str, str]:
    """Address to name, of everybody who is or was on the list."""
    rows = conn.execute(select(t.c.address, t.c.name).where(t.c.mailbox_id == mailbox_id))
    return {row.address: row.name for row in rows}
