"""Ticket rows: the projection that boards and the ticker find their work by."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, select, update

from inboxsla.errors import TicketMoved
from inboxsla.storage.database import claim, insert_ignore
from inboxsla.storage.schema import mailboxes
from inboxsla.storage.schema import tickets as t

RING_AGAIN_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class TicketRow:
    id: int
    mailbox_id: int
    thread_id: str
    policy_id: int
    version: int
    subject: str
    requester: str
    requester_name: str
    owner: str | None
    status: str
    priority: str
    urgency: str
    metric: str | None
    due_at: datetime | None
    breached: bool
    opened_at: datetime
    waiting_since: datetime | None
    last_activity: datetime | None
    wake_at: datetime | None
    label_wanted: str | None
    label_due: bool
    policy_now_id: int | None
    team: str
    tags: list[str]
    tier: str
    channel: str
    rule: str
    label_echoes: Mapping[str, str]
    text_since: datetime | None
    erased_at: datetime | None
    erased_for: str | None


@dataclass(frozen=True, slots=True)
class BegunTicket:
    """What never changes about a ticket: whose it is and under which policy version it began."""

    id: int
    thread_id: str
    policy_id: int
    requester: str


@dataclass(frozen=True, slots=True)
class ListedTicket:
    """What a list of links says of a ticket, and what rules are asked again with."""

    id: int
    mailbox_id: int
    thread_id: str
    subject: str
    requester: str
    requester_name: str


# In the order of the fields.
_LISTED = [t.c[name] for name in ListedTicket.__dataclass_fields__]
_BEGUN = [t.c[name] for name in BegunTicket.__dataclass_fields__]
COLUMNS = [t.c[name] for name in TicketRow.__dataclass_fields__]
# Built once, because for one row building a statement costs more than running it.
_BY_ID = select(*COLUMNS).where(t.c.id == bindparam("id"))
_SAVED = update(t).where(t.c.id == bindparam("ticket"), t.c.version == bindparam("seen"))
OPEN_STATUSES = ("open", "waiting_on_customer", "on_hold")


def row_of(row: Row[Any]) -> TicketRow:
    return TicketRow(*tuple(row))


def load(conn: Connection, ticket_id: int) -> TicketRow:
    """Raises NoResultFound for an id that does not exist."""
    return row_of(conn.execute(_BY_ID, {"id": ticket_id}).one())


def find(conn: Connection, ticket_id: int) -> TicketRow | None:
    row = conn.execute(_BY_ID, {"id": ticket_id}).one_or_none()
    return None if row is None else row_of(row)


def by_thread(conn: Connection, mailbox_id: int, thread_id: str) -> TicketRow | None:
    row = conn.execute(select(*COLUMNS).where(t.c.mailbox_id == mailbox_id, t.c.thread_id == thread_id)).one_or_none()
    return None if row is None else row_of(row)


def erased(conn: Connection, mailbox_id: int, thread_ids: Collection[str]) -> dict[str, datetime]:
    """Thread to when the text of its ticket was erased last, of those it was erased of."""
    where = (t.c.mailbox_id == mailbox_id, t.c.thread_id.in_(thread_ids), t.c.erased_at.is_not(None))
    return {row.thread_id: row.erased_at for row in conn.execute(select(t.c.thread_id, t.c.erased_at).where(*where))}


def create(conn: Connection, **values: Any) -> TicketRow:
    """A new ticket; the projection columns start as "nothing known" until it is settled.

    Raises TicketMoved if somebody made it meanwhile.
    """
    start: dict[str, Any] = {
        "status": "open",
        "priority": "normal",
        "urgency": "none",
        "breached": False,
        "label_due": False,
        "version": 0,
    }
    start["ring_at"] = values.get("wake_at")
    row = {**start, **values}
    if not insert_ignore(conn, t, [row], conflict=["mailbox_id", "thread_id"]):
        raise TicketMoved(0)
    return row_of(
        conn.execute(
            select(*COLUMNS).where(t.c.mailbox_id == row["mailbox_id"], t.c.thread_id == row["thread_id"])
        ).one()
    )


def save(conn: Connection, ticket_id: int, seen: int, changes: Mapping[str, Any]) -> None:
    """Write `changes` and count the version up. Raises TicketMoved if somebody wrote since version `seen`."""
    # A new wake rings at once, whenever the old one was rung.
    rings = {"ring_at": changes["wake_at"]} if "wake_at" in changes else {}
    values = {"ticket": ticket_id, "seen": seen, "version": seen + 1, **changes, **rings}
    done = conn.execute(_SAVED, values)
    if done.rowcount == 0:
        raise TicketMoved(ticket_id)


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (t.c.ring_at.is_not(None), t.c.ring_at <= now)


def due(conn: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """(ticket id, mailbox id) of what time alone has changed by `now` and was not rung lately; earliest first."""
    rows = conn.execute(select(t.c.id, t.c.mailbox_id).where(*_is_due(now)).order_by(t.c.ring_at).limit(limit))
    return [(row.id, row.mailbox_id) for row in rows]


def next_due(conn: Connection) -> datetime | None:
    """When the earliest ticket rings; in the past for what nobody has rung for yet."""
    found: datetime | None = conn.execute(select(func.min(t.c.ring_at)).where(t.c.ring_at.is_not(None))).scalar_one()
    return found


def under_way(conn: Connection, now: datetime) -> int:
    """How many tickets were claimed within the last half minute and nobody has settled yet."""
    where = (t.c.ring_at.is_not(None), t.c.ring_at > now, t.c.ring_at <= now + RING_AGAIN_AFTER, t.c.wake_at <= now)
    return count(conn, *where)


def claim_due(conn: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Like `due`, and nobody else is given the same tickets for the next half minute."""
    rows = claim(
        conn,
        t,
        _is_due(now),
        {"ring_at": now + RING_AGAIN_AFTER},
        order_by=t.c.ring_at,
        limit=limit,
        returning=[t.c.id, t.c.mailbox_id],
    )
    return sorted((row.id, row.mailbox_id) for row in rows)


