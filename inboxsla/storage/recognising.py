"""Which of our mails is this? How what comes back, from Gmail's lists or from whoever got it, is matched with what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from inboxsla.storage.envelopes import STAFF, Envelope
from inboxsla.storage.schema import envelopes as t

_COLUMNS = [t.c[name] for name in Envelope.__dataclass_fields__]


def by_marker(conn: Connection, marker: str) -> Envelope | None:
    return _newest(conn, t.c.marker == marker)


def by_rfc_id(conn: Connection, mailbox_id: int, rfc_id: str) -> Envelope | None:
    """The mail with this Message-ID, as far as Gmail's answer was read back."""
    where = (t.c.mailbox_id == mailbox_id, t.c.rfc_id == rfc_id, t.c.rfc_id != "")
    return _newest(conn, *where)


def of_thread(conn: Connection, mailbox_id: int, thread_id: str) -> list[Envelope]:
    """Mails to staff in one of Gmail's threads, newest first."""
    where = (t.c.mailbox_id == mailbox_id, t.c.thread_id == thread_id, t.c.kind == STAFF)
    return [Envelope(**row._mapping) for row in conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.id.desc()))]


def newest_to(conn: Connection, mailbox_id: int, recipient: str, since: datetime) -> Envelope | None:
    """The newest mail that went out to somebody of the staff after `since`."""
    where = (
        t.c.mailbox_id == mailbox_id,
        t.c.kind == STAFF,
        t.c.recipient == recipient,
        t.c.state == "sent",
        t.c.sent_at > since,
    )
    return _newest(conn, *where)


def known_as_sent(conn: Connection, mailbox_id: int, gmail_ids: Sequence[str]) -> set[str]:
    """Those of these messages that are mails of ours to staff, by what Gmail said when it took them."""
    where = (t.c.mailbox_id == mailbox_id, t.c.gmail_id.in_(gmail_ids), t.c.kind == STAFF)
    rows = conn.execute(select(t.c.gmail_id).where(*where))
    return set(rows.scalars())


def _newest(conn: Connection, *where: ColumnElement[bool]) -> Envelope | None:
    row = conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else Envelope(**row._mapping)
