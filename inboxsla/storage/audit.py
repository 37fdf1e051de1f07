"""The change log, read: newest first, a page at a time, by index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, or_, select, type_coerce

from inboxsla.storage.schema import audit as t
from inboxsla.storage.types import Json

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """`before` and `after` are plain data as whoever wrote it left them; None where there was nothing, and on a page where
    `words` say in sentences what changed.
    """

    id: int
    at: datetime
    actor: str
    what: str
    before: Any
    after: Any
    words: Sequence[str] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: by one actor, with `what` beginning in one of these ways, from an instant on and before another."""

    actor: str = ""
    begins: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


_COLUMNS = [t.c[name] for name in Entry.__dataclass_fields__]
# Whole configurations are not read where sentences say what is different in them.
_BRIEF = [
    type_coerce(case((t.c.words.is_(None), column), else_=None), Json) if column.name in ("before", "after") else column
    for column in _COLUMNS
]


def page(conn: Connection, wanted: Wanted, before: int | None, limit: int) -> list[Entry]:
    """The newest entries with an id below `before`."""
    return _page(conn, _BRIEF, wanted, before, limit)


def _page(
    conn: Connection, columns: Sequence[ColumnElement[Any]], wanted: Wanted, before: int | None, limit: int
) -> list[Entry]:
    where = [*_where(wanted), *([] if before is None else [t.c.id < before])]
    rows = conn.execute(select(*columns).where(*where).order_by(t.c.id.desc()).limit(limit))
    return [Entry(*tuple(row)) for row in rows]


def newer(conn: Connection, wanted: Wanted, after: int, limit: int) -> int | None:
    """The id that a page begins before which ends just above `after`; None if that is the first page."""
    ids = (
        conn.execute(select(t.c.id).where(*_where(wanted), t.c.id > after).order_by(t.c.id).limit(limit + 1))
        .scalars()
        .all()
    )
    return ids[-1] if len(ids) > limit else None


def every(conn: Connection, wanted: Wanted) -> Iterator[Entry]:
    """All of them whole, newest first."""
    before: int | None = None
    while found := _page(conn, _COLUMNS, wanted, before, _AT_ONCE):
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
