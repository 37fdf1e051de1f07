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
from inboxsla.storage.tickets import TicketRow

_MACHINES = ("auto_reply", "bulk")
_BY_HAND = "somebody made its conversation a ticket"


def make(ports: Ports, viewer: Viewer, address: str, thread_id: str) -> int:
    """The id of the ticket of a thread in the connected mailbox with this address.

    What looked like a machine's mail counts as the customer's from now on, because a person says so; timers run from when it
    came. A thread that is a ticket stays as it is; one that was marked as none is taken up. Raises Missing for a thread
    nothing is kept of, or that is in no mailbox of theirs, and Refused where there is nobody to answer.
    """
    ticket, is_new = settle.again_if_moved(lambda: _once(ports, viewer, address, thread_id))
    if is_new:
        follow(ports, "assign", [ticket.mailbox_id])
        follow(ports, "deliver", [ticket.mailbox_id])
    return ticket.id


def _once(ports: Ports, viewer: Viewer, address: str, thread_id: str) -> tuple[TicketRow, bool]:
    now = ports.now()
    with ports.db.write() as conn:
        mailbox = mailboxes.by_address(conn, "gmail", address)
        if mailbox is None or not viewer.may_see(mailbox.id):
            raise Missing("This conversation is in no mailbox of yours.")
        rows = messages.of_thread(conn, mailbox.id, thread_id)
        if not rows:
            raise Missing("This conversation is not known here. Wait a moment, its mail may not have been read yet.")
        ticket = tickets.by_thread(conn, mailbox.id, thread_id)
        if ticket is not None and ticket.status != Status.NOT_A_TICKET:
            return ticket, False
        version = 0 if ticket is None else ticket.version
        opens = Event(Kind.STATUS_SET, now, f"verb:{version:06}:made", viewer.by, {"status": Status.OPEN.value})
        if ticket is None:
            return _make(conn, mailbox, rows, opens), True
        settle.settle_in(conn, ticket, mailbox, [opens], now)
        return ticket, True


def _make(conn: Connection, mailbox: MailboxRow, rows: Sequence[MessageRow], opens: Event) -> TicketRow:
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
    return ticket


def _is_meant(row: MessageRow, staff: Staff) -> bool:
    """A machine's mail that came in from outside: what the person who makes the ticket means."""
    return row.kind in _MACHINES and not row.labels & AWAY and not staff.wrote(row)
