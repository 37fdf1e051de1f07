"""Everything that is kept about one address: as a customer, as one of the staff, and where else it is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.people import Absence
from inboxsla.domain.timeline import participant
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.privacy.gate import Recogniser
from inboxsla.services.privacy.naming import names, places
from inboxsla.services.privacy.scrubbing import addresses
from inboxsla.services.privacy.staff import staff_of
from inboxsla.storage import absences, forgotten, mailboxes, persons, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.persons import Membership
from inboxsla.storage.tickets import OPEN_STATUSES, TicketRow
from inboxsla.storage.types import as_json


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept message that names somebody. `takes_part`: in its headers, not only in its text."""

    mailbox: MailboxRow
    row: MessageRow
    takes_part: bool
    as_staff: bool


@dataclass(frozen=True, slots=True)
class AsCustomer:
    """`mentions` are messages of others whose text repeats the address. `notes` and `mails` are about the tickets."""

    names: tuple[str, ...]
    tickets: tuple[TicketRow, ...]
    messages: tuple[Kept, ...]
    mentions: int
    notes: int
    mails: int

    @property
    def open(self) -> int:
        return sum(ticket.status in OPEN_STATUSES for ticket in self.tickets)

    @property
    def is_anything(self) -> bool:
        return bool(self.tickets or self.messages or self.mentions)


@dataclass(frozen=True, slots=True)
class AsStaff:
    """`acts` counts what they did on tickets by kind of event; `elsewhere` further rows by what they are."""

    memberships: tuple[Membership, ...]
    absence: Absence | None
    owned_open: int
    owned_over: int
    acts: Mapping[str, int]
    first_at: datetime | None
    last_at: datetime | None
    elsewhere: Mapping[str, int]

    @property
    def is_anything(self) -> bool:
        counted = (self.owned_open, self.owned_over, *self.acts.values(), *self.elsewhere.values())
        return bool(self.memberships or self.absence or any(counted))


@dataclass(frozen=True, slots=True)
class Known:
    """`places` are parts of the configuration in force that name the address; `entries` and `versions` count those of the
    change log and of earlier configurations. `forgotten_at`: they were forgotten then, and what is here came later.
    """

    address: str
    customer: AsCustomer
    staff: AsStaff
    places: tuple[str, ...]
    entries: int
    versions: int
    is_ours: bool
    forgotten_at: datetime | None

    @property
    def is_listed(self) -> bool:
        """Whether they are on a people list now."""
        return any(one.active for one in self.staff.memberships)


def about(ports: Ports, address: str) -> Known:
    """`address` is lower-case. Finds people by their address, and by the token that stands for it where text was erased."""
    with ports.db.read() as conn:
        boxes = {box.id: box for box in mailboxes.every(conn)}
        entries, versions = persons.count_recorded(conn, address)
        return Known(
            address=address,
            customer=_customer(conn, boxes, address),
            staff=_staff(conn, address),
            places=places(in_force(conn, ports.settings).body, address),
            entries=entries,
            versions=versions,
            is_ours=any(address in box.own_addresses for box in boxes.values()),
            forgotten_at=_forgotten_at(conn, ports, address),
        )


def found_messages(conn: Connection, boxes: Mapping[int, MailboxRow], address: str) -> list[Kept]:
    """Every message that names somebody, oldest first; one that only looks as if it did is left out."""
    known_as = {address, participant(address)}
    staff = {box_id: staff_of(conn, box) for box_id, box in boxes.items()}
    found = []
    for box_id, row in persons.messages_naming(conn, known_as, address):
        takes_part = not known_as.isdisjoint(addresses(row))
        if not takes_part and not any(
            names(text, address) for text in (row.subject, row.excerpt, as_json(row.headers))
        ):
            continue
        found.append(Kept(boxes[box_id], row, takes_part, as_staff=address in staff[box_id]))
    return found


def threads_of(kept: list[Kept]) -> dict[int, set[str]]:
    """By mailbox, the threads in which somebody takes part as a customer."""
    found: dict[int, set[str]] = defaultdict(set)
    for one in kept:
        if one.takes_part and not one.as_staff:
            found[one.mailbox.id].add(one.row.thread_id)
    return found


def _customer(conn: Connection, boxes: Mapping[int, MailboxRow], address: str) -> AsCustomer:
    kept = found_messages(conn, boxes, address)
    ids = persons.tickets_of(conn, {address, participant(address)}, threads_of(kept))
    mine = [one for one in kept if one.takes_part and not one.as_staff]
    called = (one.row.sender_name for one in mine if one.row.sender == address)
    return AsCustomer(
        names=tuple(dict.fromkeys(filter(None, called))),
        tickets=tuple(tickets.load(conn, ticket_id) for ticket_id in ids),
        messages=tuple(mine),
        mentions=sum(not one.takes_part for one in kept),
        notes=persons.count_notes(conn, ids),
        mails=persons.count_mails_about(conn, ids),
    )


def _staff(conn: Connection, address: str) -> AsStaff:
    acts, first, last = persons.acts_by(conn, address)
    return AsStaff(
        memberships=persons.memberships(conn, address),
        absence=absences.of(conn, address),
        owned_open=persons.owned(conn, address, OPEN_STATUSES),
        owned_over=persons.owned(conn, address, ("solved", "closed", "not_a_ticket", "away")),
        acts=acts,
        first_at=first,
        last_at=last,
        elsewhere={name: count for name, count in persons.count_elsewhere(conn, address).items() if count},
    )


def _forgotten_at(conn: Connection, ports: Ports, address: str) -> datetime | None:
    if not forgotten.anybody(conn):
        return None
    digest = Recogniser.of(ports).digest(address)
    return forgotten.among(conn, [digest]).get(digest)
