"""Consents under way: each can be come back from once, within its time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, update

from inboxsla.storage.schema import consents as t


@dataclass(frozen=True, slots=True)
class Consent:
    address: str
    sealed: str
    key_id: str
    redirect_uri: str


def add(
    conn: Connection, digest: str, consent: Consent, *, session: str, made_at: datetime, expires_at: datetime
) -> None:
    conn.execute(
        insert(t).values(
            digest=digest,
            address=consent.address,
            sealed=consent.sealed,
            key_id=consent.key_id,
            redirect_uri=consent.redirect_uri,
            session=session,
            made_at=made_at,
            expires_at=expires_at,
        )
    )


def use(conn: Connection, digest: str, session: str, now: datetime) -> Consent | None:
    """The consent, which is used up by this; None if it is unknown, of another session, used already, or too old."""
    # The conditions are in the WHERE: of two requests at the same moment the database lets one change the row.
    good = (t.c.digest == digest, t.c.session == session, t.c.used_at.is_(None), t.c.expires_at > now)
    columns = (t.c.address, t.c.sealed, t.c.key_id, t.c.redirect_uri)
    row = conn.execute(update(t).where(*good).values(used_at=now).returning(*columns)).one_or_none()
    return None if row is None else Consent(*row)


def forget(conn: Connection, now: datetime) -> None:
    """Those that are over."""
    conn.execute(delete(t).where(or_(t.c.expires_at <= now, t.c.used_at.is_not(None))))
