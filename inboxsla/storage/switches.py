"""Switches that hold for the whole installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import switches as t

WRITING_STOPPED = "writing_stopped"


@dataclass(frozen=True, slots=True)
class Thrown:
    at: datetime
    actor: str


def thrown(conn: Connection, name: str) -> Thrown | None:
    """Since when and by whom; None if it is not."""
    row = conn.execute(select(t.c.thrown_at, t.c.actor).where(t.c.name == name)).one_or_none()
    return None if row is None else Thrown(row.thrown_at, row.actor)


def throw(conn: Connection, name: str, now: datetime, actor: str) -> bool:
    """False if it was already."""
    return bool(insert_ignore(conn, t, [{"name": name, "thrown_at": now, "actor": actor}], conflict=["name"]))


def put_back(conn: Connection, name: str) -> bool:
    """False if it was not thrown."""
    return conn.execute(delete(t).where(t.c.name == name)).rowcount == 1
