"""From acts owed to mails composed: carries out reassignments, finds out who is told, and freezes acts into envelopes."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection

from inboxsla.domain.assignment import Person
from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Metric
from inboxsla.notify.compose import compose
from inboxsla.notify.notice import Item, Notice, Told
from inboxsla.services import correspondence, links, settle
from inboxsla.services.correspondence import Staff
from inboxsla.services.looking import Look
from inboxsla.services.owing import BATCH, local_key, looks_at, set_apart, still_wanted
from inboxsla.services.ports import Ports
from inboxsla.services.raising import raise_priorities
from inboxsla.services.reassigning import reassign
from inboxsla.storage import envelopes, mailboxes, messages, outbox, people, records
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.outbox import Owed

log = structlog.get_logger()

_NO_MAIL = frozenset({Do.REASSIGN, Do.RAISE_PRIORITY})
# Kept gently: a reminder soon after another about the same ticket says nothing new. A miss and a hand-over always do.
_MERGES = frozenset({Told.REMIND_OWNER})
_STRENGTH = {told: rank for rank, told in enumerate(Told)}


@dataclass(frozen=True, slots=True)
class _Told:
    act: Owed
    told: Told
    person: Person


def compose_owed(ports: Ports, mailbox_id: int) -> int:
    """Turn what a mailbox owes now into mails ready to send, one per person. Returns how many mails."""
    return settle.again_if_moved(lambda: _compose_owed(ports, mailbox_id))


def _compose_owed(ports: Ports, mailbox_id: int) -> int:
    now = ports.now()
    with ports.db.write() as conn:
        # Two at once would each compose a mail about the same acts.
        mailbox = mailboxes.lock(conn, mailbox_id)
        if not mailbox.is_live:
            outbox.drop_for_mailbox(conn, mailbox_id, now, "the mailbox is not live")
            return 0
        raise_priorities(conn, mailbox, now)
        reassign(conn, ports, mailbox, now)
        owed = [act for act in outbox.owed(conn, mailbox_id, now, BATCH) if act.act not in _NO_MAIL]
        looks = looks_at(conn, owed, now)
        wanted = [act for act in owed if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now)]
        told = _resolve(conn, ports, mailbox, wanted, looks, now)
        by_person: dict[str, list[_Told]] = defaultdict(list)
        for one in told:
            by_person[one.person.address].append(one)
        for address, mine in by_person.items():
            try:
                _enclose(conn, ports, mailbox, mine, looks, now)
            except Exception as error:
                set_apart(conn, f"mail/{address}", f"A mail to {address}", error, now)
        return len(by_person)


def _resolve(
    conn: Connection, ports: Ports, mailbox: MailboxRow, acts: Sequence[Owed], looks: Mapping[int, Look], now: datetime
) -> list[_Told]:
    """Who gets each act now. An act for several people becomes one act each."""
    staff = people.of_mailbox(conn, mailbox.id)
    by_address = {person.address: person for person in staff}
    found: list[_Told] = []
    for act in acts:
        recipients = _recipients(act, looks[act.ticket_id], staff, by_address)
        if not recipients:
            _nobody(conn, mailbox, act, now)
            continue
        first, *others = recipients
        for person in others:
            copy = {**act.data, "recipient": person.address}
            key = f"{local_key(act)}@{person.address}"
            outbox.put(conn, mailbox.id, act.ticket_id, [(key, act.act, "person", copy)], now)
            copied = outbox.by_key(conn, f"{act.ticket_id}/{key}")
            if copied is not None:
                found.extend(_unless_lately(conn, ports, copied, person, now))
        found.extend(_unless_lately(conn, ports, act, first, now))
    return found


def _unless_lately(conn: Connection, ports: Ports, act: Owed, person: Person, now: datetime) -> list[_Told]:
    told = Told(act.data.get("told", act.act))
    since = now - ports.settings.notify.merge_within
    if told in _MERGES and outbox.lately_mailed(conn, act.ticket_id, person.address, since):
        outbox.finish(conn, [act.id], "done", now, f"covered by the mail {person.name} got shortly before")
        return []
    return [_Told(act, told, person)]


def _recipients(act: Owed, seen: Look, staff: Sequence[Person], by_address: Mapping[str, Person]) -> list[Person]:
    """The people an act is for; where its role is empty or gone, whoever stands in: leads, then admins, then everybody."""
    if act.role == "person":
        named = by_address.get(str(act.data["recipient"]))
        return [named] if named else []
    owner = by_address.get(seen.view.owner or "")
    if act.role == "owner" and owner is not None:
        return [owner]
    for role in ("lead", "admin", "agent"):
        standing_in = [person for person in staff if person.role == role]
        if standing_in:
            return standing_in
    return []


def _nobody(conn: Connection, mailbox: MailboxRow, act: Owed, now: datetime) -> None:
    if act.role == "person":
        outbox.finish(conn, [act.id], "dropped", now, f"{act.data['recipient']} is no longer on the people list")
        return
    outbox.finish(conn, [act.id], "dropped", now, "nobody could be told")
    words = f"Nobody could be told about ticket {act.ticket_id}: nobody is on the people list of {mailbox.address}."
    records.alarm(conn, f"nobody/{mailbox.id}", words, now, mailbox.id)


def _enclose(
    conn: Connection, ports: Ports, mailbox: MailboxRow, mine: Sequence[_Told], looks: Mapping[int, Look], now: datetime
) -> None:
    """One mail for one person about everything owed to them now; of several acts on a ticket the weightiest is told."""
    person = mine[0].person
    strongest: dict[int, _Told] = {}
    for one in mine:
        before = strongest.get(one.act.ticket_id)
        if before is None or _weight(one) > _weight(before):
            strongest[one.act.ticket_id] = one
    items = [_item(conn, ports, mailbox, one, looks[one.act.ticket_id]) for one in strongest.values()]
    items.sort(key=lambda item: (-_risk(item), item.view.id))
    marker = secrets.token_hex(12)
    notice = Notice(
        marker=marker,
        mailbox=mailbox.address,
        recipient=person.address,
        recipient_name=person.name,
        zone=person.zone,
        items=tuple(items),
        composed_at=now,
        sender_name=ports.settings.notify.sender_name,
    )
    letter = compose(notice, English(person.zone))
    raw = letter.raw.decode("ascii")
    envelope_id = envelopes.compose(conn, mailbox.id, marker, person.address, letter.subject, raw, now)
    outbox.enclose(conn, [one.act.id for one in mine], envelope_id)


def _weight(one: _Told) -> tuple[int, int]:
    return (_STRENGTH[one.told], int(one.act.data.get("percent", 0)))


def _risk(item: Item) -> float:
    return max((c.reading.fraction for c in item.view.clocks if c.reading.state is State.RUNNING), default=0.0)


def _item(conn: Connection, ports: Ports, mailbox: MailboxRow, one: _Told, seen: Look) -> Item:
    thread = messages.of_thread(conn, mailbox.id, seen.ticket.thread_id)
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    asked = [
        row for row in thread if row.kind == "human" and not staff.wrote(row) and not row.labels & correspondence.AWAY
    ]
    newest = asked[-1] if asked else None
    leads = [p.name for p in people.of_mailbox(conn, mailbox.id) if p.role == "lead"]
    return Item(
        view=seen.view,
        metric=Metric(one.act.data["metric"]) if "metric" in one.act.data else None,
        percent=int(one.act.data["percent"]),
        do=one.told,
        excerpt=newest.excerpt if newest else "",
        customer_wrote_at=newest.internal_at if newest else None,
        gmail_url=links.gmail_url(ports.settings, mailbox.address, seen.ticket.thread_id),
        ticket_url=links.ticket_url(ports.settings, seen.ticket.id),
        lead_name=leads[0] if leads else "",
    )
