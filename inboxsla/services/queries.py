"""Questions every face asks: the board, one ticket, the mails sent, what was kept aside. Nothing here writes."""

from __future__ import annotations

import base64
import email
import email.policy
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from heapq import merge

from sqlalchemy import ColumnElement, Connection

from inboxsla.domain.clock import Urgency
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView, name_of
from inboxsla.domain.timeline import Event, Kind
from inboxsla.domain.timeline_view import Entry, Quote, entries, on_return, planned
from inboxsla.errors import Missing, Refused
from inboxsla.notify.mailer import Route, Way
from inboxsla.services import acting, blindness, correspondence, noting, our_labels, waiting
from inboxsla.services.in_force import in_force
from inboxsla.services.looking import Look, look
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import erased_words
from inboxsla.services.viewers import Sees, Viewer, may_see
from inboxsla.services.views import Board, KeptAside, MailboxState, MailLine, MailPage, Progress, TicketPage
from inboxsla.storage import envelopes, first_readings, mailboxes, messages, outbox, records, switches, tickets
from inboxsla.storage.envelopes import Envelope
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.schema import tickets as t

_URGENCY = {urgency.value: rank for rank, urgency in enumerate(Urgency)}
# Databases refuse to compare an id with a larger number.
_LARGEST_ID = 2**31 - 1
# An alarm whose cause has not shown itself for this long is over.
ALARM_SHOWN = timedelta(hours=24)
_UNSEEN_SHOWN = 3
# Before this part of a first reading is done, its pace says little.
_ENOUGH_TO_GUESS = 0.02
_IS_OPEN = t.c.status.in_(tickets.OPEN_STATUSES)
SHOWS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "open": (_IS_OPEN,),
    "nobody": (_IS_OPEN, t.c.owner.is_(None)),
    "solved": (t.c.status.in_(("solved", "closed")),),
    "all": (),
}


def board(
    ports: Ports,
    *,
    show: str = "open",
    mailbox_id: int | None = None,
    address: str = "",
    limit: int = 200,
    imported: bool = False,
    sees: Sees = None,
) -> Board:
    """Tickets, most pressing first. `show` is open, nobody (owns it), solved or all. Raises Refused for another word.

    What was read from a file is past: without `imported` its tickets are neither listed nor counted, unless there are no
    others; with it they come after all others. Mailboxes that left the configuration are left out. `mailbox_id` or `address`
    name the mailboxes to show instead. Raises Refused for an address nobody knows. `sees` are the mailboxes there are for whoever looks.
    """
    if show not in SHOWS:
        raise Refused(f"“{show}” is not a list we have; there are {', '.join(SHOWS)}.")
    now = ports.now()
    with ports.db.read() as conn:
        boxes = [box for box in mailboxes.every(conn) if may_see(sees, box.id)]
        named = _named(boxes, mailbox_id, address)
        connected, files = named or _usual(boxes, imported=imported)
        views: list[TicketView] = []
        for part in (connected, files):
            rows = tickets.shown(conn, (*SHOWS[show], _in(part)), limit - len(views)) if part else []
            views += sorted((one.view for one in look(conn, rows, now)), key=_pressing)
        listed = [*connected, *files]
        counts = {name: tickets.count(conn, *where, _in(listed)) for name, where in SHOWS.items()}
        alarms = tuple(records.open_alarms(conn, now - ALARM_SHOWN, sees))
        zone = in_force(conn, ports.settings).zone
        stopped = switches.thrown(conn, switches.WRITING_STOPPED)
        reading = progress(conn, now)
    states = {
        box.id: mailbox_state(box, blindness.since(ports.settings, box, now), reading.get(box.id)) for box in boxes
    }
    shown = tuple(states[box.id] for box in listed)
    more = max(0, counts[show] - len(views))
    return Board(
        tuple(views),
        counts,
        tuple(states.values()),
        shown,
        alarms,
        more,
        now,
        zone,
        stopped_at=stopped.at if stopped else None,
        stopped_by=stopped.actor if stopped else "",
    )


_Parts = tuple[list[MailboxRow], list[MailboxRow]]


def _named(boxes: Sequence[MailboxRow], mailbox_id: int | None, address: str) -> _Parts | None:
    if mailbox_id is None and not address:
        return None
    found = [box for box in boxes if box.id == mailbox_id or box.address == address]
    if address and not found:
        known = ", ".join(dict.fromkeys(box.address for box in boxes))
        raise Refused(f"No mailbox {address} is known here. Known: {known or 'none yet'}.")
    return _parts(found)


