"""Forgetting a person: text and identity go wherever they are kept, and neither a sync nor a file brings them back.

Ticket by ticket, each in a transaction of its own, and remembered first: a call that was broken off is simply repeated. What
stays is what counts: figures, kinds and instants, under a token that nobody can guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.timeline import participant
from inboxsla.errors import Refused
from inboxsla.services import settle
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import knowing, retention
from inboxsla.services.privacy.gate import Recogniser
from inboxsla.services.privacy.knowing import Known
from inboxsla.services.privacy.naming import masked, replaced
from inboxsla.services.privacy.scrubbing import addresses, renamed, scrubbed
from inboxsla.services.privacy.staff import staff_of
from inboxsla.storage import erasing, forgotten, mailboxes, messages, persons, records, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was done, a sentence each; `number` is how the change log names it. Holds no address."""

    number: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """Who is forgotten, everything they are known as, and the token that stands for them from now on."""

    address: str
    token: str
    at: datetime

    @property
    def known_as(self) -> dict[str, str]:
        return {self.address: self.token, participant(self.address): self.token}

    def as_token(self, address: str) -> str:
        return self.token if address in self.known_as else participant(address)

    def renames(self, address: str) -> str:
        return self.known_as.get(address, address)


def why_not(known: Known) -> str:
    """What must happen before somebody can be forgotten; "" if nothing."""
    if known.is_ours:
        return "That is an address of one of your own mailboxes. Disconnect the mailbox instead."
    if known.is_listed:
        return "They are on the people list. Take them off it first, so that nobody is given tickets or mailed who is not there."
    if known.staff.owned_open:
        count = known.staff.owned_open
        owns = "1 open ticket belongs" if count == 1 else f"{count:,} open tickets belong"
        return f"{owns} to them. Hand over what they own first."
    return ""


def forget(ports: Ports, address: str, actor: str) -> Receipt:
    """Forget whoever has this address (lower-case), up to now. Doing it again finds what came since.

    Raises Refused with what must happen first (see `why_not`).
    """
    known = knowing.about(ports, address)
    if reason := why_not(known):
        raise Refused(reason)
    recogniser, now = Recogniser.of(ports), ports.now()
    person = _Person(address, recogniser.token(address), now)
    with ports.db.write() as conn:
        # First of all, so that what a sync reads meanwhile comes without text already.
        number = forgotten.remember(conn, recogniser.digest(address), recogniser.key_id, now)
    for ticket in known.customer.tickets:
        settle.again_if_moved(lambda ticket_id=ticket.id: _as_customer(ports, person, ticket_id))  # type: ignore[misc]
    with ports.db.read() as conn:
        others = persons.tickets_with_events(conn, person.known_as, address)
    for ticket_id in others:
        settle.again_if_moved(lambda ticket_id=ticket_id: _as_named(ports, person, ticket_id))  # type: ignore[misc]
    with ports.db.write() as conn:
        _elsewhere(conn, person)
        lines = tuple(_lines(known))
        records.log(conn, actor, f"person forgotten, receipt {number}", now, None, list(lines))
    return Receipt(number, lines)


def _as_customer(ports: Ports, person: _Person, ticket_id: int) -> None:
    """The text of a ticket they took part in goes, whoever wrote it: it was written to them or about them."""
    with ports.db.write() as conn:
        ticket = tickets.find(conn, ticket_id)
        if ticket is None:
            return
        box = mailboxes.get(conn, ticket.mailbox_id)
        retention.erase_ticket(conn, box, ticket, person.at, "person", person.as_token)
        thread = messages.of_thread(conn, box.id, ticket.thread_id, lock=True)
        erasing.rewrite(conn, box.id, [renamed(row, person.renames) for row in thread])
        _rename_events(conn, person, ticket_id)
        row = tickets.load(conn, ticket_id)
        tickets.save(conn, ticket_id, row.version, {"requester": person.renames(row.requester)})


