"""Who owns what: hands a mailbox's unowned tickets out, soonest due first, and moves those whose promise has run out."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain import assignment
from inboxsla.domain.assignment import Person
from inboxsla.domain.timeline import Event, Kind
from inboxsla.services import settle
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, people, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

_BATCH = 50
REASONS = {"least_loaded": "has the fewest open tickets", "round_robin": "next in turn"}


def drain(ports: Ports, mailbox_id: int) -> int:
    """Give every unowned ticket whose time runs to somebody. Returns how many found an owner."""
    given = 0
    while handed := settle.again_if_moved(lambda: _hand_out(ports, mailbox_id)):
        given += handed
    return given


def _hand_out(ports: Ports, mailbox_id: int) -> int:
    with ports.db.write() as conn:
        mailbox = mailboxes.lock(conn, mailbox_id)
        if mailbox.kind != "gmail" or ports.settings.assignment.strategy == "manual":
            return 0
        waiting = tickets.unowned(conn, mailbox_id, _BATCH)
        return sum(_give(conn, ports, tickets.load(conn, ticket_id), mailbox) for ticket_id in waiting)


def _give(conn: Connection, ports: Ports, ticket: TicketRow, mailbox: MailboxRow) -> bool:
    now = ports.now()
    person = pick(conn, ports, mailbox.id)
    if person is None:
        return False
    why = REASONS[ports.settings.assignment.strategy]
    hand_over(conn, ticket, mailbox, person.address, why, f"owner:{ticket.version}:{person.address}", now)
    return True


def pick(conn: Connection, ports: Ports, mailbox_id: int, *, without: Collection[str] = ()) -> Person | None:
    """Who takes the next ticket by the configured strategy; counts the turn, which also locks the mailbox's hand-outs."""
    turn = mailboxes.next_turn(conn, mailbox_id)
    return assignment.choose(
        people.of_mailbox(conn, mailbox_id),
        tickets.load_by_owner(conn, mailbox_id),
        ports.settings.assignment.strategy,
        turn,
        without=without,
    )


def hand_over(
    conn: Connection, ticket: TicketRow, mailbox: MailboxRow, owner: str, why: str, source: str, now: datetime
) -> None:
    """Record the new owner and settle the ticket, in the caller's transaction."""
    event = Event(Kind.ASSIGNED, mailbox.as_of or now, source, data={"owner": owner, "why": why})
    settle.settle_in(conn, ticket, mailbox, [event], now)