def _usual(boxes: Sequence[MailboxRow], *, imported: bool) -> _Parts:
    connected, files = _parts([box for box in boxes if box.retired_at is None])
    return connected, files if imported or not connected else []


def _parts(boxes: Sequence[MailboxRow]) -> _Parts:
    """Those that are connected, and those read from files."""
    return [box for box in boxes if box.kind != "import"], [box for box in boxes if box.kind == "import"]


def _in(boxes: Sequence[MailboxRow]) -> ColumnElement[bool]:
    return t.c.mailbox_id.in_([box.id for box in boxes])


def _pressing(view: TicketView) -> tuple[int, float, int]:
    due = view.worst.reading.due_at if view.worst else None
    return (-_URGENCY[view.urgency], due.timestamp() if due else float("inf"), -view.id)


def progress(conn: Connection, now: datetime) -> dict[int, Progress]:
    """How far the first readings that go on are, by mailbox id."""
    found = {}
    for mailbox_id, one in first_readings.unfinished(conn).items():
        elapsed = now - one.begun_at
        left = elapsed * ((1 - one.done) / one.done) if one.done >= _ENOUGH_TO_GUESS else None
        threads = first_readings.threads_read(conn, mailbox_id)
        found[mailbox_id] = Progress(int(one.done * 100), threads, one.reached, left)
    return found


def mailbox_state(
    box: MailboxRow, unseen_since: datetime | None = None, first_reading: Progress | None = None
) -> MailboxState:
    trouble = box.sync_error or ""
    mode = "retired" if box.retired_at is not None else box.mode
    reading = first_reading if box.retired_at is None else None
    return MailboxState(
        box.id, box.address, box.kind, mode, box.last_sync_at, box.as_of, trouble, unseen_since, reading
    )


def ticket(ports: Ports, ticket_id: int, say: Speech, viewer: Viewer | None = None, sees: Sees = None) -> TicketPage:
    """One ticket with everything that happened and what comes next, for `viewer` where it is known who looks.

    Raises Missing if there is no such ticket among the mailboxes that `sees` names.
    """
    now = ports.now()
    with ports.db.read() as conn:
        row = tickets.find(conn, ticket_id) if ticket_id <= _LARGEST_ID else None
        if row is None or not may_see(sees, row.mailbox_id):
            raise Missing(f"There is no ticket {ticket_id}.")
        seen = look(conn, [row], now)[0]
        quotes = _quotes(conn, seen)
        sent = envelopes.newest(conn, 50, ticket_id)
        lines = _lines(conn, sent)
        unseen = _unseen(conn, ports, seen, now, say)
        mailed = _mailed(seen, sent, outbox.acts_of(conn, ticket_id), say)
        waits = waiting.entries(conn, ports, seen, say, now)
        also = _also(conn, seen, sees)
        style = our_labels.choices(conn, ports).style
    facts = seen.decision.facts
    return TicketPage(
        view=seen.view,
        happened=tuple(merge(mailed, entries(_told_of(seen), facts, quotes, seen.names, say), key=_at, reverse=True)),
        planned=tuple(merge(waits, planned(seen.view, say), key=_at, reverse=True)),
        on_return=on_return(seen.view, say),
        label=our_labels.label_name(style, row.label_wanted)
        if row.label_wanted and seen.mailbox.kind == "gmail"
        else None,
        label_pending=row.label_due,
        mails=lines,
        mailbox=mailbox_state(seen.mailbox),
        unseen=unseen,
        also=also,
        erased=erased_words.said(row, facts, say, now),
        undoes=viewer is not None and acting.may_undo(seen, viewer) is not None,
    )


def _unseen(conn: Connection, ports: Ports, seen: Look, now: datetime, say: Speech) -> tuple[str, ...]:
    """The newest spans, in order, in which the ticket lived and its mailbox was not seen."""
    row = seen.ticket
    end = row.last_activity if row.status in ("solved", "closed") and row.last_activity else now
    spans = blindness.spans(conn, ports.settings, [seen.mailbox], row.opened_at, end, now)
    return tuple(blindness.said(span, say, now) for span in spans[-_UNSEEN_SHOWN:])


