"""One mail for one person about what is owed to them: composed, and the acts it carries frozen into its envelope."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.clock import State
from inboxsla.domain.people import Person
from inboxsla.domain.speech import English, Speech
from inboxsla.domain.ticket_view import TicketView, name_of
from inboxsla.domain.timeline import Metric
from inboxsla.notify.compose import compose
from inboxsla.notify.notice import Item, Letter, Notice, Told
from inboxsla.notify.page import MOST
from inboxsla.notify.plain import display_name, one_line
from inboxsla.services import correspondence, follow_ups, links, offering, ways
from inboxsla.services.correspondence import Staff
from inboxsla.services.looking import Look
from inboxsla.services.mentioning import Mention, mentions
from inboxsla.services.ports import Ports
from inboxsla.services.telling import ToTell
from inboxsla.storage import envelopes, messages, outbox
from inboxsla.storage.mailboxes import MailboxRow

_STRENGTH = {told: rank for rank, told in enumerate(Told)}


@dataclass(frozen=True, slots=True)
class Desk:
    """What is the same for every mail of one mailbox and moment. `staff` is its people list, `looks` its tickets by id."""

    conn: Connection
    ports: Ports
    mailbox: MailboxRow
    staff: Sequence[Person]
    looks: Mapping[int, Look]
    now: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail as it will be sent, to the person whom all of `mine` are to be told."""

    mine: tuple[ToTell, ...]
    marker: str
    way: str
    place: follow_ups.Place
    letter: Letter
    composed_at: datetime


def draft(desk: Desk, mine: Sequence[ToTell]) -> Draft:
    """One mail for one person about everything owed to them now; of several acts on a ticket the weightiest is told.

    Nothing is written.
    """
    conn, ports, mailbox, looks, now = desk.conn, desk.ports, desk.mailbox, desk.looks, desk.now
    person, ids = mine[0].person, [one.act.id for one in mine]
    say = English(person.zone)
    items = _items(desk, mine, say)
    marker, place = secrets.token_hex(12), follow_ups.place(conn, mailbox.id, person.address, items)
    way = ways.in_force(ports.settings)
    notice = Notice(
        marker=marker,
        mailbox=mailbox.address,
        recipient=person.address,
        recipient_name=person.name,
        zone=person.zone,
        items=offering.with_offers(conn, ports, person, items, looks, marker, say),
        composed_at=now,
        sender_name=ports.settings.notify.sender_name,
        follows=place.subject,
        sender=way.sender,
        waited_since=outbox.waited_since(conn, ids),
        choose_url=links.mails_url(ports.settings),
        board_url=links.board_url(ports.settings),
    )
    return Draft(tuple(mine), marker, str(way), place, compose(notice, say), now)


def enclose(conn: Connection, mailbox: MailboxRow, drawn: Draft) -> None:
    """From here on its acts go out with it or not at all."""
    envelope_id = envelopes.compose(
        conn,
        mailbox.id,
        drawn.marker,
        drawn.mine[0].person.address,
        drawn.letter.subject,
        drawn.letter.raw.decode("ascii"),
        drawn.composed_at,
        ticket_id=drawn.place.ticket_id,
        follows=drawn.place.first.id if drawn.place.first else None,
        way=drawn.way,
        tries=max(int(one.act.data.get("tries", 0)) for one in drawn.mine),
    )
    outbox.enclose(conn, [one.act.id for one in drawn.mine], envelope_id)


def _items(desk: Desk, mine: Sequence[ToTell], say: Speech) -> list[Item]:
    """Each ticket once, highest risk first; what the mail only counts is not looked up."""
    strongest: dict[int, ToTell] = {}
    for one in mine:
        before = strongest.get(one.act.ticket_id)
        if before is None or _weight(one) > _weight(before):
            strongest[one.act.ticket_id] = one
    views = {ticket_id: desk.looks[ticket_id].view for ticket_id in strongest}
    ranked = sorted(strongest.values(), key=lambda one: _rank(one, views[one.act.ticket_id]))
    shown = {one.act.ticket_id for one in ranked[:MOST]}
    about = [one.act for one in mine if one.act.ticket_id in shown]
    noted = mentions(desk.conn, about, {ticket_id: desk.looks[ticket_id].names for ticket_id in shown})
    refused = _refused(mine)
    items = []
    for one in ranked[:MOST]:
        ticket_id = one.act.ticket_id
        item = _item(desk, one, desk.looks[ticket_id], refused.get(ticket_id, ()), say)
        items.append(_with_note(item, noted.get(ticket_id), say))
    counted = (Item(views[one.act.ticket_id], None, 0, one.told, "", None, "", "") for one in ranked[MOST:])
    return [*items, *counted]


