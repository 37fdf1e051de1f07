"""A reminder step that tags a ticket: carried out with the other acts owed, once, and said on its timeline."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection

from inboxsla.domain.policy import Do
from inboxsla.domain.timeline import Event, Kind
from inboxsla.services import ruling, settle
from inboxsla.services.owing import BATCH, cause, local_key, looks_at, still_wanted
from inboxsla.storage import events, outbox, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed


def add_tags(conn: Connection, mailbox: MailboxRow, now: datetime) -> None:
    """Add every tag the mailbox owes, in the caller's transaction."""
    acts = [act for act in outbox.owed(conn, mailbox.id, now, BATCH) if act.act == Do.ADD_TAG]
    looks = looks_at(conn, acts, now)
    for act in acts:
        if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now):
            _add_one(conn, mailbox, act, now)


def _add_one(conn: Connection, mailbox: MailboxRow, act: Owed, now: datetime) -> None:
    """Rules are asked again, because they may look at tags."""
    ticket, tag = tickets.load(conn, act.ticket_id), str(act.data["recipient"])
    if tag in ticket.tags:
        outbox.finish(conn, [act.id], "done", now, "stays: it has the tag already")
        return
    # A digest, because a tag and the name of a cycle together may be longer than the name of an event.
    name = blake2b(local_key(act).encode(), digest_size=16).hexdigest()
    news = [Event(Kind.TAGGED, now, f"{ruling.TAGGED}{name}", data={"add": [tag], "remove": [], "why": cause(act)})]
    timeline = [*events.timeline(conn, ticket.id), *news]
    follows = ruling.again(conn, ticket, mailbox, timeline, now, f"rule:{ticket.version}")
    settle.settle_in(conn, ticket, mailbox, [*news, *follows], now)
    outbox.finish(conn, [act.id], "done", now, f"tagged {tag}")
