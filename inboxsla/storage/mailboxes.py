"""Connected mailboxes and imported mailbox files: mode, sync state, cursor, our label ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, or_, select, update
from sqlalchemy import delete as sql_delete

from inboxsla.storage.database import claim, insert_ignore
from inboxsla.storage.schema import mailboxes as t


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """`label_ids` are Gmail's by our keys; `label_looks` the (name, background, text) we gave each last, where that is known."""

    id: int
    address: str
    kind: str
    mode: str
    live_since: datetime | None
    as_of: datetime | None
    aliases: tuple[str, ...]
    own_lists: tuple[str, ...]
    policy_name: str
    label_ids: Mapping[str, str]
    label_looks: Mapping[str, tuple[str, str, str]]
    history_id: str | None
    last_sync_begun_at: datetime | None
    last_sync_at: datetime | None
    sync_error: str | None
    access_lost_at: datetime | None
    retry_after: datetime | None
    failures: int
    assigned_turn: int
    retired_at: datetime | None
    label_names: Mapping[str, str]
    wake_at: datetime | None
    labels_checked_at: datetime | None
    send_as: tuple[str, ...]
    send_as_at: datetime | None

    @property
    def is_live(self) -> bool:
        return self.kind == "gmail" and self.mode == "live"

    @property
    def own_addresses(self) -> frozenset[str]:
        return frozenset({self.address, *self.aliases, *self.send_as})


_COLUMNS = [t.c[name] for name in MailboxRow.__dataclass_fields__ if name != "label_looks"]
_BY_ID = select(*_COLUMNS).where(t.c.id == bindparam("id"))


def _row(row: Row[Any]) -> MailboxRow:
    values = dict(row._mapping)
    # A label is kept as its id, or as its id and how it looks.
    kept = {key: [each] if isinstance(each, str) else each for key, each in values["label_ids"].items()}
    values["label_ids"] = {key: each[0] for key, each in kept.items()}
    values["label_looks"] = {key: tuple(each[1:]) for key, each in kept.items() if len(each) == 4}
    return MailboxRow(**values | {name: tuple(values[name]) for name in ("aliases", "own_lists", "send_as")})


def get(conn: Connection, mailbox_id: int) -> MailboxRow:
    """Raises NoResultFound for an id that does not exist."""
    return _row(conn.execute(_BY_ID, {"id": mailbox_id}).one())


def every(conn: Connection) -> list[MailboxRow]:
    return [_row(row) for row in conn.execute(select(*_COLUMNS).order_by(t.c.kind, t.c.address))]


def by_address(conn: Connection, kind: str, address: str) -> MailboxRow | None:
    found = conn.execute(select(*_COLUMNS).where(t.c.kind == kind, t.c.address == address)).one_or_none()
    return None if found is None else _row(found)


def ensure(
    conn: Connection,
    kind: str,
    address: str,
    *,
    policy_name: str = "Default",
    aliases: Sequence[str] = (),
    own_lists: Sequence[str] = (),
) -> MailboxRow:
    """The mailbox of this kind and address, made (observed) if it is new; the rest becomes as given."""
    given = {"aliases": list(aliases), "own_lists": list(own_lists), "policy_name": policy_name}
    new = {"kind": kind, "address": address, "mode": "observed", "label_ids": {}, **given}
    insert_ignore(conn, t, [new], conflict=["kind", "address"])
    where = (t.c.kind == kind, t.c.address == address)
    conn.execute(update(t).where(*where).values(**given))
    return _row(conn.execute(select(*_COLUMNS).where(*where)).one())


def change(conn: Connection, mailbox_id: int, **values: Any) -> None:
    conn.execute(update(t).where(t.c.id == mailbox_id).values(**values))


def remember_labels(
    conn: Connection, mailbox_id: int, ids: Mapping[str, str], looks: Mapping[str, tuple[str, str, str]]
) -> None:
    """From now on these are our labels."""
    kept = {key: [label_id, *looks[key]] if key in looks else label_id for key, label_id in ids.items()}
    change(conn, mailbox_id, label_ids=kept)


