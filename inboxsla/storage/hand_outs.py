"""What handing out asks of the tickets: which of them need an owner, and what everybody has already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from inboxsla.domain.timeline import Kind
from inboxsla.storage.schema import events, mailboxes
from inboxsla.storage.schema import tickets as t
from inboxsla.storage.tables import only
from inboxsla.storage.tickets import OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class Waiting:
    """A ticket that may need another owner; `last_activity` is when somebody wrote last."""

    id: int
    mailbox_id: int
    team: str
    owner: str | None
    due_at: datetime | None
    last_activity: datetime | None


_WAITING = [t.c[name] for name in Waiting.__dataclass_fields__]
_UNOWNED = only("owner IS NULL AND status = 'open' AND due_at IS NOT NULL")


def unowned(conn: Connection, mailbox_ids: Sequence[int], teams: Collection[str], limit: int) -> list[Waiting]:
    """Open tickets of these teams that nobody owns and whose time runs, soonest due first."""
    where = (t.c.mailbox_id.in_(mailbox_ids), t.c.team.in_(teams), _UNOWNED)
    return _waiting(conn.execute(select(*_WAITING).where(*where).order_by(t.c.due_at, t.c.id).limit(limit)))


def unanswered(conn: Connection, mailbox_ids: Sequence[int], owners: Collection[str]) -> list[Waiting]:
    """Open tickets of these owners in which a customer waits for an answer."""
    waits = (t.c.status == "open", t.c.waiting_since.is_not(None))
    return _waiting(
        conn.execute(select(*_WAITING).where(t.c.mailbox_id.in_(mailbox_ids), t.c.owner.in_(owners), *waits))
    )


def _waiting(rows: Iterable[Row[Any]]) -> list[Waiting]:
    return [Waiting(**row._mapping) for row in rows]


def teams_with_unowned(conn: Connection, mailbox_id: int) -> list[str]:
    """Teams ("" for none) of tickets in this mailbox that nobody owns: one seek for each, however many tickets wait."""
    found: list[str] = []
    while True:
        where = [t.c.mailbox_id == mailbox_id, _UNOWNED, *([t.c.team > found[-1]] if found else [])]
        team = conn.execute(select(t.c.team).where(*where).order_by(t.c.team).limit(1)).scalar_one_or_none()
        if team is None:
            return found
        found.append(team)


def strategies(conn: Connection, ticket_ids: Sequence[int]) -> dict[int, str]:
    """How these tickets find their owner, where the newest word on it is another than their team's."""
    said = (events.c.ticket_id.in_(ticket_ids), events.c.kind.in_([Kind.ROUTED.value, Kind.UNDONE.value]))
    columns = (events.c.ticket_id, events.c.kind, events.c.source, events.c.data)
    rows = conn.execute(select(*columns).where(*said).order_by(events.c.happened_at, events.c.source)).all()
    undone = {(r.ticket_id, source) for r in rows if r.kind == Kind.UNDONE.value for source in r.data["of"]}
    routed = (r for r in rows if r.kind == Kind.ROUTED.value and (r.ticket_id, r.source) not in undone)
    newest = {row.ticket_id: row.data.get("strategy") for row in routed}
    return {ticket_id: strategy for ticket_id, strategy in newest.items() if strategy}


def counts_by_owner(conn: Connection) -> list[tuple[str, str, str, int]]:
    """(owner, status, urgency, how many) of everybody's tickets that are not over, in all connected mailboxes."""
    connected = select(mailboxes.c.id).where(mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
    rows = conn.execute(
        select(t.c.owner, t.c.status, t.c.urgency, func.count())
        .where(t.c.mailbox_id.in_(connected), t.c.status.in_(OPEN_STATUSES))
        .group_by(t.c.owner, t.c.status, t.c.urgency)
    )
    # Owners are picked out here: asked for, they would be looked up with everything they ever solved.
    return [(row[0], row[1], row[2], row[3]) for row in rows if row[0] is not None]


def held_by(conn: Connection, owner: str) -> list[tuple[int, str, int]]:
    """(mailbox, urgency, how many) of one person's tickets that are not over, in all connected mailboxes."""
    connected = select(mailboxes.c.id).where(mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
    rows = conn.execute(
        select(t.c.mailbox_id, t.c.urgency, func.count())
        .where(t.c.mailbox_id.in_(connected), t.c.owner == owner, t.c.status.in_(OPEN_STATUSES))
        .group_by(t.c.mailbox_id, t.c.urgency)
        .order_by(t.c.mailbox_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def count_of_team(conn: Connection, mailbox_ids: Sequence[int], team: str) -> int:
    """How many of a team's tickets are not over."""
    where = (t.c.mailbox_id.in_(mailbox_ids), t.c.team == team, t.c.status.in_(OPEN_STATUSES))
    return conn.execute(select(func.count()).select_from(t).where(*where)).scalar_one()


def owned_by(conn: Connection, mailbox_id: int, owner: str) -> list[int]:
    """A person's tickets that are not over, soonest due first."""
    where = (t.c.mailbox_id == mailbox_id, t.c.owner == owner, t.c.status.in_(OPEN_STATUSES))
    return list(conn.execute(select(t.c.id).where(*where).order_by(t.c.due_at.is_(None), t.c.due_at, t.c.id)).scalars())
