"""What an agent may do with a ticket. Every face (card, page, mail link, label command, API) calls these verbs and no other.

Each records what was done as an event, lets the rules choose the policy anew where that may depend on it, and settles the
ticket, in one transaction. `by` is a staff address, or None for somebody in the mailbox, whom Gmail does not name. `source`
names what was asked where the same thing may be asked again after a failure: it is then done once. All raise Missing for a
ticket that does not exist and Refused, with what to do instead, for what cannot be done.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inboxsla.domain.decide import Decision
from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.timeline import Event, Kind, Status
from inboxsla.errors import Missing, Refused
from inboxsla.services import ruling, settle
from inboxsla.services.ports import Ports
from inboxsla.storage import events, mailboxes, people, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

LONGEST_TAG = 60


def take(ports: Ports, ticket_id: int, by: str) -> Decision:
    """The ticket is theirs from now on."""
    return hand_over(ports, ticket_id, by, by)


def hand_over(ports: Ports, ticket_id: int, to: str, by: str | None, *, source: str | None = None) -> Decision:
    """The ticket goes to `to`, who must be on the mailbox's people list."""

    def event(conn: Connection, ticket: TicketRow, mailbox: MailboxRow, now: datetime) -> list[Event]:
        if to not in {person.address for person in people.of_mailbox(conn, mailbox.id)}:
            raise Refused(f"{to} is not on the people list of {mailbox.address}. Choose somebody who is.")
        why = "took it" if to == by else "handed over by a colleague" if by else "by somebody in the mailbox"
        return [_event(ticket, Kind.ASSIGNED, now, by, owner=to, why=why)]

    return _done(ports, ticket_id, event, source)


def set_priority(ports: Ports, ticket_id: int, priority: str, by: str | None, *, source: str | None = None) -> Decision:
    """Give the ticket another priority; its running timers are read anew from their start."""
    if priority not in PRIORITIES:
        raise Refused(f"“{priority}” is not a priority. Write {', '.join(PRIORITIES)}.")
    return _done(
        ports,
        ticket_id,
        lambda _, ticket, __, now: [_event(ticket, Kind.PRIORITY_SET, now, by, priority=priority)],
        source,
    )


def tag(ports: Ports, ticket_id: int, by: str, *, add: Collection[str] = (), remove: Collection[str] = ()) -> Decision:
    """Put tags on and take tags off; the rules may choose another policy because of it."""
    written = [one.strip() for one in add]
    if any(not one or len(one) > LONGEST_TAG for one in written):
        raise Refused(f"A tag has 1 to {LONGEST_TAG} letters.")
    data = {"add": sorted(set(written)), "remove": sorted({one.strip() for one in remove} - set(written))}
    if not any(data.values()):
        raise Refused("No tag is named. Name one to add or to take off.")
    return _done(ports, ticket_id, lambda _, ticket, __, now: [_event(ticket, Kind.TAGGED, now, by, **data)])


def hold(
    ports: Ports,
    ticket_id: int,
    by: str | None,
    *,
    reason: str,
    until: datetime,
    keeps_on_reply: bool = False,
    source: str | None = None,
) -> Decision:
    """Put the ticket on hold until an aware instant. With `keeps_on_reply` a customer's message does not end it.

    The policy may cap how long a ticket is on hold in all; the hold then ends at that instant by itself.
    """
    if not reason.strip():
        raise Refused("Say why it is on hold, for example “supplier”; others read it beside the timer.")

    def event(conn: Connection, ticket: TicketRow, mailbox: MailboxRow, now: datetime) -> list[Event]:
        if until <= now:
            raise Refused("A hold ends in the future. Choose a later date.")
        data: dict[str, Any] = {"reason": reason.strip(), "until": until.isoformat(), "keeps_on_reply": keeps_on_reply}
        return [_status(ticket, Status.ON_HOLD, now, by, **data)]

    return _done(ports, ticket_id, event, source)


def set_status(ports: Ports, ticket_id: int, status: Status, by: str | None, *, source: str | None = None) -> Decision:
    """Open, waiting on customer, solved, closed or not a ticket. A hold needs a reason and a date: see `hold`."""
    if status is Status.ON_HOLD:
        raise Refused("A hold needs a reason and a date.")
    return _done(ports, ticket_id, lambda _, ticket, __, now: [_status(ticket, status, now, by)], source)


def escalate(ports: Ports, ticket_id: int, by: str | None, *, source: str | None = None) -> Decision:
    """Tell the owner and the lead now. Nothing else about the ticket changes."""
    return _done(ports, ticket_id, lambda _, ticket, __, now: [_event(ticket, Kind.ESCALATED, now, by)], source)


def could_not(ports: Ports, ticket_id: int, what: str, why: str, *, source: str) -> Decision:
    """What somebody asked for by the label `what` is not done: noted with the reason, and told to whoever owns the ticket."""
    data = {"where": "label", "what": what, "why": why}
    return _done(ports, ticket_id, lambda _, ticket, __, now: [_event(ticket, Kind.NOTED, now, None, **data)], source)


def _done(ports: Ports, ticket_id: int, told: Any, source: str | None = None) -> Decision:
    def once() -> Decision:
        now = ports.now()
        with ports.db.write() as conn:
            ticket = _load(conn, ticket_id)
            mailbox = mailboxes.get(conn, ticket.mailbox_id)
            if mailbox.as_of is not None:
                raise Refused("This ticket was read from a file; it stands as it stood then.")
            known = events.timeline(conn, ticket.id)
            if source is not None and any(event.source == source for event in known):
                return settle.settle_in(conn, ticket, mailbox, [], now)
            news: Sequence[Event] = told(conn, ticket, mailbox, now)
            if source is not None:
                news = [replace(event, source=source) for event in news]
            timeline = [*known, *news]
            follows = ruling.again(conn, ticket, mailbox, timeline, now, f"rule:{ticket.version}")
            return settle.settle_in(conn, ticket, mailbox, [*news, *follows], now)

    return settle.again_if_moved(once)


def _load(conn: Connection, ticket_id: int) -> TicketRow:
    found = tickets.find(conn, ticket_id)
    if found is None:
        raise Missing(f"There is no ticket {ticket_id}.")
    return found


def _event(ticket: TicketRow, kind: Kind, now: datetime, by: str | None, **data: Any) -> Event:
    """Named by the version it was done on, which no two acts on a ticket share."""
    return Event(kind, now, f"desk:{ticket.version}:{kind}", by, data)


def _status(ticket: TicketRow, status: Status, now: datetime, by: str | None, **data: Any) -> Event:
    return _event(ticket, Kind.STATUS_SET, now, by, status=status.value, **data)