def _refused(mine: Sequence[ToTell]) -> dict[int, list[str]]:
    """By ticket, each thing that was asked for and could not be done: all of them are told, whatever else the mail is about."""
    found: dict[int, list[str]] = {}
    for one in mine:
        words = one.act.data.get("words") if one.told is Told.TELL_REFUSED else None
        if words:
            found.setdefault(one.act.ticket_id, []).append(str(words))
    return found


def _with_note(item: Item, mention: Mention | None, say: Speech) -> Item:
    """A note that mentions the reader is what the mail shows, unless something weightier happened."""
    if mention is None:
        return item
    if item.do is Told.TELL_MENTIONED:
        news = mention.news(say)
        return replace(item, excerpt=mention.text, customer_wrote_at=None, news=news, why=mention.why(say))
    return replace(item, news=f"{item.news} {mention.beside(say)}".lstrip())


def _rank(one: ToTell, view: TicketView) -> tuple[bool, float, bool, int]:
    """What its reader is not rid of comes first, and of that the highest risk; of two alike, what is theirs."""
    return (one.told is Told.REASSIGNED_FROM_YOU, -_risk(view), view.owner != one.person.address, view.id)


def _weight(one: ToTell) -> tuple[int, int]:
    return (_STRENGTH[one.told], int(one.act.data.get("percent", 0)))


def _risk(view: TicketView) -> float:
    return max((c.reading.fraction for c in view.clocks if c.reading.state is State.RUNNING), default=0.0)


_BY_HAND = {
    Told.TELL_ESCALATED: "%(who)s escalated this ticket",
    Told.TELL_HANDED_OVER: "%(who)s handed this ticket to you",
}


def _by_hand(one: ToTell, seen: Look, say: Speech) -> str:
    """Who did it by hand and what they said, as far as is known: a label says neither."""
    if one.told not in _BY_HAND:
        return ""
    asked = next((event for event in seen.events if event.source == one.act.data["cycle"]), None)
    who = display_name(name_of(asked.actor, seen.names) or "") if asked is not None else ""
    words = one_line(str(one.act.data.get("words", "")))
    said = say.text(_BY_HAND[one.told], who=who or say.text("Somebody"))
    return say.text("%(said)s: “%(words)s”", said=said, words=words) if words else f"{said}."


def _item(desk: Desk, one: ToTell, seen: Look, refused: Sequence[str], say: Speech) -> Item:
    settings, mailbox = desk.ports.settings, desk.mailbox
    thread = messages.of_thread(desk.conn, mailbox.id, seen.ticket.thread_id)
    staff = Staff.of(mailbox, desk.staff)
    asked = [
        row for row in thread if row.kind == "human" and not staff.wrote(row) and not row.labels & correspondence.AWAY
    ]
    newest = asked[-1] if asked else None
    # Where nobody leads, admins take the place of leads.
    leads = [person.name for role in ("lead", "admin") for person in desk.staff if person.role == role]
    metric = Metric(one.act.data["metric"]) if "metric" in one.act.data else None
    percent, asks = int(one.act.data["percent"]), one.told is Told.PROPOSE_ABSENCE
    return Item(
        view=seen.view,
        metric=metric,
        percent=percent,
        do=one.told,
        excerpt=newest.excerpt if newest and not asks else "",
        customer_wrote_at=newest.internal_at if newest else None,
        gmail_url=links.gmail_url(settings, mailbox.address, seen.ticket.thread_id),
        ticket_url=links.ticket_url(settings, seen.ticket.id),
        why=one.why(say),
        news=" ".join(filter(None, [*dict.fromkeys(refused), _by_hand(one, seen, say)])),
        lead_name=leads[0] if leads else "",
        reopened=int(one.act.data.get("reopened", 0)),
    )
