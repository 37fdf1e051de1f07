"""How far the listing after lost history has come, for each mailbox in which one goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from inboxsla.storage.schema_relistings import relistings as t


@dataclass(frozen=True, slots=True)
class Relisting:
    """`seen` is the cursor up to which everything was known before. `page_token` is Gmail's for the page to go on with,
    `page_done` the threads of that page that are done. `unseen` are threads to be read one by one once all is listed."""

    mailbox_id: int
    begun_at: datetime
    seen: str
    page_token: str | None
    page_done: tuple[str, ...]
    unseen: tuple[str, ...]
    is_listed: bool


_COLUMNS = [t.c[name] for name in Relisting.__dataclass_fields__]


def of_mailbox(conn: Connection, mailbox_id: int) -> Relisting | None:
    row = conn.execute(select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    return Relisting(**values | {name: tuple(values[name]) for name in ("page_done", "unseen")})


def begin(conn: Connection, mailbox_id: int, now: datetime, seen: str, unseen: Sequence[str]) -> None:
    """From the newest thread on. Where history was lost again meanwhile, what was known before the first loss still counts."""
    fresh = {"begun_at": now, "page_token": None, "page_done": [], "unseen": list(unseen), "is_listed": False}
    if conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(**fresh)).rowcount == 0:
        conn.execute(insert(t).values(mailbox_id=mailbox_id, seen=seen, **fresh))


def change(conn: Connection, mailbox_id: int, **values: Any) -> None:
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(**values))


def end(conn: Connection, mailbox_id: int) -> None:
    conn.execute(delete(t).where(t.c.mailbox_id == mailbox_id))
