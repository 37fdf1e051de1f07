"""Messages as far as we keep them: headers on an allow-list, an excerpt, the labels we last saw on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import messages as t


@dataclass(frozen=True, slots=True)
class MessageRow:
    """`labels` are Gmail label ids; `internal_at` is Gmail's internalDate (aware UTC)."""

    gmail_id: str
    thread_id: str
    rfc_id: str
    kind: str
    kind_reason: str
    internal_at: datetime
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    excerpt: str
    headers: Mapping[str, Any]
    labels: frozenset[str]
    gone: bool = False
    erased_at: datetime | None = None


_COLUMNS = [t.c[name] for name in MessageRow.__dataclass_fields__]
_RECIPIENTS, _LABELS = (list(MessageRow.__dataclass_fields__).index(name) for name in ("recipients", "labels"))
# Databases bound how many values one statement may name.
_AT_ONCE = 5_000


def row_of(row: Sequence[Any]) -> MessageRow:
    """From a row of the columns that are the fields, in their order: by name it takes three times as long."""
    values = list(row)
    values[_RECIPIENTS], values[_LABELS] = tuple(values[_RECIPIENTS]), frozenset(values[_LABELS])
    return MessageRow(*values)


def values_of(mailbox_id: int, row: MessageRow) -> dict[str, Any]:
    """What is written for one message."""
    values = {name: getattr(row, name) for name in MessageRow.__dataclass_fields__}
    return {
        **values,
        "mailbox_id": mailbox_id,
        "recipients": list(row.recipients),
        "labels": sorted(row.labels),
        "headers": dict(row.headers),
    }


def add(conn: Connection, mailbox_id: int, rows: Iterable[MessageRow]) -> int:
    """Keep messages; those known by their id already stay as they are. Returns how many were new."""
    values = [values_of(mailbox_id, row) for row in rows]
    return len(insert_ignore(conn, t, values, conflict=["mailbox_id", "gmail_id"]))


def of_thread(conn: Connection, mailbox_id: int, thread_id: str, *, lock: bool = False) -> list[MessageRow]:
    """Every message of a thread, oldest first; with `lock` nobody else changes them until the transaction ends."""
    statement = (
        select(*_COLUMNS)
        .where(t.c.mailbox_id == mailbox_id, t.c.thread_id == thread_id)
        .order_by(t.c.internal_at, t.c.id)
    )
    rows = conn.execute(statement.with_for_update() if lock else statement)
    return [row_of(row) for row in rows]


def of_threads(conn: Connection, mailbox_id: int, thread_ids: Sequence[str]) -> dict[str, list[MessageRow]]:
    """The same for many threads in one query; a thread without messages is left out."""
    found: dict[str, list[MessageRow]] = {}
    rows = conn.execute(
        select(*_COLUMNS)
        .where(t.c.mailbox_id == mailbox_id, t.c.thread_id.in_(thread_ids))
        .order_by(t.c.internal_at, t.c.id)
    )
    for row in map(row_of, rows):
        found.setdefault(row.thread_id, []).append(row)
    return found


def known(conn: Connection, mailbox_id: int, gmail_ids: Sequence[str]) -> dict[str, str]:
    """Message id to thread id, of those that are kept already."""
    found: dict[str, str] = {}
    for start in range(0, len(gmail_ids), _AT_ONCE):
        some = gmail_ids[start : start + _AT_ONCE]
        rows = conn.execute(
            select(t.c.gmail_id, t.c.thread_id).where(t.c.mailbox_id == mailbox_id, t.c.gmail_id.in_(some))
        )
        found |= {row.gmail_id: row.thread_id for row in rows}
    return found


def known_threads(conn: Connection, mailbox_id: int, thread_ids: Sequence[str]) -> set[str]:
    rows = conn.execute(
        select(t.c.thread_id).where(t.c.mailbox_id == mailbox_id, t.c.thread_id.in_(thread_ids)).distinct()
    )
    return set(rows.scalars())


def newest_of(conn: Connection, mailbox_id: int, thread_ids: Sequence[str]) -> dict[str, tuple[datetime, int]]:
    """When the newest message of each thread came in, and how many there are; a thread without messages is left out."""
    rows = conn.execute(
        select(t.c.thread_id, func.max(t.c.internal_at).label("newest"), func.count().label("messages"))
        .where(t.c.mailbox_id == mailbox_id, t.c.thread_id.in_(thread_ids), t.c.gone.is_(False))
        .group_by(t.c.thread_id)
    )
    return {row.thread_id: (row.newest, row.messages) for row in rows}


