"""Text goes some time after its ticket was solved: in bounded batches, each a transaction, until nothing old is left.

Erasing again changes nothing, and nothing that is read later brings text back: a message that is known by its id stays as it
is kept. What decides and counts stays, so figures are the same before and after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from inboxsla.domain.timeline import Kind, participant
from inboxsla.services import settle
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.privacy.scrubbing import Token, scrubbed
from inboxsla.services.privacy.staff import staff_of
from inboxsla.storage import erasing, forgotten, mailboxes, messages, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import TicketRow

# Tickets, and messages of no ticket, in one transaction: short enough that nobody waits for it.
BATCH = 50
_LOOSE = 500
# What people wrote into a timeline; reasons of holds stay, because reports count by them.
_WRITTEN: Mapping[str, Sequence[str]] = {Kind.ESCALATED.value: ("why",), Kind.EXTENDED.value: ("why",)}
_WHY = "the text of its ticket was erased"


def due(ports: Ports) -> list[int]:
    """The mailboxes, those that left and those from files too, that have text which is too old."""
    now = ports.now()
    with ports.db.read() as conn:
        before = _before(conn, ports, now)
        if before is None:
            return []
        return [box.id for box in mailboxes.every(conn) if _is_due(conn, box, before)]


def erase(ports: Ports, mailbox_id: int) -> bool:
    """Erase the next batch of a mailbox's old text; whether more is left."""
    now = ports.now()
    with ports.db.read() as conn:
        before = _before(conn, ports, now)
        box = next((each for each in mailboxes.every(conn) if each.id == mailbox_id), None)
        if before is None or box is None:
            return False
        ids = erasing.due_tickets(conn, box.id, before, BATCH)
    for ticket_id in ids:
        settle.again_if_moved(lambda ticket_id=ticket_id: _erase_one(ports, box, ticket_id, before))  # type: ignore[misc]
    if len(ids) == BATCH:
        return True
    with ports.db.write() as conn:
        loose = _loose(conn, box, before)
        erasing.rewrite(conn, box.id, [scrubbed(row, staff_of(conn, box), now) for row in loose])
        erasing.old_mails(conn, before)
        erasing.old_reasons(conn, before)
    return len(loose) == _LOOSE


def erase_ticket(
    conn: Connection,
    box: MailboxRow,
    ticket: TicketRow,
    now: datetime,
    why: Literal["age", "person"],
    token: Token = participant,
) -> None:
    """Take the text of one ticket, and who outside took part in it, out of everything that is kept of it.

    Raises TicketMoved if `ticket` is not fresh.
    """
    staff = staff_of(conn, box)
    thread = messages.of_thread(conn, box.id, ticket.thread_id, lock=True)
    erasing.rewrite(conn, box.id, [scrubbed(row, staff, now, token) for row in thread if row.erased_at is None])
    erasing.notes_of(conn, ticket.id)
    erasing.mails_about(conn, ticket.id, now, _WHY)
    erasing.words_of(conn, ticket.id, _WRITTEN)
    requester = ticket.requester if not ticket.requester or ticket.requester in staff else token(ticket.requester)
    gone = {"subject": "", "requester": requester, "requester_name": "", "text_since": None}
    tickets.save(conn, ticket.id, ticket.version, {**gone, "erased_at": now, "erased_for": why})


def kept_for(conn: Connection, ports: Ports) -> timedelta | None:
    """How long text stays; None: for ever."""
    return in_force(conn, ports.settings).document.privacy.kept_for


@dataclass(frozen=True, slots=True)
class Kept:
    """How many tickets are over and have text; how many of those it is too old for some length; how many had it erased, and
    when the last had; how many people were forgotten.
    """

    with_text: int
    too_old: int
    erased: int
    last_erased_at: datetime | None
    forgotten: int


def figures(ports: Ports, length: timedelta | None) -> Kept:
    """What is kept now, and what would go if text stayed for `length` (None: for ever)."""
    before = None if length is None else ports.now() - length
    with ports.db.read() as conn:
        erased, last = erasing.figures(conn)
        with_text, too_old = erasing.count_over(conn, before)
        return Kept(
            with_text=with_text,
            too_old=too_old,
            erased=erased,
            last_erased_at=last,
            forgotten=forgotten.count(conn),
        )


def _before(conn: Connection, ports: Ports, now: datetime) -> datetime | None:
    length = kept_for(conn, ports)
    return None if length is None else now - length


def _is_due(conn: Connection, box: MailboxRow, before: datetime) -> bool:
    return bool(erasing.due_tickets(conn, box.id, before, 1) or _loose(conn, box, before, 1))


def _erase_one(ports: Ports, box: MailboxRow, ticket_id: int, before: datetime) -> None:
    with ports.db.write() as conn:
        ticket = tickets.find(conn, ticket_id)
        if ticket is not None and ticket.text_since is not None and ticket.text_since <= before:
            erase_ticket(conn, box, ticket, ports.now(), "age")


def _loose(conn: Connection, box: MailboxRow, before: datetime, limit: int = _LOOSE) -> list[MessageRow]:
    """Old messages of no ticket. Those of a file go with the last of its tickets, however old they are."""
    if box.kind == "import" and erasing.has_younger(conn, box.id, before):
        return []
    return erasing.loose_messages(conn, box.id, before, limit)
