"""Ticket rows whose threads may carry the wrong labels: what label delivery finds its work by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, or_, select, update

from inboxsla.storage.database import claim
from inboxsla.storage.schema import tickets as t
from inboxsla.storage.tickets import COLUMNS, OPEN_STATUSES, TicketRow, row_of


def claim_labels(conn: Connection, mailbox_id: int, now: datetime, until: datetime, limit: int) -> list[TicketRow]:
    """Tickets of a live mailbox whose thread may carry the wrong label; leased, so that one worker serves each.

    The newest first: what has just come in does not wait for a flood of what was there before.
    """
    rows = claim(
        conn,
        t,
        _unclaimed(mailbox_id, now),
        {"label_lease_until": until},
        order_by=t.c.id.desc(),
        limit=limit,
        returning=COLUMNS,
    )
    return sorted((row_of(row) for row in rows), key=lambda row: row.id, reverse=True)


def has_labels_due(conn: Connection, mailbox_id: int, now: datetime) -> bool:
    """Whether `claim_labels` would find anything; to be asked before, because only one may write at a time."""
    return conn.execute(select(exists().where(*_unclaimed(mailbox_id, now)))).scalar_one()


def _unclaimed(mailbox_id: int, now: datetime) -> list[ColumnElement[bool]]:
    free = or_(t.c.label_lease_until.is_(None), t.c.label_lease_until <= now)
    return [t.c.mailbox_id == mailbox_id, t.c.label_due, free]


def label_done(conn: Connection, ticket_id: int, seen: int | None) -> None:
    """The thread carries what version `seen` wanted; if the ticket changed since, or nobody can say (None), it stays due."""
    conn.execute(update(t).where(t.c.id == ticket_id, t.c.version == seen).values(label_due=False))
    conn.execute(update(t).where(t.c.id == ticket_id).values(label_lease_until=None))


def expect_echoes(conn: Connection, ticket_id: int, echoes: Mapping[str, str]) -> None:
    """The owner labels of ours that history has yet to show: label id to when we put it on (ISO)."""
    conn.execute(update(t).where(t.c.id == ticket_id).values(label_echoes=dict(echoes)))


def labels_later(conn: Connection, ticket_ids: Sequence[int], until: datetime) -> None:
    """Those still due are put off until then, however long they were leased."""
    conn.execute(update(t).where(t.c.id.in_(ticket_ids), t.c.label_due).values(label_lease_until=until))


def labels_due(conn: Connection, mailbox_id: int) -> None:
    """Look at every ticket of a mailbox that shows a label again (it just went live, or its labels changed)."""
    shows = or_(t.c.label_wanted.is_not(None), and_(t.c.owner.is_not(None), t.c.status.in_(OPEN_STATUSES)))
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, shows).values(label_due=True))


def labels_due_on(conn: Connection, mailbox_id: int, thread_ids: Sequence[str]) -> None:
    """The same for the tickets of these threads, whatever they show."""
    one = update(t).where(t.c.mailbox_id == mailbox_id, t.c.thread_id == bindparam("thread")).values(label_due=True)
    if thread_ids:
        conn.execute(one, [{"thread": thread_id} for thread_id in thread_ids])


def no_labels_due(conn: Connection, mailbox_id: int) -> None:
    """Leave the threads of a mailbox as they are labelled."""
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id, t.c.label_due).values(label_due=False))


def mailboxes_with_labels_due(conn: Connection) -> list[int]:
    return list(conn.execute(select(t.c.mailbox_id).where(t.c.label_due).distinct()).scalars())
