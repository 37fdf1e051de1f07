"""Which mailboxes Gmail was asked to tell us about, until when, and when to ask again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from inboxsla.storage.database import claim, insert_ignore
from inboxsla.storage.schema import mailboxes
from inboxsla.storage.schema import watches as t

# A notice within this of the last noted one is not worth a write.
_NOTICED_EVERY = timedelta(minutes=1)
_ID = mailboxes.c.id
_IN_USE = (mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None), mailboxes.c.access_lost_at.is_(None))


@dataclass(frozen=True, slots=True)
class WatchRow:
    """`topic` is empty while Gmail is not asked; `try_at` is when to ask again, or to see that nobody is told any more."""

    mailbox_id: int
    topic: str
    expires_at: datetime | None
    try_at: datetime
    failures: int
    noticed_at: datetime | None
    told_id: str | None = None

    def tells(self, topic: str, now: datetime) -> bool:
        """Whether Gmail has promised to tell `topic` of news, and still does."""
        return bool(topic) and self.topic == topic and self.expires_at is not None and now < self.expires_at


_COLUMNS = [t.c[name] for name in WatchRow.__dataclass_fields__]


def every(conn: Connection) -> dict[int, WatchRow]:
    """By mailbox."""
    return {row.mailbox_id: WatchRow(**row._mapping) for row in conn.execute(select(*_COLUMNS))}


def get(conn: Connection, mailbox_id: int) -> WatchRow | None:
    found = conn.execute(select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id)).one_or_none()
    return None if found is None else WatchRow(**found._mapping)


def claim_due(conn: Connection, topic: str, now: datetime, again_at: datetime, limit: int) -> list[int]:
    """Mailboxes to be watched for `topic` whose time has come, soonest expiry first; nobody else gets them before `again_at`.

    With an empty topic, and of mailboxes that are not in use any more, those that Gmail still tells of.
    """
    if topic:
        new = select(_ID).where(*_IN_USE, _ID.not_in(select(t.c.mailbox_id)))
        rows = [{"mailbox_id": key, "try_at": now} for key in conn.execute(new).scalars()]
        insert_ignore(conn, t, rows, conflict=["mailbox_id"])
    told = t.c.topic != ""
    wanted = or_(told, t.c.mailbox_id.in_(select(_ID).where(*_IN_USE))) if topic else told
    shut = select(_ID).where(mailboxes.c.access_lost_at.is_not(None))
    due = [t.c.try_at <= now, wanted, t.c.mailbox_id.not_in(shut)]
    first = func.coalesce(t.c.expires_at, 0)
    found = claim(
        conn, t, due, {"try_at": again_at}, order_by=first, limit=limit, returning=[t.c.mailbox_id, t.c.expires_at]
    )
    return [row.mailbox_id for row in sorted(found, key=lambda row: (row.expires_at or now, row.mailbox_id))]


def change(conn: Connection, mailbox_id: int, now: datetime, **values: Any) -> None:
    """Write `values`, on a new row where there is none."""
    insert_ignore(conn, t, [{"mailbox_id": mailbox_id, "try_at": now}], conflict=["mailbox_id"])
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(**values))


def look_again(conn: Connection, mailbox_id: int, now: datetime) -> None:
    """Something changed about the mailbox: see at once whether it must be watched."""
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(try_at=now, failures=0))


def lost(conn: Connection, mailbox_id: int, now: datetime) -> None:
    """Gmail no longer lets us in, and may tell nobody any more: ask anew as soon as access is back."""
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(expires_at=None, try_at=now, failures=0))


def look_again_unless(conn: Connection, topic: str, now: datetime) -> None:
    """The setting says `topic` now: whatever is told to another one is looked at at once."""
    other = (t.c.topic != topic, t.c.topic != "")
    conn.execute(update(t).where(*other).values(try_at=now, failures=0))


def notice(conn: Connection, seen: WatchRow | None, mailbox_id: int, told_id: int, now: datetime) -> None:
    """A notice came that names `told_id`. What was told a while ago is forgotten: it may have been wrong."""
    newest = told_id if seen is None or not _is_recent(seen, now) else max(told_id, _number(seen.told_id))
    change(conn, mailbox_id, now, noticed_at=now, told_id=str(newest))


def is_worth_noting(seen: WatchRow | None, told_id: int, now: datetime) -> bool:
    """Whether a notice that comes now is written down: not if one was a moment ago that told as much."""
    return seen is None or not _is_recent(seen, now) or told_id > _number(seen.told_id)


def _is_recent(seen: WatchRow, now: datetime) -> bool:
    return seen.noticed_at is not None and now - seen.noticed_at < _NOTICED_EVERY


def owes_more_than(conn: Connection, mailbox_id: int, cursor: str, since: datetime) -> bool:
    """Whether a notice has come after `since` that knows of more than history shows up to `cursor`."""
    seen = get(conn, mailbox_id)
    if seen is None or seen.noticed_at is None or seen.noticed_at < since or not cursor.isdecimal():
        return False
    return _number(seen.told_id) > int(cursor)


def _number(told_id: str | None) -> int:
    return int(told_id or 0)
