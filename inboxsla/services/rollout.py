"""A configuration that was saved reaches open tickets: in batches, resumable, every event at the instant of saving.

Those it is meant for, and always those whose policy is switched off or gone: nothing goes on reminding about a promise that
nobody makes any more.
"""

from __future__ import annotations

from sqlalchemy import Connection

from inboxsla.domain.fold import standing
from inboxsla.domain.timeline import Habits
from inboxsla.services import rulebook, ruling, settle
from inboxsla.services.apart import set_apart
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations, events, mailboxes, policies, tickets
from inboxsla.storage.configurations import Configuration

BATCH = 100


def roll_out(ports: Ports) -> bool:
    """Bring the next batch of open tickets in line with the newest configuration; whether more are left."""
    with ports.db.read() as conn:
        saved = configurations.newest(conn)
        if saved is None or saved.rolled_at is not None:
            return False
        ids = tickets.open_after(conn, saved.rolled_to, BATCH)
    for ticket_id in ids:
        with set_apart(ports, f"rollout/{ticket_id}", f"Ticket {ticket_id}"):
            settle.again_if_moved(lambda ticket_id=ticket_id: _one(ports, saved, ticket_id))  # type: ignore[misc]
    with ports.db.write() as conn:
        done = None if len(ids) == BATCH else ports.now()
        configurations.rolled(conn, saved.id, max(ids, default=saved.rolled_to), done)
    return done is None


def _one(ports: Ports, saved: Configuration, ticket_id: int) -> None:
    now = ports.now()
    with ports.db.write() as conn:
        ticket = tickets.load(conn, ticket_id)
        mailbox = mailboxes.get(conn, ticket.mailbox_id)
        if not saved.open_too and _is_promised(conn, ticket.policy_now_id or ticket.policy_id):
            return
        timeline = events.timeline(conn, ticket_id)
        # Mail dated after the saving came under the new rules already.
        at = max(saved.saved_at, standing(timeline, Habits(), now).opened_at or saved.saved_at)
        source = f"configuration:{saved.version}"
        why = f"configuration {saved.version} was saved"
        news = ruling.again(conn, ticket, mailbox, timeline, at, source, why=why, renew=saved.open_too)
        settle.settle_in(conn, ticket, mailbox, news, now)


def _is_promised(conn: Connection, policy_id: int) -> bool:
    """Whether the policy of this version is still among those that are switched on."""
    book = rulebook.in_force(conn)
    return book is None or policies.get(conn, policy_id).name in book.versions
