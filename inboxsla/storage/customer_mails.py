"""Notices to customers among the mails as sent: how many somebody had, and whose came back.

Who writes from `zofia+shop@…` had what went to `zofia@…` and to `zofia+anything@…`.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, or_, select, text

from inboxsla.domain.courtesy import mailbox_of
from inboxsla.storage.schema import envelopes as t
from inboxsla.storage.tables import only

_IS_NOTICE = only("envelopes.kind <> 'staff'")
# Beside it stands what an address comes to; the pair is a space of its own among PostgreSQL's advisory locks.
_ADDRESSES = 0x1B0C


def take(conn: Connection, recipient: str) -> bool:
    """Whether nobody else looks at what somebody had, and composes more; until the transaction ends it is only ours.

    On SQLite who writes is alone anyway. Never waits: two that take several addresses in turn would wait for each other.
    """
    if conn.dialect.name == "sqlite":
        return True
    key = int.from_bytes(blake2b(mailbox_of(recipient).encode(), digest_size=4).digest(), signed=True)
    asked = text("SELECT pg_try_advisory_xact_lock(:space, :key)")
    return bool(conn.execute(asked, {"space": _ADDRESSES, "key": key}).scalar_one())


def kinds_since(conn: Connection, recipient: str, since: datetime) -> list[str]:
    """Which notices were composed for somebody after `since`, whatever mailbox and ticket they are about."""
    where = (_is_theirs(recipient), t.c.composed_at > since, _IS_NOTICE, t.c.state != "failed")
    return list(conn.execute(select(t.c.kind).where(*where)).scalars())


def came_back(conn: Connection, recipient: str, since: datetime) -> bool:
    """Whether a notice that went to somebody after `since` was returned."""
    where = (_is_theirs(recipient), t.c.composed_at > since, _IS_NOTICE)
    returned = select(t.c.id).where(*where, t.c.state == "sent", t.c.reason.is_not(None))
    return conn.execute(returned.limit(1)).first() is not None


def _is_theirs(recipient: str) -> ColumnElement[bool]:
    mailbox = mailbox_of(recipient)
    if recipient == mailbox:
        # By index: nearly everybody writes from one address.
        return t.c.recipient == mailbox
    local, _, domain = mailbox.rpartition("@")
    tagged = t.c.recipient.startswith(f"{local}+", autoescape=True)
    return or_(t.c.recipient == mailbox, tagged & t.c.recipient.endswith(f"@{domain}", autoescape=True))
