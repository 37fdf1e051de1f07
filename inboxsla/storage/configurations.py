"""What admins decided: whole configurations as immutable versions, the newest in force; and the teams they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Text, func, insert, select, text, type_coerce, update

from inboxsla.storage.schema import configurations as t
from inboxsla.storage.schema import mailboxes, policies, tickets
from inboxsla.storage.tickets import OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class Configuration:
    """`text` is the body as it is stored (JSON). `open_too`: open tickets get it as well, `rolled_to` up to that id so far."""

    id: int
    version: int
    text: str
    actor: str
    saved_at: datetime
    open_too: bool
    rolled_to: int
    rolled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Saved:
    """That a version was saved, without what it says."""

    version: int
    actor: str
    saved_at: datetime
    open_too: bool


_SAVED = [t.c[name] for name in Saved.__dataclass_fields__]
_FOUND: Select[Any] = select(
    t.c.id, t.c.version, type_coerce(t.c.body, Text), t.c.actor, t.c.saved_at, t.c.open_too, t.c.rolled_to, t.c.rolled_at
)  # fmt: skip


def lock(conn: Connection) -> None:
    """Let nobody else save a configuration, or policies and people by one, until this transaction ends."""
    if conn.dialect.name == "postgresql":
        # SQLite has one writer anyway.
        conn.execute(text("LOCK TABLE configurations IN SHARE ROW EXCLUSIVE MODE"))


def save(conn: Connection, body: Mapping[str, Any], actor: str, now: datetime, open_too: bool) -> int:
    """Keep `body` as the newest configuration; returns its version. The caller holds the `lock`."""
    version = conn.execute(select(func.coalesce(func.max(t.c.version), 0) + 1)).scalar_one()
    row = {"version": version, "body": dict(body), "actor": actor, "saved_at": now, "open_too": open_too}
    conn.execute(insert(t).values(row))
    return int(version)


def newest(conn: Connection) -> Configuration | None:
    """The configuration in force; None if none was ever saved."""
    row = conn.execute(_FOUND.order_by(t.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else Configuration(*row)


def get(conn: Connection, version: int) -> Configuration | None:
    row = conn.execute(_FOUND.where(t.c.version == version)).one_or_none()
    return None if row is None else Configuration(*row)


def newest_few(conn: Connection, count: int) -> list[Configuration]:
    """The newest first."""
    return [Configuration(*row) for row in conn.execute(_FOUND.order_by(t.c.version.desc()).limit(count))]


def page(conn: Connection, before: int | None, limit: int) -> list[Saved]:
    """The newest versions below `before`, newest first."""
    where = [] if before is None else [t.c.version < before]
    rows = conn.execute(select(*_SAVED).where(*where).order_by(t.c.version.desc()).limit(limit))
    return [Saved(*tuple(row)) for row in rows]


def rolling(conn: Connection) -> int | None:
    """The id of the newest configuration, if it has not reached every open ticket yet."""
    newest_id: int | None = conn.execute(select(func.max(t.c.id))).scalar_one()
    where = (t.c.id == newest_id, t.c.rolled_at.is_(None))
    return conn.execute(select(t.c.id).where(*where)).scalar_one_or_none()


def rolled(conn: Connection, configuration_id: int, to: int, done_at: datetime | None) -> None:
    """Open tickets up to this id have it; with `done_at` all of them."""
    conn.execute(update(t).where(t.c.id == configuration_id).values(rolled_to=to, rolled_at=done_at))


def open_by_policy(conn: Connection) -> dict[str, int]:
    """How many open tickets of connected mailboxes in use stand under each policy, by its name."""
    now = func.coalesce(tickets.c.policy_now_id, tickets.c.policy_id)
    rows = conn.execute(
        select(policies.c.name, func.count())
        .select_from(
            tickets.join(policies, policies.c.id == now).join(mailboxes, mailboxes.c.id == tickets.c.mailbox_id)
        )
        .where(tickets.c.status.in_(OPEN_STATUSES), mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
        .group_by(policies.c.name)
    )
    return {row[0]: row[1] for row in rows}
