"""The truth about tickets: append-only events, unique by their source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Connection, Text, bindparam, select, type_coerce

from inboxsla.domain.timeline import Event, Kind
from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import events as t
from inboxsla.storage.schema import tickets
from inboxsla.storage.types import EPOCH, MICROSECOND, from_json

_COLUMNS = (t.c.kind, t.c.happened_at, t.c.source, t.c.actor, t.c.data, t.c.id)
# Looking a kind up by calling it takes longer than reading it.
_KINDS = {kind.value: kind for kind in Kind}
_TIMELINE = select(*_COLUMNS).where(t.c.ticket_id == bindparam("ticket")).order_by(t.c.id)

# For many rows, converting each value by its column's type takes longer than reading them.
_TIMELINES = (
    select(
        t.c.ticket_id,
        t.c.kind,
        type_coerce(t.c.happened_at, BigInteger),
        t.c.source,
        t.c.actor,
        type_coerce(t.c.data, Text),
        t.c.id,
    )
    .where(t.c.ticket_id.in_(bindparam("tickets", expanding=True)))
    .order_by(t.c.id)
)


@dataclass(frozen=True, slots=True)
class ObservedStep:
    """A STEP_TAKEN event with what its ticket says now."""

    ticket_id: int
    subject: str
    requester: str
    requester_name: str
    owner: str | None
    happened_at: datetime
    data: Mapping[str, Any]


def append(conn: Connection, ticket_id: int, events: Iterable[Event], learned_at: datetime) -> int:
    """Add what is not known yet; returns how many were new."""
    rows = [
        {
            "ticket_id": ticket_id,
            "source": event.source,
            "kind": event.kind.value,
            "happened_at": event.happened_at,
            "learned_at": learned_at,
            "actor": event.actor,
            "data": dict(event.data),
        }
        for event in events
    ]
    return len(insert_ignore(conn, t, rows, conflict=["ticket_id", "source"]))


def timeline(conn: Connection, ticket_id: int) -> list[Event]:
    """Every event of a ticket, in the order in which they were learned."""
    rows = conn.execute(_TIMELINE, {"ticket": ticket_id})
    return [Event(_KINDS[kind], at, source, actor, data, number) for kind, at, source, actor, data, number in rows]


def timelines(conn: Connection, ticket_ids: Sequence[int], without: Collection[Kind] = ()) -> dict[int, list[Event]]:
    """The same for many tickets in one query, with no events of the kinds `without`."""
    found: dict[int, list[Event]] = defaultdict(list)
    wanted = _TIMELINES.where(t.c.kind.not_in(sorted(without))) if without else _TIMELINES
    for ticket_id, kind, at, source, actor, data, number in conn.execute(wanted, {"tickets": ticket_ids}):
        event = Event(_KINDS[kind], EPOCH + MICROSECOND * at, source, actor, from_json(data), number)
        found[ticket_id].append(event)
    return found


def observed_steps(conn: Connection, mailbox_id: int) -> list[ObservedStep]:
    """Reminder steps of a mailbox that were noted instead of taken, newest first."""
    about = (tickets.c.subject, tickets.c.requester, tickets.c.requester_name, tickets.c.owner)
    wanted = (
        select(t.c.ticket_id, *about, t.c.happened_at, t.c.data)
        .join(tickets, tickets.c.id == t.c.ticket_id)
        .where(
            tickets.c.mailbox_id == mailbox_id,
            t.c.kind == Kind.STEP_TAKEN.value,
            type_coerce(t.c.data, Text).contains('"observed"'),
        )
        .order_by(t.c.id.desc())
    )
    return [ObservedStep(*row) for row in conn.execute(wanted)]