def _as_named(ports: Ports, person: _Person, ticket_id: int) -> None:
    """A ticket that they did something on, or own, keeps its text and loses their identity."""
    with ports.db.write() as conn:
        ticket = tickets.find(conn, ticket_id)
        if ticket is None:
            return
        _rename_events(conn, person, ticket_id)
        owner = person.renames(ticket.owner) if ticket.owner else None
        tickets.save(conn, ticket_id, ticket.version, {"owner": owner})


def _rename_events(conn: Connection, person: _Person, ticket_id: int) -> None:
    """By the same token everywhere, because events name one another by their sources."""
    for event_id, source, actor, data in persons.events_of(conn, ticket_id):
        renamed_source = masked(source, person.address, person.token)
        renamed_actor = person.renames(actor) if actor else actor
        renamed_data = replaced(data, person.known_as, person.address, person.token)
        if (renamed_source, renamed_actor, renamed_data) != (source, actor, data):
            persons.rewrite_event(conn, event_id, renamed_source, renamed_actor, renamed_data)


def _elsewhere(conn: Connection, person: _Person) -> None:
    """Messages of no ticket, text of others that repeats the address, what is owed, and the people list."""
    boxes = {box.id: box for box in mailboxes.every(conn)}
    staff = {box_id: staff_of(conn, box) for box_id, box in boxes.items()}
    # What a mail quotes is in it in a form of its own, so the mail goes as a whole.
    erasing.sent_mails_about(conn, persons.tickets_whose_text_names(conn, person.address))
    for kept in knowing.found_messages(conn, boxes, person.address):
        row = _forgotten_in(
            kept.row, kept.mailbox, person, staff[kept.mailbox.id], whole=kept.takes_part and not kept.as_staff
        )
        erasing.rewrite(conn, kept.mailbox.id, [row])
    for act_id, key, data in persons.acts_naming(conn, person.address):
        renamed_data = replaced(data, person.known_as, person.address, person.token)
        persons.rewrite_act(conn, act_id, masked(key, person.address, person.token), renamed_data)
    for which, row_id, text in persons.texts_naming(conn, person.address):
        persons.rewrite_text(conn, which, row_id, masked(text, person.address))
    persons.no_longer_staff(conn, person.address, person.token)


def _forgotten_in(
    row: MessageRow, box: MailboxRow, person: _Person, staff: frozenset[str], *, whole: bool
) -> MessageRow:
    """Without text where they take part as a customer; otherwise with their address written over."""
    if whole and row.erased_at is None:
        row = scrubbed(row, staff, person.at, person.as_token)
    name = "" if row.sender in person.known_as else row.sender_name
    headers = replaced(row.headers, person.known_as, person.address)
    subject, excerpt = (masked(text, person.address) for text in (row.subject, row.excerpt))
    plain = replace(row, sender_name=name, headers=headers, subject=subject, excerpt=excerpt)
    return renamed(plain, person.renames) if not person.known_as.keys().isdisjoint(addresses(plain)) else plain


def _lines(known: Known) -> list[str]:
    customer, staff = known.customer, known.staff
    lines = [
        f"Text erased of {_count(len(customer.tickets), 'ticket')}, {_count(len(customer.messages), 'message')}, "
        f"{_count(customer.notes, 'note')} and {_count(customer.mails, 'mail')} of ours; the figures stay.",
    ]
    if customer.mentions:
        lines.append(f"The address is written over in {_count(customer.mentions, 'message')} of others.")
    if staff.is_anything:
        acts = sum(staff.acts.values())
        lines.append(
            f"As a former colleague they are out of the people list, and {_count(acts, 'act')} on tickets say no name."
        )
    if known.places:
        places = "; ".join(masked(place, known.address) for place in known.places)
        lines.append(f"The configuration still names them; take them out there: {places}.")
    if known.entries or known.versions:
        lines.append(
            f"{_count(known.entries, 'entry', 'entries')} of the change log and {_count(known.versions, 'version')} of the "
            "configuration keep the address, because they prove who decided what."
        )
    lines.append(
        "Mail from before now is kept without text and names, wherever it is read from. Mail they write later is new."
    )
    return lines


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"
