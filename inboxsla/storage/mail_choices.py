"""What people chose of our mails for themselves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from inboxsla.storage.schema import mail_choices as t


@dataclass(frozen=True, slots=True)
class Choice:
    """`digest` None: what the configuration says. `reminders`: "all", "late" (from 90 % on) or "overdue"."""

    digest: bool | None = None
    reminders: str = "all"


USUAL = Choice()


def of(conn: Connection, address: str) -> Choice:
    return every(conn, [address]).get(address, USUAL)


def every(conn: Connection, addresses: Collection[str]) -> dict[str, Choice]:
    """By address, of those who chose anything."""
    rows = conn.execute(select(t.c.address, t.c.digest, t.c.reminders).where(t.c.address.in_(addresses)))
    return {row.address: Choice(row.digest, row.reminders) for row in rows}


def choose(conn: Connection, address: str, choice: Choice, now: datetime) -> None:
    conn.execute(delete(t).where(t.c.address == address))
    conn.execute(insert(t).values(address=address, digest=choice.digest, reminders=choice.reminders, changed_at=now))
