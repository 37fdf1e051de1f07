"""One-time sign-in links: only the digest of a token is kept, so that a copy of the database opens nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, update

from inboxsla.storage.schema import sign_in_links as t


def add(conn: Connection, digest: str, address: str, *, made_at: datetime, expires_at: datetime) -> None:
    """`address` is whom it signs in, empty for whoever administers InboxSLA when it is used."""
    conn.execute(insert(t).values(digest=digest, address=address, made_at=made_at, expires_at=expires_at))


def use(conn: Connection, digest: str, now: datetime) -> str | None:
    """Mark the link as used, and tell whom it signs in; None if it is unknown, used already, or no longer good at `now`."""
    # The precondition is in the WHERE: of two requests at the same moment the database lets one change the row.
    good = (t.c.digest == digest, t.c.used_at.is_(None), t.c.expires_at > now)
    row = conn.execute(update(t).where(*good).values(used_at=now).returning(t.c.address)).one_or_none()
    return None if row is None else str(row.address)


def forget_expired(conn: Connection, now: datetime) -> None:
    conn.execute(delete(t).where(t.c.expires_at <= now))


def forget_of(conn: Connection, address: str) -> None:
    """Links that were made for one person."""
    conn.execute(delete(t).where(t.c.address == address))
