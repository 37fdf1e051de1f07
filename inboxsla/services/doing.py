"""One act of a person on one ticket, in one transaction: done once however often it is asked for, and not over anybody faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.decide import Decision, decide
from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.timeline import Event, Kind
from inboxsla.errors import Missing, Refused
from inboxsla.services import ruling, settle
from inboxsla.services.ports import Ports
from inboxsla.services.ruling import BY_ACT, BY_LABEL
from inboxsla.storage import events, mailboxes, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

# "desk:" is how such events were named before.
_BY_HAND = (BY_ACT, "verb:", "desk:", BY_LABEL)
_CUSTOMER, _MOVED = Kind.CUSTOMER_WROTE, (Kind.ARCHIVED, Kind.UNARCHIVED, Kind.REMOVED, Kind.RESTORED)
_IMPORTED = "This ticket was read from a file; it stands as it stood then."


class Unclear(Refused):
    """What was written into one field cannot be meant; the message says what could."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


class Faster(Refused):
    """Somebody, or the customer, did `event` after the ticket was looked at; nothing was changed."""

    def __init__(self, event: Event) -> None:
        super().__init__("Somebody else was faster. Nothing was changed: look at the ticket as it stands now.")
        self.event = event


@dataclass(frozen=True, slots=True)
class Moment:
    """The ticket as it stands when the act is done, inside the transaction. `known` are its events as they were learned."""

    conn: Connection
    ticket: TicketRow
    mailbox: MailboxRow
    known: Sequence[Event]
    now: datetime

    def decided(self) -> Decision:
        """Everything that follows from what is known; costs as much as settling."""
        live = self.mailbox.live_since if self.mailbox.is_live else None
        version = policies.get(self.conn, self.ticket.policy_id)
        return decide(self.known, version.policy, self.now, live, policies.named_by(self.conn, self.known))


@dataclass(frozen=True, slots=True)
class Done:
    """`event` is what was recorded: now or, with `again`, when it was asked for first."""

    ticket_id: int
    decision: Decision
    event: Event
    again: bool = False


Tells = Callable[[Moment], Event]


def do(
    ports: Ports, ticket_id: int, by: str | None, tells: Tells, *, source: str | None = None, seen: int | None = None
) -> Done:
    """Record the event that `tells` makes, ask the rules again where that may matter, and settle the ticket.

    `source` names what was asked where it may be asked again. `seen` is the number of the newest event that `by` knew. Raises
    Missing, Faster, and Refused for tickets that stand still; and whatever `tells` raises.
    """
    return settle.again_if_moved(lambda: _once(ports, ticket_id, by, tells, source, seen))


def _once(ports: Ports, ticket_id: int, by: str | None, tells: Tells, source: str | None, seen: int | None) -> Done:
    with ports.db.write() as conn:
        ticket = tickets.find(conn, ticket_id)
        if ticket is None:
            raise Missing(f"There is no ticket {ticket_id}.")
        mailbox = mailboxes.get(conn, ticket.mailbox_id)
        if mailbox.as_of is not None:
            raise Refused(_IMPORTED)
        known = events.timeline(conn, ticket.id)
        now = ports.now()
        before = next((event for event in known if source is not None and _asked_as(event) == source), None)
        if before is not None:
            return Done(ticket.id, settle.settle_in(conn, ticket, mailbox, [], now), before, again=True)
        if seen is not None and (others := since(known, seen, by)):
            raise Faster(others[-1])
        told = tells(Moment(conn, ticket, mailbox, known, now))
        if source is not None:
            told = replace(told, source=_kept_as(source, len(known)))
        follows = ruling.again(conn, ticket, mailbox, [*known, told], now, f"rule:{ticket.version}")
        return Done(ticket.id, settle.settle_in(conn, ticket, mailbox, [told, *follows], now), told)


def _kept_as(source: str, place: int) -> str:
    return f"{BY_ACT}{place:06}:{source.removeprefix(BY_ACT)}" if source.startswith(BY_ACT) else source


def _asked_as(event: Event) -> str:
    return BY_ACT + event.source.split(":", 2)[2] if event.source.startswith(BY_ACT) else event.source


def act_of(event: Event) -> str:
    """The name of the act that an event records, such as "take"; empty for what was no act on a card or page."""
    return event.source.split(":", 3)[2] if event.source.startswith(BY_ACT) else ""


def since(known: Iterable[Event], seen: int, by: str | None) -> list[Event]:
    """What a customer, or a person other than `by`, did after the event numbered `seen`, in the order it was learned."""
    later = (event for event in known if event.number > seen and _is_somebodys(event))
    return sorted((e for e in later if e.kind is _CUSTOMER or e.actor != by), key=lambda event: event.number)


def is_muted(known: Sequence[Event], by: str) -> bool:
    """Whether `by` wants no reminder: nobody else did anything since they said so."""
    said = [event.number for event in in_effect(known) if event.kind is Kind.MUTED and event.actor == by]
    return bool(said) and not since(known, max(said), by)


def _is_somebodys(event: Event) -> bool:
    """Whether a person or a customer did it, rather than time, a rule or a machine."""
    if event.kind in (_CUSTOMER, Kind.STAFF_WROTE, *_MOVED):
        return True
    if event.kind is Kind.MUTED or (event.kind is Kind.NOTED and event.data.get("where") == "label"):
        return False
    return event.actor is not None or event.source.startswith(_BY_HAND)


def event_of(moment: Moment, kind: Kind, by: str | None, **data: object) -> Event:
    """Named by the version it was done on, which no two acts on a ticket share; at equal instants after what was there."""
    return Event(kind, moment.now, f"verb:{moment.ticket.version:06}:{kind}", by, data)