def delete(conn: Connection, mailbox_id: int) -> None:
    """The mailbox with everything that belongs to it."""
    conn.execute(sql_delete(t).where(t.c.id == mailbox_id))


def lock(conn: Connection, mailbox_id: int) -> MailboxRow:
    """The mailbox, and nobody else's `lock` of it until the transaction ends; what refers to it can be written meanwhile."""
    row = conn.execute(select(*_COLUMNS).where(t.c.id == mailbox_id).with_for_update(key_share=True)).one()
    return _row(row)


def lease_sync(conn: Connection, mailbox_id: int, holder: str, now: datetime, until: datetime) -> bool:
    """Take the one place to sync this mailbox from; False while somebody else holds it."""
    free = or_(t.c.sync_lease_until.is_(None), t.c.sync_lease_until <= now, t.c.sync_lease_by == holder)
    done = conn.execute(
        update(t).where(t.c.id == mailbox_id, free).values(sync_lease_until=until, sync_lease_by=holder)
    )
    return done.rowcount == 1


def note_ring(conn: Connection, mailbox_id: int, now: datetime) -> None:
    """Somebody rings for a sync. Until one begins the ring counts as unanswered, from the first time it was noted."""
    conn.execute(update(t).where(t.c.id == mailbox_id, t.c.rung_at.is_(None)).values(rung_at=now))


def answer_ring(conn: Connection, mailbox_id: int) -> bool:
    """Whether a ring was noted. It counts as answered from now on, so the caller must read on, or note it again."""
    noted = (t.c.id == mailbox_id, t.c.rung_at.is_not(None))
    return conn.execute(update(t).where(*noted).values(rung_at=None)).rowcount == 1


def unanswered(conn: Connection, now: datetime, rung_before: datetime) -> set[int]:
    """Mailboxes rung for before `rung_before`, whose ring no sync has answered and none that runs will."""
    free = or_(t.c.sync_lease_until.is_(None), t.c.sync_lease_until <= now)
    return set(conn.execute(select(t.c.id).where(t.c.rung_at <= rung_before, free)).scalars())


def release_sync(conn: Connection, mailbox_id: int, holder: str) -> None:
    conn.execute(
        update(t)
        .where(t.c.id == mailbox_id, t.c.sync_lease_by == holder)
        .values(sync_lease_until=None, sync_lease_by=None)
    )


def move_cursor(conn: Connection, mailbox_id: int, seen: str | None, to: str) -> bool:
    """Compare-and-swap of the history cursor; False if another sync moved it meanwhile."""
    at = t.c.history_id.is_(None) if seen is None else t.c.history_id == seen
    return conn.execute(update(t).where(t.c.id == mailbox_id, at).values(history_id=to)).rowcount == 1


def claim_waking(conn: Connection, now: datetime, again_at: datetime) -> list[int]:
    """Mailboxes in which somebody has come on duty by `now` while tickets wait; nobody else is told so before `again_at`."""
    waking = [t.c.wake_at.is_not(None), t.c.wake_at <= now]
    rows = claim(conn, t, waking, {"wake_at": again_at}, order_by=t.c.id, limit=500, returning=[t.c.id])
    return sorted(row.id for row in rows)


def with_labels_to_check(conn: Connection, before: datetime) -> list[int]:
    """Live mailboxes whose labels were last compared with Gmail's by `before`, or never."""
    old = or_(t.c.labels_checked_at.is_(None), t.c.labels_checked_at <= before)
    where = (t.c.kind == "gmail", t.c.mode == "live", t.c.access_lost_at.is_(None), old)
    return list(conn.execute(select(t.c.id).where(*where).order_by(t.c.id)).scalars())


def connected(conn: Connection) -> list[int]:
    """Mailboxes that people work in; nobody does on what came from a file."""
    return list(
        conn.execute(select(t.c.id).where(t.c.kind == "gmail", t.c.retired_at.is_(None)).order_by(t.c.id)).scalars()
    )
