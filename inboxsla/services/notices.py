"""From acts owed to mails composed: carries out reassignments, finds out who is told, and freezes acts into envelopes."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import English, Speech
from inboxsla.domain.timeline import Metric
from inboxsla.notify.compose import compose
from inboxsla.notify.notice import Item, Notice, Told
from inboxsla.notify.sentences import why_words
from inboxsla.services import correspondence, follow_ups, links, offering, settle, ways, writing
from inboxsla.services.correspondence import Staff
from inboxsla.services.looking import Look
from inboxsla.services.mentioning import Mention, mentions
from inboxsla.services.owing import BATCH, looks_at, set_apart, still_wanted
from inboxsla.services.ports import Ports
from inboxsla.services.raising import raise_priorities
from inboxsla.services.reassigning import reassign
from inboxsla.services.tagging import add_tags
from inboxsla.services.telling import ToTell, resolve
from inboxsla.storage import envelopes, mailboxes, messages, outbox, people
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

_NO_MAIL = frozenset({Do.REASSIGN, Do.RAISE_PRIORITY, Do.ADD_TAG})
_STRENGTH = {told: rank for rank, told in enumerate(Told)}


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
        add_tags(conn, mailbox, now)
        reassign(conn, ports, mailbox, now)
        if writing.is_stopped(conn):
            # Composed now, a mail would say later how things stood today.
            return 0
        owed = [act for act in outbox.owed(conn, mailbox_id, now, BATCH) if act.act not in _NO_MAIL]
        looks = looks_at(conn, owed, now)
        wanted = [act for act in owed if act.ticket_id in looks and still_wanted(conn, act, looks[act.ticket_id], now)]
        told = resolve(conn, ports, mailbox, wanted, looks, now)
        by_person: dict[str, list[ToTell]] = defaultdict(list)
        for one in told:
            by_person[one.person.address].append(one)
        for address, mine in by_person.items():
            try:
                _enclose(conn, ports, mailbox, mine, looks, now)
            except Exception as error:
                set_apart(conn, f"mail/{address}", f"A mail to {address}", error, now)
        return len(by_person)


def _enclose(
    conn: Connection,
    ports: Ports,
    mailbox: MailboxRow,
    mine: Sequence[ToTell],
    looks: Mapping[int, Look],
    now: datetime,
) -> None:
    """One mail for one person about everything owed to them now; of several acts on a ticket the weightiest is told."""
    person = mine[0].person
    strongest: dict[int, ToTell] = {}
    for one in mine:
        before = strongest.get(one.act.ticket_id)
        if before is None or _weight(one) > _weight(before):
            strongest[one.act.ticket_id] = one
    refused, noted = _refused(mine), mentions(conn, [one.act for one in mine], {k: v.names for k, v in looks.items()})
    items = [
        _with_note(
            _item(conn, ports, mailbox, one, looks[one.act.ticket_id], refused.get(one.act.ticket_id, ())),
            noted.get(one.act.ticket_id),
            English(person.zone),
        )
        for one in strongest.values()
    ]
    items.sort(key=lambda item: (-_risk(item), item.view.id))
    marker, place = secrets.token_hex(12), follow_ups.place(conn, mailbox.id, person.address, items)
    way = ways.in_force(ports.settings)
    notice = Notice(
        marker=marker,
        mailbox=mailbox.address,
        recipient=person.address,
        recipient_name=person.name,
        zone=person.zone,
        items=offering.with_offers(conn, ports, person, items, looks, marker, English(person.zone)),
        composed_at=now,
        sender_name=ports.settings.notify.sender_name,
        follows=place.subject,
        sender=way.sender,
    )
    letter = compose(notice, English(person.zone))
    raw = letter.raw.decode("ascii")
    envelope_id = envelopes.compose(
        conn,
        mailbox.id,
        marker,
        person.address,
        letter.subject,
        raw,
        now,
        ticket_id=place.ticket_id,
        follows=place.first.id if place.first else None,
        way=str(way),
    )
    outbox.enclose(conn, [one.act.id for one in mine], envelope_id)


def _refused(mine: Sequence[ToTell]) -> dict[int, list[str]]:
    """By ticket, each thing that was asked for and could not be done: all of them are told, whatever else the mail is about."""
    found: dict[int, list[str]] = {}
    for one in mine:
        if words := one.act.data.get("words"):
            found.setdefault(one.act.ticket_id, []).append(str(words))
    return found


def _with_note(item: Item, mention: Mention | None, say: Speech) -> Item:
    """A note that mentions the reader is what the mail shows, unless something weightier happened."""
    if mention is None:
        return item
    if item.do is Told.TELL_MENTIONED:
        return replace(item, excerpt=mention.text, customer_wrote_at=None, why=mention.why(say))
    usual = item.why or why_words(item.view, item.metric, item.percent, item.do, say, reopened=item.reopened)
    return replace(item, why=f"{usual} {mention.beside(say)}")


def _weight(one: ToTell) -> tuple[int, int]:
    return (_STRENGTH[one.told], int(one.act.data.get("percent", 0)))


def _risk(item: Item) -> float:
    return max((c.reading.fraction for c in item.view.clocks if c.reading.state is State.RUNNING), default=0.0)


def _item(conn: Connection, ports: Ports, mailbox: MailboxRow, one: ToTell, seen: Look, refused: Sequence[str]) -> Item:
    thread = messages.of_thread(conn, mailbox.id, seen.ticket.thread_id)
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    asked = [
        row for row in thread if row.kind == "human" and not staff.wrote(row) and not row.labels & correspondence.AWAY
    ]
    newest = asked[-1] if asked else None
    listed = people.of_mailbox(conn, mailbox.id)
    # Where nobody leads, admins take the place of leads.
    leads = [p.name for role in ("lead", "admin") for p in listed if p.role == role]
    metric = Metric(one.act.data["metric"]) if "metric" in one.act.data else None
    percent, say = int(one.act.data["percent"]), English(one.person.zone)
    why, reopened = one.why(say), int(one.act.data.get("reopened", 0))
    if refused:
        usual = why or why_words(
            seen.view, metric, percent, one.told, say, reader=one.person.address, reopened=reopened
        )
        why = " ".join([*dict.fromkeys(refused), usual])
    return Item(
        view=seen.view,
        metric=metric,
        percent=percent,
        do=one.told,
        excerpt=newest.excerpt if newest else "",
        customer_wrote_at=newest.internal_at if newest else None,
        gmail_url=links.gmail_url(ports.settings, mailbox.address, seen.ticket.thread_id),
        ticket_url=links.ticket_url(ports.settings, seen.ticket.id),
        why=why,
        lead_name=leads[0] if leads else "",
        reopened=reopened,
    )
