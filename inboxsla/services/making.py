"""A thread that is no ticket becomes one because somebody says so, from the messages that are kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from inboxsla.domain.timeline import Event, Kind, Status
from inboxsla.errors import Missing, Refused
from inboxsla.services import correspondence, ingest, settle
from inboxsla.services.correspondence import AWAY, Staff
from inboxsla.services.ports import Ports
from inboxsla.services.runs import follow
from inboxsla.services.viewers import Viewer
from inboxsla.storage import imported, mailboxes, messages, people, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

_MACHINES = ("auto_reply", "bulk")
_BY_HAND = "somebody made its conversation a ticket"


def make_ticket_of_thread(ports: Ports, viewer: Viewer, mailbox_id: int, thread_id: str) -> int:
    """The ticket's id. What looked like a machine's mail counts as the customer's from now on, because a person says so.

    Its timers run from when the customer wrote. A thread that is a ticket stays as it is; one that was marked as none is
    taken up. Raises Missing for a thread nothing is kept of, and Refused where there is nobody to answer.
    """
    ticket_id, is_new = settle.again_if_moved(lambda: _once(ports, viewer, mailbox_id, thread_id))
    if is_new:
        follow(ports, "assign", [mailbox_id])
        follow(ports, "deliver", [mailbox_id])
    return ticket_id


def _once(ports: Ports, viewer: Viewer, mailbox_id: int, thread_id: str) -> tuple[int, bool]:
    now = ports.now()
    with ports.db.write() as conn:
        rows = messages.of_thread(conn, mailbox_id, thread_id) if viewer.may_see(mailbox_id) else []
        if not rows:
            raise Missing("This conversation is not known here. Wait a moment, its mail may not have been read yet.")
        mailbox = mailboxes.get(conn, mailbox_id)
        if mailbox.as_of is not None:
            raise Refused("This conversation was read from a file; it stands as it stood then.")
        ticket = tickets.by_thread(conn, mailbox_id, thread_id)
        if ticket is not None and ticket.status != Status.NOT_A_TICKET:
            return ticket.id, False
        version = 0 if ticket is None else ticket.version
        opens = Event(Kind.STATUS_SET, now, f"verb:{version:06}:made", viewer.by, {"status": Status.OPEN.value})
        if ticket is None:
            return _make(conn, mailbox, rows, opens), True
        settle.settle_in(conn, ticket, mailbox, [opens], now)
        return ticket.id, True


def _make(conn: Connection, mailbox: MailboxRow, rows: Sequence[MessageRow], opens: Event) -> int:
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    taken = [replace(row, kind="human", kind_reason=_BY_HAND) if _is_meant(row, staff) else row for row in rows]
    for row in taken:
        if row.kind_reason == _BY_HAND:
            # Kept, so that the next mail in the thread does not make a machine of its customer again.
            imported.rewrite(conn, mailbox.id, row)
    thread_id, now = rows[0].thread_id, opens.happened_at
    said = Event(Kind.NOTED, now, f"verb:{0:06}:made-by", opens.actor, {"where": "made"})
    events = [event for row in taken if (event := correspondence.event(row, staff, {})) is not None]
    decision = ingest.settle_thread(conn, mailbox, thread_id, taken, [*events, said], staff, now, relabel=True)
    ticket = tickets.by_thread(conn, mailbox.id, thread_id)
    if decision is None or ticket is None:
        raise Refused("Nobody outside the team wrote in this conversation, so there is nobody to answer.")
    if decision.facts.status is Status.NOT_A_TICKET:
        # A rule says so; a person knows better.
        settle.settle_in(conn, ticket, mailbox, [opens], now)
    return ticket.id


def _is_meant(row: MessageRow, staff: Staff) -> bool:
    """A machine's mail that came in from outside: what the person who makes the ticket means."""
    return row.kind in _MACHINES and not row.labels & AWAY and not staff.wrote(row)
