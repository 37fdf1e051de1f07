"""Which mornings were told to whom, and the tickets that a morning is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import digests, tickets
from inboxsla.storage.tickets import OPEN_STATUSES

_KEPT = timedelta(days=60)
_IS_OPEN = tickets.c.status.in_(OPEN_STATUSES)


@dataclass(frozen=True, slots=True)
class Scope:
    """Tickets of a mailbox: those of one owner, or all of them."""

    mailbox_id: int
    owner: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Ticket ids, the most pressing first, and how many there are in all."""

    ids: Sequence[int]
    count: int


def newest_days(conn: Connection, addresses: Collection[str], since: date) -> dict[str, date]:
    """The last date on which it was looked for somebody, as far as that is `since` or later."""
    where = (digests.c.address.in_(addresses), digests.c.day >= since)
    rows = conn.execute(select(digests.c.address, func.max(digests.c.day)).where(*where).group_by(digests.c.address))
    return {row.address: row[1] for row in rows}


def begin(conn: Connection, address: str, day: date, now: datetime) -> int | None:
    """The morning is this caller's to tell; None if somebody else told it, or a later one. Nobody gets two for one date."""
    later = select(digests.c.id).where(digests.c.address == address, digests.c.day >= day)
    if conn.execute(later.limit(1)).first() is not None:
        return None
    conn.execute(delete(digests).where(digests.c.address == address, digests.c.day < day - _KEPT))
    made = insert_ignore(
        conn, digests, [{"address": address, "day": day, "looked_at": now}], conflict=["address", "day"]
    )
    return made[0] if made else None


def enclose(conn: Connection, digest_id: int, envelope_id: int) -> None:
    conn.execute(update(digests).where(digests.c.id == digest_id).values(envelope_id=envelope_id))


def due_between(conn: Connection, scopes: Sequence[Scope], low: datetime, high: datetime, most: int) -> Found:
    """Open tickets whose time runs out from `low` on and before `high`."""
    due = tickets.c.due_at
    return _found(conn, scopes, [_IS_OPEN, due >= low, due < high], most)


def at_risk(conn: Connection, scopes: Sequence[Scope], now: datetime, high: datetime, most: int) -> Found:
    """Open tickets whose time is nearly or wholly used, without those due from `now` on and before `high`."""
    due = tickets.c.due_at
    used = tickets.c.urgency.in_(("urgent", "overdue"))
    return _found(conn, scopes, [_IS_OPEN, used, or_(due < now, due >= high)], most)


def maybe_missed(conn: Connection, scopes: Sequence[Scope], since: datetime, most: int) -> Sequence[int]:
    """Tickets that missed a promise at some time, and on which something happened or was due after `since`."""
    lately = or_(tickets.c.due_at >= since, tickets.c.last_activity >= since)
    return _found(conn, scopes, [tickets.c.breached, lately], most).ids


def _found(conn: Connection, scopes: Sequence[Scope], where: Sequence[ColumnElement[bool]], most: int) -> Found:
    mine = or_(
        *(
            and_(
                tickets.c.mailbox_id == scope.mailbox_id,
                *([] if scope.owner is None else [tickets.c.owner == scope.owner]),
            )
            for scope in scopes
        )
    )
    ids = select(tickets.c.id).where(mine, *where).order_by(tickets.c.due_at, tickets.c.id).limit(most)
    found = list(conn.execute(ids).scalars())
    if len(found) < most:
        return Found(found, len(found))
    return Found(found, conn.execute(select(func.count()).select_from(tickets).where(mine, *where)).scalar_one())
