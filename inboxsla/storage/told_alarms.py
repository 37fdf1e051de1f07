"""Which alarms there are, and what each person was told of them. Every change names its condition, so that none is told twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import alarms
from inboxsla.storage.schema import told_alarms as t


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """`mailbox_id` None: it is about the whole installation."""

    key: str
    words: str
    mailbox_id: int | None
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    words: str
    told_at: datetime
    gone_at: datetime | None


def open_since(conn: Connection, since: datetime) -> list[OpenAlarm]:
    """What was raised or still went on after `since`, oldest first."""
    columns = (alarms.c.key, alarms.c.words, alarms.c.mailbox_id, alarms.c.raised_at)
    rows = conn.execute(select(*columns).where(alarms.c.last_seen_at > since).order_by(alarms.c.raised_at, alarms.c.id))
    return [OpenAlarm(*row) for row in rows]


def still_noted(conn: Connection, keys: Collection[str]) -> set[str]:
    """Those of which nobody said that they are over."""
    return set(conn.execute(select(alarms.c.key).where(alarms.c.key.in_(keys))).scalars())


def of(conn: Connection, recipient: str) -> dict[str, Told]:
    columns = (t.c.key, t.c.words, t.c.told_at, t.c.gone_at)
    rows = conn.execute(select(*columns).where(t.c.recipient == recipient).order_by(t.c.id))
    return {key: Told(words, told_at, gone_at) for key, words, told_at, gone_at in rows}


def tell(conn: Connection, recipient: str, words: Mapping[str, str], now: datetime) -> set[str]:
    """They are told these alarms, of which nobody told them; the keys for which that was so."""
    rows = [{"key": key, "recipient": recipient, "words": said, "told_at": now} for key, said in words.items()]
    made = insert_ignore(conn, t, rows, conflict=["key", "recipient"])
    return set(conn.execute(select(t.c.key).where(t.c.id.in_(made))).scalars())


def tell_again(conn: Connection, recipient: str, keys: Collection[str], before: datetime, now: datetime) -> set[str]:
    """They are told these once more, unless they were told after `before`; the keys for which that was not so."""
    old = (t.c.recipient == recipient, t.c.key.in_(keys), t.c.told_at <= before)
    return set(conn.execute(update(t).where(*old).values(told_at=now).returning(t.c.key)).scalars())


def note_gone(conn: Connection, recipient: str, open_keys: Collection[str], now: datetime) -> None:
    """Those that are not open any more are gone from now on; those that are back are not."""
    mine = t.c.recipient == recipient
    conn.execute(update(t).where(mine, t.c.key.not_in(open_keys), t.c.gone_at.is_(None)).values(gone_at=now))
    conn.execute(update(t).where(mine, t.c.key.in_(open_keys), t.c.gone_at.is_not(None)).values(gone_at=None))


def tell_over(conn: Connection, recipient: str, gone_by: datetime) -> dict[str, str]:
    """They are told that those gone since `gone_by` or longer are over; key to words."""
    gone = (t.c.recipient == recipient, t.c.gone_at <= gone_by)
    return {row.key: row.words for row in conn.execute(delete(t).where(*gone).returning(t.c.key, t.c.words))}


def recipients(conn: Connection) -> Sequence[str]:
    """Everybody who was told of something."""
    return list(conn.execute(select(t.c.recipient).distinct()).scalars())


def forget(conn: Connection, recipient: str) -> None:
    """As if they had never been told anything."""
    conn.execute(delete(t).where(t.c.recipient == recipient))
