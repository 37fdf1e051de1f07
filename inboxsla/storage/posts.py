"""Acts owed to webhooks: they are in the outbox like all others, and are claimed one by one by whoever posts them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, update

from inboxsla.storage.database import claim
from inboxsla.storage.outbox import COLUMNS, IS_OWED, POST, Owed
from inboxsla.storage.schema import outbox as t


def _of(name: str) -> list[ColumnElement[bool]]:
    """Where the acts owed to the webhook of this name are; their keys end with it."""
    return [IS_OWED, t.c.act == POST, t.c.key.endswith(f"/{POST}/{name}", autoescape=True)]


def is_due(conn: Connection, name: str, now: datetime) -> bool:
    return conn.execute(select(t.c.id).where(*_of(name), t.c.not_before <= now).limit(1)).first() is not None


def claim_next(conn: Connection, name: str, now: datetime, until: datetime) -> Owed | None:
    """The act that has waited longest for its turn; nobody else gets it before `until`."""
    where = [*_of(name), t.c.not_before <= now]
    rows = claim(conn, t, where, {"not_before": until}, order_by=t.c.not_before, limit=1, returning=COLUMNS)
    return Owed(**rows[0]._mapping) if rows else None


def hold(conn: Connection, name: str, until: datetime) -> None:
    """Post nothing to this webhook before `until`."""
    conn.execute(update(t).where(*_of(name), t.c.not_before < until).values(not_before=until))


def shelve(conn: Connection, name: str, before: datetime, now: datetime, why: str) -> int:
    """Give up what has been owed to this webhook since `before` or longer. Returns how many acts."""
    old = update(t).where(*_of(name), t.c.owed_at <= before)
    return conn.execute(old.values(state="dropped", done_at=now, outcome=why)).rowcount


def strangers(conn: Connection, known: Iterable[str], now: datetime, limit: int) -> list[Owed]:
    """What is owed now to webhooks that are not among `known`."""
    where = [IS_OWED, t.c.act == POST, t.c.not_before <= now]
    where += [~t.c.key.endswith(f"/{POST}/{name}", autoescape=True) for name in known]
    return [Owed(**row._mapping) for row in conn.execute(select(*COLUMNS).where(*where).limit(limit))]
