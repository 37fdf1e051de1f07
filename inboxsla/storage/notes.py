"""Notes that staff write about a ticket for one another. The timeline only says that there is one, and which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from inboxsla.storage.schema import notes as t


@dataclass(frozen=True, slots=True)
class NoteRow:
    """`author` is a staff address, or None for somebody in the mailbox; `text` is as written: hostile."""

    id: int
    author: str | None
    text: str
    written_at: datetime


_COLUMNS = [t.c[name] for name in NoteRow.__dataclass_fields__]


def add(conn: Connection, ticket_id: int, author: str | None, text: str, now: datetime) -> int:
    """Keep a note; returns its id."""
    row = {"ticket_id": ticket_id, "author": author, "text": text, "written_at": now}
    return int(conn.execute(insert(t).values(row).returning(t.c.id)).scalar_one())


def newest(conn: Connection, ticket_id: int, limit: int) -> list[NoteRow]:
    """The newest notes of a ticket, newest first."""
    rows = conn.execute(select(*_COLUMNS).where(t.c.ticket_id == ticket_id).order_by(t.c.id.desc()).limit(limit))
    return [NoteRow(*row) for row in rows]


def get(conn: Connection, ids: Sequence[int]) -> dict[int, NoteRow]:
    """Notes by id; those that were erased are left out."""
    return {row.id: NoteRow(*row) for row in conn.execute(select(*_COLUMNS).where(t.c.id.in_(ids)))}


def of_tickets(conn: Connection, ticket_ids: Sequence[int]) -> dict[int, list[NoteRow]]:
    """Every note of these tickets, oldest first."""
    found: dict[int, list[NoteRow]] = {}
    for row in conn.execute(select(t.c.ticket_id, *_COLUMNS).where(t.c.ticket_id.in_(ticket_ids)).order_by(t.c.id)):
        found.setdefault(row.ticket_id, []).append(NoteRow(*row[1:]))
    return found
