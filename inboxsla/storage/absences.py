"""Absences that people set for themselves: kept apart from those that the configuration says, so that neither undoes the other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from inboxsla.domain.people import Absence
from inboxsla.storage.schema import own_absences as t


def of(conn: Connection, address: str) -> Absence | None:
    """What this person said last, past or to come; None if nothing, or that they are there."""
    row = conn.execute(select(t.c.start, t.c.until, t.c.substitute).where(t.c.address == address)).one_or_none()
    return None if row is None else Absence(*row)


def every(conn: Connection) -> dict[str, Absence]:
    """What everybody said last, by address."""
    rows = conn.execute(select(t.c.address, t.c.start, t.c.until, t.c.substitute))
    return {row.address: Absence(row.start, row.until, row.substitute) for row in rows}


def say(conn: Connection, address: str, absence: Absence | None, now: datetime) -> None:
    """The person is away then and at no other time, as far as they say themselves."""
    conn.execute(delete(t).where(t.c.address == address))
    if absence is not None:
        row = {
            "address": address,
            "start": absence.start,
            "until": absence.until,
            "substitute": absence.substitute,
            "said_at": now,
        }
        conn.execute(insert(t).values(row))
