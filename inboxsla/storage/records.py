"""What must not be lost but belongs to no ticket: messages kept aside, open alarms, the audit log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import alarms, audit, kept_aside, mailboxes

# What a key may hold; a part of it may be as long as somebody likes, and what is longer is cut, not refused. No alarm's key
# holds what a stranger makes up: of such things there is one alarm, which names a few.
_LONGEST_KEY = 200


def keep_aside(conn: Connection, mailbox_id: int, source: str, reason: str, now: datetime) -> bool:
    """Note a message that could not be processed, and why; False if it was noted before."""
    row = {"mailbox_id": mailbox_id, "source": source[:_LONGEST_KEY], "reason": reason, "learned_at": now}
    return bool(insert_ignore(conn, kept_aside, [row], conflict=["mailbox_id", "source"]))


def all_kept_aside(
    conn: Connection, limit: int = 500, of: Collection[int] | None = None
) -> list[tuple[str, str, str, datetime]]:
    """(mailbox address, source, reason, when), newest first; of these mailboxes if given."""
    statement = (
        select(mailboxes.c.address, kept_aside.c.source, kept_aside.c.reason, kept_aside.c.learned_at)
        .join(mailboxes, mailboxes.c.id == kept_aside.c.mailbox_id)
        .order_by(kept_aside.c.id.desc())
        .limit(limit)
    )
    rows = conn.execute(statement if of is None else statement.where(kept_aside.c.mailbox_id.in_(of)))
    return [(row.address, row.source, row.reason, row.learned_at) for row in rows]


def count_kept_aside(conn: Connection, mailbox_id: int) -> int:
    where = kept_aside.c.mailbox_id == mailbox_id
    return conn.execute(select(func.count()).select_from(kept_aside).where(where)).scalar_one()


def alarm(conn: Connection, key: str, words: str, now: datetime, mailbox_id: int | None = None) -> bool:
    """Raise an alarm, or note that its cause goes on; True if it is new."""
    key = key[:_LONGEST_KEY]
    row = {"key": key, "mailbox_id": mailbox_id, "words": words, "raised_at": now, "last_seen_at": now}
    if insert_ignore(conn, alarms, [row], conflict=["key"]):
        return True
    conn.execute(update(alarms).where(alarms.c.key == key).values(words=words, last_seen_at=now))
    return False


def alarm_since(conn: Connection, key: str) -> datetime | None:
    """When the alarm was raised first; None if it is not there."""
    raised: datetime | None = conn.execute(
        select(alarms.c.raised_at).where(alarms.c.key == key[:_LONGEST_KEY])
    ).scalar_one_or_none()
    return raised


def clear_alarm(conn: Connection, key: str) -> None:
    """The cause of this very alarm is gone."""
    conn.execute(delete(alarms).where(alarms.c.key == key[:_LONGEST_KEY]))


def clear_alarms(conn: Connection, prefix: str) -> None:
    """Their cause is gone. `prefix` is a whole part of the key, such as "thread/3/"."""
    conn.execute(delete(alarms).where(alarms.c.key.startswith(prefix, autoescape=True)))


def keep_alarms(conn: Connection, prefix: str, keys: Collection[str]) -> None:
    """Of those that begin with `prefix` only these `keys` go on; the cause of the others is gone."""
    conn.execute(delete(alarms).where(alarms.c.key.startswith(prefix, autoescape=True), alarms.c.key.not_in(keys)))


def clear_alarms_of(conn: Connection, mailbox_id: int) -> None:
    conn.execute(delete(alarms).where(alarms.c.mailbox_id == mailbox_id))


def open_alarms(conn: Connection, since: datetime, of: Collection[int] | None = None) -> list[str]:
    """What was raised or still went on after `since`, newest first; of these mailboxes, and of none in particular, if given."""
    recent = select(alarms.c.words).where(alarms.c.last_seen_at > since).order_by(alarms.c.raised_at.desc())
    if of is not None:
        recent = recent.where(or_(alarms.c.mailbox_id.is_(None), alarms.c.mailbox_id.in_(of)))
    return list(conn.execute(recent).scalars())


def log(
    conn: Connection,
    actor: str,
    what: str,
    now: datetime,
    before: Any = None,
    after: Any = None,
    words: Sequence[str] | None = None,
) -> None:
    """Note a change of settings; `words` say what changed where `before` and `after` are too long to be read."""
    told = None if words is None else list(words)
    conn.execute(insert(audit).values(at=now, actor=actor, what=what, before=before, after=after, words=told))