def versions(conn: Connection, ticket_ids: Collection[int]) -> dict[int, int]:
    """The version of each of these tickets."""
    rows = conn.execute(select(t.c.id, t.c.version).where(t.c.id.in_(ticket_ids)))
    return {row.id: row.version for row in rows}


def load_many(conn: Connection, ticket_ids: Collection[int]) -> list[TicketRow]:
    return [row_of(row) for row in conn.execute(select(*COLUMNS).where(t.c.id.in_(ticket_ids)).order_by(t.c.id))]


def shown(conn: Connection, where: Sequence[ColumnElement[bool]], limit: int) -> list[TicketRow]:
    """Rows for a list: what is due soonest first, then what happened last."""
    rows = conn.execute(
        select(*COLUMNS)
        .where(*where)
        .order_by(t.c.due_at.is_(None), t.c.due_at, t.c.last_activity.desc(), t.c.id)
        .limit(limit)
    )
    return [row_of(row) for row in rows]


def count(conn: Connection, *where: ColumnElement[bool]) -> int:
    return conn.execute(select(func.count()).select_from(t).where(*where)).scalar_one()


def ids_of(conn: Connection, mailbox_id: int) -> list[int]:
    return list(conn.execute(select(t.c.id).where(t.c.mailbox_id == mailbox_id).order_by(t.c.id)).scalars())


def open_threads(conn: Connection, mailbox_id: int) -> list[str]:
    """Thread ids of the tickets that are not over."""
    where = (t.c.mailbox_id == mailbox_id, t.c.status.in_(OPEN_STATUSES))
    return list(conn.execute(select(t.c.thread_id).where(*where).order_by(t.c.id)).scalars())


def opened_before(
    conn: Connection, mailbox_id: int, requester: str, before: datetime, limit: int
) -> tuple[datetime, ...]:
    """When this requester opened other tickets, newest first."""
    where = (t.c.mailbox_id == mailbox_id, t.c.requester == requester, t.c.opened_at < before)
    return tuple(
        conn.execute(select(t.c.opened_at).where(*where).order_by(t.c.opened_at.desc()).limit(limit)).scalars()
    )


def open_after(conn: Connection, after: int, limit: int) -> list[int]:
    """Ids above `after` of tickets of connected mailboxes that are not over, in order."""
    connected = select(mailboxes.c.id).where(mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
    where = (t.c.id > after, t.c.status.in_((*OPEN_STATUSES, "away")), t.c.mailbox_id.in_(connected))
    return list(conn.execute(select(t.c.id).where(*where).order_by(t.c.id).limit(limit)).scalars())


def policies_in_use(conn: Connection, mailbox_ids: Sequence[int]) -> set[int]:
    """The policy versions that tickets of these mailboxes are under which are not over."""
    where = (t.c.mailbox_id.in_(mailbox_ids), t.c.status.in_(OPEN_STATUSES))
    under = select(func.coalesce(t.c.policy_now_id, t.c.policy_id)).where(*where).distinct()
    return set(conn.execute(under).scalars())


def opened_since(conn: Connection, mailbox_id: int, since: datetime, after: int, limit: int) -> list[BegunTicket]:
    """Tickets of a mailbox that began at `since` or later, those with ids above `after`, in order."""
    where = (t.c.mailbox_id == mailbox_id, t.c.opened_at >= since, t.c.id > after)
    rows = conn.execute(select(*_BEGUN).where(*where).order_by(t.c.id).limit(limit))
    return [BegunTicket(*tuple(row)) for row in rows]


def newest(conn: Connection, limit: int) -> list[ListedTicket]:
    """The tickets that were made last, of every mailbox, newest first."""
    return [ListedTicket(*tuple(row)) for row in conn.execute(select(*_LISTED).order_by(t.c.id.desc()).limit(limit))]


def count_since(conn: Connection, mailbox_id: int, since: datetime) -> int:
    return count(conn, t.c.mailbox_id == mailbox_id, t.c.opened_at >= since)


def opened_as(conn: Connection, mailbox_id: int, nth: int) -> datetime | None:
    """When the `nth` newest ticket of a mailbox began, counted from 1."""
    newest = select(t.c.opened_at).where(t.c.mailbox_id == mailbox_id).order_by(t.c.opened_at.desc())
    found: datetime | None = conn.execute(newest.offset(nth - 1).limit(1)).scalar_one_or_none()
    return found


def mailboxes_of(conn: Connection, ticket_ids: Sequence[int]) -> list[int]:
    """The mailboxes that these tickets (as far as there are any) belong to."""
    return sorted(conn.execute(select(t.c.mailbox_id).where(t.c.id.in_(ticket_ids)).distinct()).scalars())