def by_rfc_id(conn: Connection, mailbox_id: int, rfc_ids: Sequence[str]) -> dict[str, MessageRow]:
    """RFC Message-ID (without angle brackets) to message."""
    wanted = [rfc_id for rfc_id in rfc_ids if rfc_id]
    rows = conn.execute(
        select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id, t.c.rfc_id.in_(wanted)).order_by(t.c.id.desc())
    )
    return {row.rfc_id: row_of(row) for row in rows}


def newest_sent_to(
    conn: Connection, mailbox_id: int, addresses: frozenset[str], within: tuple[datetime, datetime]
) -> MessageRow | None:
    """The newest message of people that the mailbox sent to one of these addresses between two instants."""
    where = (t.c.mailbox_id == mailbox_id, t.c.kind == "human", t.c.internal_at.between(*within))
    rows = map(row_of, conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.internal_at.desc(), t.c.id.desc())))
    return next((row for row in rows if "SENT" in row.labels and not addresses.isdisjoint(row.recipients)), None)


def bulk(conn: Connection, mailbox_id: int, among: int) -> list[MessageRow]:
    """The bulk mail of a mailbox among so many messages that were kept last in all of them, newest first."""
    since = select(func.max(t.c.id) - among).scalar_subquery()
    where = (t.c.id > since, t.c.mailbox_id == mailbox_id, t.c.kind == "bulk")
    return [row_of(row) for row in conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.id.desc()))]


def threads_with_rfc_ids(conn: Connection, mailbox_ids: Sequence[int], rfc_ids: Sequence[str]) -> list[tuple[int, str]]:
    """(mailbox, thread) of every kept message that has one of these RFC Message-IDs, in these mailboxes."""
    wanted = [rfc_id for rfc_id in rfc_ids if rfc_id]
    rows = conn.execute(
        select(t.c.mailbox_id, t.c.thread_id)
        .where(t.c.mailbox_id.in_(mailbox_ids), t.c.rfc_id.in_(wanted))
        .distinct()
        .order_by(t.c.mailbox_id, t.c.thread_id)
    )
    return [(row.mailbox_id, row.thread_id) for row in rows]


def set_labels(conn: Connection, mailbox_id: int, labels: Mapping[str, frozenset[str]]) -> None:
    """Remember which labels each message has now, by message id."""
    for gmail_id, now in labels.items():
        conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.gmail_id == gmail_id).values(labels=sorted(now)))


def threads_with_labels(conn: Connection, mailbox_id: int, label_ids: Collection[str]) -> list[str]:
    """Threads in which some message that is not gone carries one of these, as we saw it last."""
    wanted, found = frozenset(label_ids), dict[str, None]()
    here = (t.c.mailbox_id == mailbox_id, t.c.gone.is_(False))
    for row in conn.execute(select(t.c.thread_id, t.c.labels).where(*here).order_by(t.c.id)):
        if wanted.intersection(row.labels):
            found[row.thread_id] = None
    return list(found)


def forget_labels(conn: Connection, mailbox_id: int, thread_id: str, label_ids: Collection[str]) -> None:
    """These labels are on no message of the thread any more."""
    off = frozenset(label_ids)
    kept = of_thread(conn, mailbox_id, thread_id, lock=True)
    set_labels(conn, mailbox_id, {row.gmail_id: row.labels - off for row in kept if row.labels & off})


def set_gone(conn: Connection, mailbox_id: int, gmail_ids: Sequence[str]) -> None:
    """Deleted for good in Gmail; kept here, because the ticket's figures rest on them."""
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.gmail_id.in_(gmail_ids)).values(gone=True))


def move_thread(conn: Connection, mailbox_id: int, old: str, new: str) -> None:
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.thread_id == old).values(thread_id=new))


def threads(conn: Connection, mailbox_id: int) -> Iterator[str]:
    """Every thread id of a mailbox, in no particular order."""
    yield from conn.execute(select(t.c.thread_id).where(t.c.mailbox_id == mailbox_id).distinct()).scalars()


def span(conn: Connection, mailbox_id: int) -> tuple[datetime, datetime] | None:
    """When the oldest and the newest message came in."""
    row = conn.execute(
        select(func.min(t.c.internal_at), func.max(t.c.internal_at)).where(t.c.mailbox_id == mailbox_id)
    ).one()
    return None if row[0] is None else (row[0], row[1])
