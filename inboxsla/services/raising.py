"""A reminder step that raises a ticket's priority: carried out with the other acts owed, once, and said on its timeline."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.policy import PRIORITIES, Do
from inboxsla.domain.timeline import Event, Kind
from inboxsla.services import ruling, settle
from inboxsla.services.owing import BATCH, cause, local_key, looks_at, still_wanted
from inboxsla.storage import events, outbox, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed


def raise_priorities(conn: Connection, mailbox: MailboxRow, now: datetime) -> None:
    """Carry out every raise the mailbox owes, in the caller's transaction."""
    acts = [act for act in outbox.owed(conn, mailbox.id, now, BATCH) if act.act == Do.RAISE_PRIORITY]
    looks = looks_at(conn, acts, now)
    for act in acts:
        if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now):
            _raise_one(conn, mailbox, act, now)


def _raise_one(conn: Connection, mailbox: MailboxRow, act: Owed, now: datetime) -> None:
    ticket = tickets.load(conn, act.ticket_id)
    rank = PRIORITIES.index(ticket.priority)
    if rank == 0:
        outbox.finish(conn, [act.id], "done", now, "stays: no priority is higher")
        return
    data = {"priority": PRIORITIES[rank - 1], "why": cause(act)}
    news = [Event(Kind.PRIORITY_SET, now, f"{ruling.RAISED}{local_key(act)}", data=data)]
    timeline = [*events.timeline(conn, ticket.id), *news]
    follows = ruling.again(conn, ticket, mailbox, timeline, now, f"rule:{ticket.version}")
    settle.settle_in(conn, ticket, mailbox, [*news, *follows], now)
    outbox.finish(conn, [act.id], "done", now, f"priority {data['priority']}")
