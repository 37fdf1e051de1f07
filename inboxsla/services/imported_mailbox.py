"""An imported mailbox before and after its file is read: who its people are, and what earlier files told about its threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.domain.people import Person
from inboxsla.errors import Refused
from inboxsla.gmail.message import thread_subject
from inboxsla.services import conversations
from inboxsla.services.arrivals import OURS
from inboxsla.services.in_force import InForce, in_force, staff, starting_from
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations, imported, mailboxes, people, policies, records
from inboxsla.storage.kinship import Kinship, Peer
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

ADDRESS_LIMIT = 320
_PAGE = 500


def address_of(written: str) -> str:
    """An address as we keep it. Raises Refused if it is none."""
    address = written.strip().lower()
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or len(address) > ADDRESS_LIMIT or len(address.split()) != 1:
        raise Refused(f"“{written}” is not an address; write for example support@lumenvelo.example.")
    return address


def prepare(
    ports: Ports, address: str, agents: Sequence[str], own_lists: Sequence[str]
) -> tuple[MailboxRow, frozenset[str]]:
    """The mailbox with its people; and the addresses that are inside: its own, its people's, its lists'."""
    settings = ports.settings
    with ports.db.write() as conn:
        configurations.lock(conn)
        force = in_force(conn, settings)
        policy = _save_policy(conn, ports, force, address)
        before = mailboxes.by_address(conn, "import", address)
        document = force.document
        lists = [*document.own_lists_of(address), *(before.own_lists if before else ()), *own_lists]
        box = mailboxes.ensure(
            conn,
            "import",
            address,
            policy_name=policy,
            aliases=document.aliases_of(address),
            own_lists=list(dict.fromkeys(each.strip().strip("<>").lower() for each in lists if each.strip())),
        )
        named = address in {
            *(each.address for each in settings.mailboxes),
            *(each.address for each in document.mailboxes),
        }
        known = {person.address: person for person in people.of_mailbox(conn, box.id)}
        known |= {person.address: person for person in (staff(force, address) if named else ())}
        for agent in agents:
            known.setdefault(agent, Person(agent, agent, "agent", force.zone))
        people.replace_all(conn, box.id, known.values())
        _log(conn, before, box, known, ports.now())
    # A list "lamps.lists.example" is written to as lamps@lists.example.
    addresses = (each.replace(".", "@", 1) for each in box.own_lists if "@" not in each)
    return box, frozenset({*box.own_addresses, *known, *box.own_lists, *addresses})


def _log(
    conn: Connection, before: MailboxRow | None, box: MailboxRow, known: Mapping[str, Person], now: datetime
) -> None:
    """A file brings a mailbox, and names who answers there: that is a setting as well."""
    was = None if before is None else {"own_lists": list(before.own_lists)}
    what = f"mailbox {box.address} read from a file"
    records.log(conn, "the command line", what, now, was, {"own_lists": list(box.own_lists), "people": sorted(known)})


def _save_policy(conn: Connection, ports: Ports, force: InForce, address: str) -> str:
    """The policy whose promises imported mail is held to; returns its name.

    The demo's own are minutes, so that they can be watched: nobody kept those in the past.
    """
    settings = ports.settings
    if settings.demo and force.version is None:
        force = starting_from(Settings.of({"calendar": {"zone": settings.calendar.zone}}))
    name = force.document.policy_of(address)
    policies.save(conn, name, force.policies[name], ports.now())
    return name


def name_people(ports: Ports, box: MailboxRow, names: Mapping[str, str]) -> tuple[str, ...]:
    """Call people what their mail calls them, where nobody said it otherwise; returns how all of them are called."""
    with ports.db.write() as conn:
        staff = [
            replace(person, name=names.get(person.address, person.name)) if person.name == person.address else person
            for person in people.of_mailbox(conn, box.id)
        ]
        people.replace_all(conn, box.id, staff)
    return tuple(person.name for person in staff)


def recall(ports: Ports, box: MailboxRow, insiders: frozenset[str], kin: Kinship) -> None:
    """What earlier imports into this mailbox know about threads."""
    after = 0
    while True:
        with ports.db.read() as conn:
            known = imported.page(conn, box.id, after, _PAGE)
            kin.fix(imported.tickets_of(conn, box.id, list({row.thread_id for _, row in known})))
        for _, row in known:
            _recall_one(row, insiders, kin)
        if len(known) < _PAGE:
            return
        after = known[-1][0]


def _recall_one(row: MessageRow, insiders: frozenset[str], kin: Kinship) -> None:
    named, subject = tuple(row.headers.get("parents", ())), thread_subject(row.subject)
    reply = conversations.is_reply(row.subject)
    if not row.thread_id.startswith(OURS):
        kin.fix([row.thread_id])
    if row.rfc_id:
        kin.own(row.rfc_id, row.thread_id, subject)
    kin.claim(named, row.thread_id, subject, reply=reply)
    outside = frozenset({row.sender, row.headers.get("requester_hint", ""), *row.recipients} - insiders - {""})
    if subject and outside:
        kin.remember(subject, Peer(row.thread_id, row.internal_at, reply and not named, outside))
