"""Mails about alarms: composed once, tried until they are taken, the same to the letter each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from inboxsla.storage.database import claim
from inboxsla.storage.schema import alarm_mails as t
from inboxsla.storage.tables import only


@dataclass(frozen=True, slots=True)
class AlarmMail:
    id: int
    marker: str
    recipient: str
    way: str
    subject: str
    raw: str
    tries: int


_COLUMNS = [t.c[name] for name in AlarmMail.__dataclass_fields__]
_IS_OPEN = only("state = 'composed'")


def _row(row: Row[Any]) -> AlarmMail:
    return AlarmMail(**row._mapping)


def compose(conn: Connection, marker: str, recipient: str, way: str, subject: str, raw: str, now: datetime) -> None:
    values = {"marker": marker, "recipient": recipient, "way": way, "subject": subject, "raw": raw}
    conn.execute(insert(t).values(**values, state="composed", composed_at=now, try_after=now))


def waiting(conn: Connection) -> dict[str, str]:
    """Who has a mail that is not out yet, and the way it was composed for."""
    rows = conn.execute(select(t.c.recipient, t.c.way).where(_IS_OPEN))
    return {row.recipient: row.way for row in rows}


def claim_next(conn: Connection, way: str, now: datetime, until: datetime) -> AlarmMail | None:
    """The next mail to try; nobody else tries it before `until`, whatever becomes of this try."""
    rows = claim(
        conn,
        t,
        [_IS_OPEN, t.c.way == way, t.c.try_after <= now],
        {"try_after": until, "tries": t.c.tries + 1},
        order_by=t.c.id,
        limit=1,
        returning=_COLUMNS,
    )
    return _row(rows[0]) if rows else None


def sent(conn: Connection, mail_id: int, now: datetime) -> None:
    conn.execute(update(t).where(t.c.id == mail_id).values(state="sent", sent_at=now, reason=None))


def failed(conn: Connection, mail_id: int, reason: str) -> None:
    conn.execute(update(t).where(t.c.id == mail_id).values(state="failed", reason=reason))


def try_again(conn: Connection, mail_id: int, try_after: datetime, reason: str) -> None:
    conn.execute(update(t).where(t.c.id == mail_id, _IS_OPEN).values(try_after=try_after, reason=reason))


def drop(conn: Connection, recipient: str) -> None:
    """Their mail that is not out yet is not sent any more."""
    conn.execute(delete(t).where(t.c.recipient == recipient, _IS_OPEN))


def forget(conn: Connection, before: datetime) -> None:
    """Those composed before `before` that are not waited for."""
    conn.execute(delete(t).where(t.c.composed_at < before, t.c.state != "composed"))
