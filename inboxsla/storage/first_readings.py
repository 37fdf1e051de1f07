"""How far the first reading of each mailbox has come. Until it is finished, what is older than its begin may be unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from inboxsla.storage.schema import first_readings as t
from inboxsla.storage.schema import messages


@dataclass(frozen=True, slots=True)
class FirstReading:
    """`edge` is where the window ends and `reached` how far back its threads are read, newest first; `page_token` is Gmail's
    for the page to go on with. `checking` says that all was read once and a last look is for what moved meanwhile."""

    mailbox_id: int
    begun_at: datetime
    edge: datetime
    reached: datetime
    page_token: str | None
    checking: bool
    finished_at: datetime | None

    @property
    def done(self) -> float:
        """How much of the window is read, from 0 to 1."""
        whole = (self.begun_at - self.edge).total_seconds()
        if self.finished_at is not None or self.checking or whole <= 0:
            return 1.0
        return min(1.0, max(0.0, (self.begun_at - self.reached).total_seconds() / whole))


_COLUMNS = [t.c[name] for name in FirstReading.__dataclass_fields__]


def of_mailbox(conn: Connection, mailbox_id: int) -> FirstReading | None:
    row = conn.execute(select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id)).one_or_none()
    return None if row is None else FirstReading(*tuple(row))


def unfinished(conn: Connection) -> dict[int, FirstReading]:
    """By mailbox id."""
    rows = conn.execute(select(*_COLUMNS).where(t.c.finished_at.is_(None)))
    return {row.mailbox_id: FirstReading(*tuple(row)) for row in rows}


def begin(conn: Connection, mailbox_id: int, now: datetime, edge: datetime) -> None:
    conn.execute(insert(t).values(mailbox_id=mailbox_id, begun_at=now, edge=edge, reached=now, checking=False))


def change(conn: Connection, mailbox_id: int, **values: Any) -> None:
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(**values))


def threads_read(conn: Connection, mailbox_id: int) -> int:
    """How many threads of a mailbox are known."""
    wanted = select(func.count(messages.c.thread_id.distinct())).where(messages.c.mailbox_id == mailbox_id)
    return conn.execute(wanted).scalar_one()