def _also(conn: Connection, seen: Look, sees: Sees) -> tuple[tuple[int, str], ...]:
    """Ids are Gmail’s own in every mailbox; that it is the same mail is known by its Message-ID."""
    others = {box.id: box.address for box in mailboxes.every(conn) if box.kind == "gmail" and box.retired_at is None}
    if others.pop(seen.mailbox.id, None) is None or not others:
        return ()
    kept = messages.of_thread(conn, seen.mailbox.id, seen.ticket.thread_id)
    rfc_ids = [row.rfc_id for row in kept if row.kind == "human"]
    found = messages.threads_with_rfc_ids(conn, [box_id for box_id in others if may_see(sees, box_id)], rfc_ids)
    twins = ((tickets.by_thread(conn, mailbox_id, thread_id), others[mailbox_id]) for mailbox_id, thread_id in found)
    return tuple((twin.id, address) for twin, address in twins if twin is not None)


def _told_of(seen: Look) -> Sequence[Event]:
    """Every event; of an imported ticket not its steps, which were noted and reached nobody."""
    return [event for event in seen.events if not seen.mailbox.as_of or event.kind is not Kind.STEP_TAKEN]


def _mailed(seen: Look, sent: Sequence[Envelope], acts: Mapping[int, set[str]], say: Speech) -> list[Entry]:
    """To which of the staff a mail about the ticket went out, newest first. Of notices to the customer an event tells."""
    found = []
    for mail in sent:
        if mail.state == "sent" and mail.sent_at is not None and mail.kind == envelopes.STAFF:
            reminds = acts.get(mail.id) == {Do.REMIND_OWNER.value}
            words = "Reminder sent to %(name)s" if reminds else "%(name)s was told by mail"
            name = name_of(mail.recipient, seen.names) or mail.recipient
            found.append(Entry(mail.sent_at, "step", "", say.text(words, name=name)))
    return sorted(found, key=_at, reverse=True)


def _at(entry: Entry) -> datetime:
    return entry.at


def _quotes(conn: Connection, seen: Look) -> dict[str, Quote]:
    rows = messages.of_thread(conn, seen.mailbox.id, seen.ticket.thread_id)
    written = {correspondence.source(row): Quote(correspondence.name_in(row), row.excerpt) for row in rows}
    return written | noting.quotes(conn, seen.ticket.id, seen.events)


def mails(ports: Ports, limit: int = 50, sees: Sees = None) -> tuple[MailLine, ...]:
    """Mails composed, newest first."""
    with ports.db.read() as conn:
        return _lines(conn, envelopes.newest(conn, limit, of=sees))


def _lines(conn: Connection, found: Sequence[Envelope]) -> tuple[MailLine, ...]:
    about = outbox.tickets_of(conn, [one.id for one in found])
    return tuple(
        MailLine(
            one.id,
            one.recipient,
            one.subject,
            one.state,
            one.composed_at,
            one.sent_at,
            one.reason or "",
            about.get(one.id, ()),
            looked_for=Way.of(one.way).route is not Route.SMTP,
        )
        for one in found
    )


def mail(ports: Ports, mail_id: int, sees: Sees = None) -> MailPage:
    """One mail as it was composed. Raises Missing if there is no such mail."""
    with ports.db.read() as conn:
        found = envelopes.get(conn, mail_id) if mail_id <= _LARGEST_ID else None
        if found is None or not may_see(sees, found.mailbox_id):
            raise Missing(f"There is no mail {mail_id}.")
        line = _lines(conn, [found])[0]
    message = email.message_from_string(found.raw, policy=email.policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    text, html = (part.get_content() if part is not None else "" for part in parts.values())
    return MailPage(line, text, _with_pictures(message, html))


def _with_pictures(message: EmailMessage, html: str) -> str:
    """Pictures that travel in the mail, put where it points to them, so that it can be looked at on its own."""
    for part in message.walk():
        name = str(part.get("Content-ID", "")).strip("<>")
        data = part.get_payload(decode=True)
        if name and part.get_content_maintype() == "image" and isinstance(data, bytes):
            inline = f"data:{part.get_content_type()};base64,{base64.b64encode(data).decode('ascii')}"
            html = html.replace(f"cid:{name}", inline)
    return html


def kept_aside(ports: Ports, sees: Sees = None) -> tuple[KeptAside, ...]:
    """Messages that could not be processed, newest first."""
    with ports.db.read() as conn:
        return tuple(KeptAside(*row) for row in records.all_kept_aside(conn, of=sees))
