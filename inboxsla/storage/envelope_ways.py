"""Mails that go out by another way than the mailbox they are about: what waits for which way, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from inboxsla.storage import envelopes
from inboxsla.storage.dissolving import NEVER_WENT_OUT, dissolve
from inboxsla.storage.envelopes import IS_OPEN, LOOK_FOR, MAILBOX, STAFF, Envelope
from inboxsla.storage.schema import envelopes as t

_COLUMNS = [t.c[name] for name in Envelope.__dataclass_fields__]


def waiting(conn: Connection, mailbox_id: int, now: datetime) -> list[str]:
    """The other ways by which something of this mailbox is to be sent, or found out, now."""
    state = or_(t.c.state == "composed", t.c.state == "unknown")
    where = (IS_OPEN, t.c.mailbox_id == mailbox_id, t.c.way != MAILBOX, t.c.try_after <= now, state)
    return sorted(conn.execute(select(t.c.way).where(*where).distinct()).scalars())


def in_use(conn: Connection) -> set[str]:
    """Every way that something still waits for, in any mailbox."""
    return set(conn.execute(select(t.c.way).where(IS_OPEN, t.c.kind == STAFF).distinct()).scalars())


def unknown(conn: Connection, envelope_id: int, now: datetime, try_after: datetime, reason: str) -> None:
    """It may have gone out, until `now`; nobody asks or tries again before `try_after`."""
    envelopes.unknown(conn, envelope_id, now, reason)
    conn.execute(update(t).where(t.c.id == envelope_id, t.c.state == "unknown").values(try_after=try_after))


def hold(conn: Connection, way: str, until: datetime) -> None:
    """Neither try nor ask about any mail by this way before `until`, in any mailbox."""
    idle = t.c.state.in_(("composed", "unknown"))
    where = (IS_OPEN, t.c.way == way, idle, t.c.try_after < until)
    conn.execute(update(t).where(*where).values(try_after=until))


def to_find_out(conn: Connection, mailbox_id: int, way: str, now: datetime) -> Sequence[Envelope]:
    """Mails of unknown outcome whose last try is long enough ago."""
    where = (IS_OPEN, t.c.mailbox_id == mailbox_id, t.c.way == way, t.c.state == "unknown")
    rows = conn.execute(
        select(*_COLUMNS).where(*where, t.c.try_after <= now, t.c.tried_at <= now - LOOK_FOR).order_by(t.c.id)
    )
    return [Envelope(**row._mapping) for row in rows]


def retry(conn: Connection, envelope_id: int, now: datetime) -> None:
    """Of unknown outcome until now, and to be sent again."""
    conn.execute(update(t).where(t.c.id == envelope_id, t.c.state == "unknown").values(state="composed", try_after=now))


def sent(conn: Connection, envelope_id: int, rfc_id: str, now: datetime) -> bool:
    """Write down that it went out, under this Message-ID if anybody knows it; False if that was known already.

    Gmail's ids of it are of another account, and mean nothing in the mailbox it is about.
    """
    done = conn.execute(
        update(t)
        .where(t.c.id == envelope_id, t.c.state != "sent")
        .values(state="sent", sent_at=now, rfc_id=rfc_id or None, lease_until=None, reason=None)
    )
    return done.rowcount == 1


def rehome(conn: Connection, mailbox_id: int, way: str) -> int:
    """Mails composed for another way that surely never went out are no more; what they carried is owed again, for `way`."""
    which = (t.c.mailbox_id == mailbox_id, t.c.way != way, t.c.kind == STAFF, *NEVER_WENT_OUT)
    others = conn.execute(select(t.c.id).where(IS_OPEN, *which).limit(1)).first()
    return 0 if others is None else dissolve(conn, *which)


def abandon(conn: Connection, mailbox_id: int, way: str) -> int:
    """This way is closed for good: whatever waits for it is owed again. Returns how many mails."""
    return dissolve(conn, t.c.mailbox_id == mailbox_id, t.c.way == way, t.c.state.in_(("composed", "unknown")))
