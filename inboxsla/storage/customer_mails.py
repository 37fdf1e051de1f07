"""Notices to customers among the mails as sent: how many somebody had, and whose came back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from inboxsla.storage.envelopes import STAFF
from inboxsla.storage.schema import envelopes as t


def kinds_since(conn: Connection, recipient: str, since: datetime) -> list[str]:
    """Which notices were composed for somebody after `since`, whatever mailbox and ticket they are about."""
    where = (t.c.recipient == recipient, t.c.composed_at > since, t.c.kind != STAFF, t.c.state != "failed")
    return list(conn.execute(select(t.c.kind).where(*where)).scalars())


def came_back(conn: Connection, recipient: str, since: datetime) -> bool:
    """Whether a notice that went to somebody after `since` was returned."""
    where = (t.c.recipient == recipient, t.c.composed_at > since, t.c.kind != STAFF)
    returned = select(t.c.id).where(*where, t.c.state == "sent", t.c.reason.is_not(None))
    return conn.execute(returned.limit(1)).first() is not None
