"""Ways out that are closed for a while, for everybody who would send by them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import closed_ways as t


def close(conn: Connection, way: str, until: datetime) -> None:
    """Nothing goes by this way before `until`, or before it is opened."""
    if not insert_ignore(conn, t, [{"way": way, "until": until}], conflict=["way"]):
        conn.execute(update(t).where(t.c.way == way, t.c.until < until).values(until=until))


def reopen(conn: Connection, way: str) -> None:
    conn.execute(delete(t).where(t.c.way == way))


def closed(conn: Connection, now: datetime) -> set[str]:
    """The ways that are closed now."""
    return set(conn.execute(select(t.c.way).where(t.c.until > now)).scalars())
