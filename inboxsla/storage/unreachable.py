"""Staff whose mails come back: known until an admin says that the address works again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import unreachable as t


@dataclass(frozen=True, slots=True)
class Unreachable:
    address: str
    since: datetime
    words: str


def note(conn: Connection, address: str, words: str, now: datetime) -> bool:
    """False if it was known."""
    return bool(insert_ignore(conn, t, [{"address": address, "since": now, "words": words}], conflict=["address"]))


def every(conn: Connection) -> list[Unreachable]:
    """By address."""
    return [Unreachable(*row) for row in conn.execute(select(t.c.address, t.c.since, t.c.words).order_by(t.c.address))]


def addresses(conn: Connection) -> frozenset[str]:
    return frozenset(conn.execute(select(t.c.address)).scalars())


def clear(conn: Connection, address: str) -> bool:
    """False if mails to it never came back."""
    return conn.execute(delete(t).where(t.c.address == address)).rowcount > 0
