"""What should have been done by now and was not: looked at as a whole, for whoever looks after the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Text,
    TextClause,
    func,
    null,
    or_,
    select,
    type_coerce,
)

from inboxsla.storage.envelopes import IS_OPEN as MAIL_IS_OPEN
from inboxsla.storage.label_commands import IS_OPEN as COMMAND_IS_OPEN
from inboxsla.storage.outbox import IS_OWED, POST
from inboxsla.storage.schema import alarms, envelopes, kept_aside, label_commands, mailboxes, messages, outbox
from inboxsla.storage.schema import tickets as t
from inboxsla.storage.tables import only
from inboxsla.storage.tickets import RING_AGAIN_AFTER
from inboxsla.storage.types import Instant

_RINGS = only("ring_at IS NOT NULL")


@dataclass(frozen=True, slots=True)
class OpenMail:
    """A mail of ours that is not sent, or not known to be. `since` is when it was to be told, which it may be composed anew after."""

    mailbox_id: int
    state: str
    since: datetime
    tried_at: datetime | None
    try_after: datetime
    lease_until: datetime | None
    reason: str | None
    way: str


@dataclass(frozen=True, slots=True)
class OwedAct:
    mailbox_id: int
    act: str
    owed_at: datetime
    not_before: datetime
    outcome: str | None


@dataclass(frozen=True, slots=True)
class FailedMail:
    mailbox_id: int
    recipient: str
    reason: str
    tried_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    key: str
    words: str
    raised_at: datetime
    mailbox_id: int | None


@dataclass(frozen=True, slots=True)
class Heap:
    """How many there are of something in a mailbox, and since when: the oldest, or for what was kept aside the newest."""

    mailbox_id: int
    count: int
    at: datetime | None


def open_mails(conn: Connection) -> list[OpenMail]:
    """Those that were to be told first come first."""
    told_from = select(func.min(outbox.c.not_before)).where(outbox.c.envelope_id == envelopes.c.id).scalar_subquery()
    since = func.coalesce(told_from, envelopes.c.composed_at, type_=Instant()).label("since")
    columns = [since if name == "since" else envelopes.c[name] for name in OpenMail.__dataclass_fields__]
    return [OpenMail(*row) for row in conn.execute(select(*columns).where(MAIL_IS_OPEN).order_by(since))]


def owed_acts(conn: Connection) -> list[OwedAct]:
    """Without posts to webhooks, which have alarms of their own."""
    columns = [outbox.c[name] for name in OwedAct.__dataclass_fields__]
    statement = select(*columns).where(IS_OWED, outbox.c.act != POST).order_by(outbox.c.owed_at)
    return [OwedAct(*row) for row in conn.execute(statement)]


def failed_mails(conn: Connection, since: datetime) -> list[FailedMail]:
    """Mails of mailboxes in use that Gmail will never take, tried after `since`; oldest first."""
    # Found by what they carried: mails themselves are long, and there is no index on when they failed.
    carried = select(outbox.c.envelope_id).where(outbox.c.state == "dropped", outbox.c.done_at > since)
    columns = [envelopes.c[name] for name in FailedMail.__dataclass_fields__]
    where = (envelopes.c.id.in_(carried), envelopes.c.state == "failed", envelopes.c.tried_at > since)
    used = select(mailboxes.c.id).where(mailboxes.c.retired_at.is_(None))
    rows = conn.execute(select(*columns).where(*where, envelopes.c.mailbox_id.in_(used)).order_by(envelopes.c.id))
    return [FailedMail(*row) for row in rows]


def alarms_since(conn: Connection, since: datetime) -> list[Alarm]:
    """What was raised or still went on after `since`, newest first."""
    columns = [alarms.c[name] for name in Alarm.__dataclass_fields__]
    recent = select(*columns).where(alarms.c.last_seen_at > since).order_by(alarms.c.raised_at.desc(), alarms.c.id)
    return [Alarm(*row) for row in conn.execute(recent)]


def unwoken(conn: Connection, before: datetime) -> tuple[int, datetime | None, list[int]]:
    """Tickets that were to be settled by `before` and are not: how many, since when the oldest, and the first hundred ids."""
    where = (_RINGS, t.c.wake_at <= before)
    count, oldest = conn.execute(select(func.count(), func.min(t.c.wake_at)).where(*where)).one()
    ids = conn.execute(select(t.c.id).where(*where).order_by(t.c.wake_at).limit(100)).scalars()
    return count, oldest, list(ids)


def labels_waiting(conn: Connection) -> list[Heap]:
    """Tickets whose threads may carry the wrong label."""
    return _heaps(conn, t.c.mailbox_id, null(), t.c.label_due)


def labels_tried(conn: Connection, now: datetime) -> list[Heap]:
    """Those that somebody tried to put right, in vain or without an end, and whose lease has been over since `at`."""
    return _heaps(conn, t.c.mailbox_id, func.min(t.c.label_lease_until), t.c.label_due, t.c.label_lease_until <= now)


def commands_waiting(conn: Connection, before: datetime) -> list[Heap]:
    """What people asked for by a label before `before` and did not get."""
    c = label_commands.c
    return _heaps(conn, c.mailbox_id, func.min(c.asked_at), COMMAND_IS_OPEN, c.asked_at <= before)


def kept_apart(conn: Connection) -> list[Heap]:
    """Messages and threads that could not be processed; `at` is the newest."""
    return _heaps(conn, kept_aside.c.mailbox_id, func.max(kept_aside.c.learned_at))


def mail_since(conn: Connection, mailbox_id: int, since: datetime, before: datetime) -> datetime | None:
    """When the first mail after `since` and before `before` came in or went out, as Gmail tells of it; None if none did."""
    labels = type_coerce(messages.c.labels, Text)
    told = or_(labels.like('%"INBOX"%'), labels.like('%"SENT"%'))
    where = (messages.c.mailbox_id == mailbox_id, messages.c.internal_at > since, messages.c.internal_at < before)
    found: datetime | None = conn.execute(select(func.min(messages.c.internal_at)).where(*where, told)).scalar_one()
    return found


def server_time(conn: Connection) -> datetime | None:
    """What time it is where the database runs (aware); None where that is this machine."""
    if conn.dialect.name != "postgresql":
        return None
    found: datetime = conn.execute(select(func.clock_timestamp(type_=DateTime(timezone=True)))).scalar_one()
    return found


def _heaps(
    conn: Connection, key: Column[Any], at: ColumnElement[Any], *where: ColumnElement[bool] | TextClause
) -> list[Heap]:
    return [Heap(*row) for row in conn.execute(select(key, func.count(), at).where(*where).group_by(key))]


def unsettled(conn: Connection, mailbox_id: int, now: datetime, most: int) -> int:
    """How many tickets of a mailbox wait to be settled, rung for or not; counted up to `most`."""
    where = (t.c.ring_at.is_not(None), t.c.ring_at <= now + RING_AGAIN_AFTER, t.c.wake_at <= now)
    return len(conn.execute(select(t.c.id).where(*where, t.c.mailbox_id == mailbox_id).limit(most)).all())
