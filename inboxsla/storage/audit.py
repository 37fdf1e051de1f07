"""The change log, read: newest first, a page at a time, by index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from inboxsla.storage.schema import audit as t

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """`before` and `after` are plain data as whoever wrote it left them; None where there was nothing."""

    id: int
    at: datetime
    actor: str
    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by one actor, with `what` beginning in one of these ways, from an instant on and before another."""

    actor: str = ""
    begins: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


_COLUMNS = [t.c[name] for name in Entry.__dataclass_fields__]


def page(conn: Connection, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
    """The newest entries with an id below `before`."""
    where = [*_where(wanted), *([] if before is None else [t.c.id < before])]
    return [
        Entry(*tuple(row)) for row in conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.id.desc()).limit(limit))
    ]


def newer(conn: Connection, wanted: Wanted, after: int, limit: int) -> int | None:
    """The id that a page begins before which ends just above `after`; None if that is the first page."""
    ids = (
        conn.execute(select(t.c.id).where(*_where(wanted), t.c.id > after).order_by(t.c.id).limit(limit + 1))
        .scalars()
        .all()
    )
    return ids[-1] if len(ids) > limit else None


def every(conn: Connection, wanted: Wanted) -> Iterator[Entry]:
    """All of them, newest first."""
    before: int | None = None
    while found := page(conn, wanted, before, _AT_ONCE):
        yield from found
        before = found[-1].id


def actors(conn: Connection, limit: int = 500) -> list[str]:
    """Everybody who ever changed something."""
    return list(conn.execute(select(t.c.actor).distinct().order_by(t.c.actor).limit(limit)).scalars())


def _where(wanted: Wanted) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if wanted.actor:
        where.append(t.c.actor == wanted.actor)
    if wanted.begins:
        where.append(or_(*(t.c.what.startswith(each, autoescape=True) for each in wanted.begins)))
    if wanted.since is not None:
        where.append(t.c.at >= wanted.since)
    if wanted.until is not None:
        where.append(t.c.at < wanted.until)
    return where
