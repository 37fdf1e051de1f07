"""Spans in which nothing of a mailbox was seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import blind_spans as t


@dataclass(frozen=True, slots=True)
class BlindSpan:
    """What happened in the mailbox from `since` on was learned only at `until`; None: it is not learned yet."""

    mailbox_id: int
    since: datetime
    until: datetime | None


def add(conn: Connection, mailbox_id: int, since: datetime, until: datetime) -> None:
    insert_ignore(
        conn, t, [{"mailbox_id": mailbox_id, "since": since, "until": until}], conflict=["mailbox_id", "since"]
    )


def between(conn: Connection, mailbox_ids: Collection[int], begin: datetime, end: datetime) -> list[BlindSpan]:
    """Spans that share time with `begin` to `end`, oldest first."""
    where = (t.c.mailbox_id.in_(mailbox_ids), t.c.until > begin, t.c.since < end)
    rows = conn.execute(select(t.c.mailbox_id, t.c.since, t.c.until).where(*where).order_by(t.c.since, t.c.mailbox_id))
    return [BlindSpan(**row._mapping) for row in rows]
