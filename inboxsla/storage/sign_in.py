"""One-time sign-in links: only the digest of a token is kept, so that a copy of the database opens nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from inboxsla.storage.schema import sign_in_links as t


def add(conn: Connection, digest: str, *, made_at: datetime, expires_at: datetime) -> None:
    conn.execute(insert(t).values(digest=digest, made_at=made_at, expires_at=expires_at))


def use(conn: Connection, digest: str, now: datetime) -> bool:
    """Mark the link as used; False if it is unknown, used already, or no longer good at `now`."""
    # The precondition is in the WHERE: of two requests at the same moment the database lets one change the row.
    done = conn.execute(
        update(t).where(t.c.digest == digest, t.c.used_at.is_(None), t.c.expires_at > now).values(used_at=now)
    )
    return done.rowcount == 1


def forget_expired(conn: Connection, now: datetime) -> None:
    conn.execute(delete(t).where(t.c.expires_at <= now))
