"""What people asked for by putting a label on a thread: noted when a sync sees it, kept until it is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import label_commands as t
from inboxsla.storage.tables import only


@dataclass(frozen=True, slots=True)
class LabelCommand:
    """`key` is the label's, `source` names the history record that showed it."""

    id: int
    mailbox_id: int
    thread_id: str
    key: str
    source: str


_COLUMNS = [t.c[name] for name in LabelCommand.__dataclass_fields__]
IS_OPEN = only("label_commands.state <> 'done'")


def note(
    conn: Connection, mailbox_id: int, thread_id: str, asked: Iterable[tuple[str, str]], now: datetime
) -> list[int]:
    """Keep (key, source) that are new; returns their ids."""
    rows = [
        {
            "mailbox_id": mailbox_id,
            "thread_id": thread_id,
            "key": key,
            "source": source,
            "asked_at": now,
            "state": "asked",
        }
        for key, source in asked
    ]
    return insert_ignore(conn, t, rows, conflict=["mailbox_id", "thread_id", "source"])


def in_state(conn: Connection, mailbox_id: int, state: str) -> list[LabelCommand]:
    """Those that are "asked" or "clearing", oldest first."""
    rows = conn.execute(
        select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id, IS_OPEN, t.c.state == state).order_by(t.c.id)
    )
    return [LabelCommand(*tuple(row)) for row in rows]


def mailboxes_to_clear(conn: Connection) -> list[int]:
    """Mailboxes in which a label has to be taken off a thread that is no ticket."""
    return list(conn.execute(select(t.c.mailbox_id).where(IS_OPEN, t.c.state == "clearing").distinct()).scalars())


def move(conn: Connection, command_id: int, state: str) -> None:
    conn.execute(update(t).where(t.c.id == command_id).values(state=state))


def forget_before(conn: Connection, mailbox_id: int, before: datetime) -> None:
    """Leave out what was done before `before`: Gmail's history does not reach back so far."""
    conn.execute(delete(t).where(t.c.mailbox_id == mailbox_id, t.c.state == "done", t.c.asked_at < before))
