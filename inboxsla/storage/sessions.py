"""Sessions of people who signed in. Whether one still counts is decided in `services.sessions`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from inboxsla.storage.schema import sessions as t


@dataclass(frozen=True, slots=True)
class SessionRow:
    """`how` is google, link or demo; `address` is empty for whoever sets InboxSLA up."""

    id: int
    address: str
    how: str
    made_at: datetime
    seen_at: datetime
    ends_at: datetime
    agent: str


_COLUMNS = [t.c[name] for name in SessionRow.__dataclass_fields__]
_BY_DIGEST = select(*_COLUMNS).where(t.c.digest == bindparam("digest"))


def add(conn: Connection, digest: str, *, address: str, how: str, now: datetime, ends_at: datetime, agent: str) -> None:
    values = {"address": address, "how": how, "made_at": now, "seen_at": now, "ends_at": ends_at, "agent": agent}
    conn.execute(insert(t).values(digest=digest, **values))


def find(conn: Connection, digest: str) -> SessionRow | None:
    row = conn.execute(_BY_DIGEST, {"digest": digest}).one_or_none()
    return None if row is None else SessionRow(*row)


def of(conn: Connection, address: str) -> list[SessionRow]:
    """Those of one person, used last first."""
    rows = conn.execute(select(*_COLUMNS).where(t.c.address == address).order_by(t.c.seen_at.desc(), t.c.id))
    return [SessionRow(*row) for row in rows]


def touch(conn: Connection, session_id: int, now: datetime) -> None:
    """It was used at `now`."""
    conn.execute(update(t).where(t.c.id == session_id, t.c.seen_at < now).values(seen_at=now))


def end(conn: Connection, digest: str) -> bool:
    """Whether there was such a session; there is none any more."""
    return conn.execute(delete(t).where(t.c.digest == digest)).rowcount == 1


def end_all(conn: Connection, address: str) -> int:
    """End every session of one person; returns how many there were."""
    return conn.execute(delete(t).where(t.c.address == address)).rowcount


def forget_ended(conn: Connection, now: datetime, seen_before: datetime) -> None:
    """Those whose time is over at `now`, or that nobody used since `seen_before`."""
    conn.execute(delete(t).where(or_(t.c.ends_at <= now, t.c.seen_at <= seen_before)))
