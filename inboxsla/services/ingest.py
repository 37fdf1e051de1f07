"""What Gmail showed us about one thread becomes kept messages, timeline events and a settled ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from inboxsla.domain.decide import Decision
from inboxsla.domain.timeline import Event, Kind
from inboxsla.gmail.message import ParsedMessage, UnreadableMessage, from_gmail
from inboxsla.gmail.port import Change, GmailMessage
from inboxsla.gmail.thanks import is_only_thanks
from inboxsla.services import asked_by_label, correspondence, our_mail, ruling, settle, unnamed_groups
from inboxsla.services.correspondence import Staff
from inboxsla.services.folders import Moves, first_sight, moves
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import gate
from inboxsla.storage import mailboxes, messages, people, records, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

log = structlog.get_logger()

# As much of a message as rules may ask about.
EXCERPT = 10_000
# Headers whose content is kept in columns of its own, or names other messages.
_SAID_ELSEWHERE = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "content-type",
        "x-gm-thrid",
        "x-gmail-labels",
        "x-inboxsla-id",
        "x-google-original-message-id",
    ]
)
_NEVER_KEPT = frozenset({"DRAFT", "CHAT"})


@dataclass(frozen=True, slots=True)
class ThreadNews:
    """All that one look at Gmail told us about one thread.

    `arrivals` are messages fetched whole; `changes` the history lines about the thread, oldest first; `snapshot` the labels
    of every message where the whole thread was listed anew, at `history_id`; `connected_at`, while the mailbox is read for the
    first time, says when that began: what is older was there before us. `asked_at` is when Gmail was asked: what it told cannot
    have happened later. `dug_up` is an old thread that we know only since somebody put a label on it.
    """

    thread_id: str
    arrivals: tuple[GmailMessage, ...] = ()
    changes: tuple[Change, ...] = ()
    snapshot: Mapping[str, frozenset[str]] | None = None
    history_id: str = ""
    connected_at: datetime | None = None
    asked_at: datetime | None = None
    dug_up: bool = False


def take_in(ports: Ports, mailbox_id: int, news: ThreadNews) -> Decision | None:
    """Record the news of one thread and settle its ticket, in one transaction; None if the thread is no ticket.

    Taking in the same news again changes nothing.
    """
    our_mail.recognise(ports, news.arrivals)

    def once() -> Decision | None:
        with ports.db.write() as conn:
            return _take_in(conn, ports, mailboxes.get(conn, mailbox_id), news, ports.now())

    return settle.again_if_moved(once)


def _take_in(conn: Connection, ports: Ports, mailbox: MailboxRow, news: ThreadNews, now: datetime) -> Decision | None:
    known = messages.of_thread(conn, mailbox.id, news.thread_id)
    have = {row.gmail_id for row in known}
    staff = Staff.of(mailbox, people.of_mailbox(conn, mailbox.id))
    fresh = gate.let_in(conn, ports, mailbox, _read(conn, mailbox, news, set(have), now), now)
    messages.add(conn, mailbox.id, fresh)
    moved = moves(known, fresh, news.changes, news.snapshot, f"seen-{news.history_id}")
    messages.set_labels(conn, mailbox.id, moved.labels)
    messages.set_gone(conn, mailbox.id, sorted(moved.gone))
    rows = [replace(row, labels=moved.labels.get(row.gmail_id, row.labels)) for row in [*known, *fresh]]
    events = _events(conn, mailbox, news, fresh, rows, staff, moved, now)
    relabel = bool(fresh) or _touches_ours(mailbox, known, moved)
    decision = settle_thread(conn, mailbox, news.thread_id, rows, events, staff, now, relabel=relabel)
    _tell_elsewhere(conn, mailbox, fresh, events, staff, now)
    unnamed_groups.tell(conn, mailbox, fresh, now)
    # Labels that were there before us ask for nothing.
    if news.connected_at is None or news.changes:
        shown = (f"seen-{news.history_id}", news.snapshot)
        asked_by_label.note(conn, mailbox, news.thread_id, known, fresh, news.changes, shown, now)
    return decision


def _read(conn: Connection, mailbox: MailboxRow, news: ThreadNews, have: set[str], now: datetime) -> list[MessageRow]:
    """The arrivals that are new, parsed; what cannot be read is kept aside with its reason."""
    shown = {change.message_id: change.label_ids for change in news.changes if change.kind == "added"}
    rows = []
    for message in news.arrivals:
        if message.id in have or message.label_ids & _NEVER_KEPT:
            continue
        have.add(message.id)
        try:
            parsed = from_gmail(
                message.payload,
                own_addresses=mailbox.own_addresses,
                own_lists=mailbox.own_lists,
                size=message.size,
            )
            rows.append(message_row(message, parsed, shown.get(message.id)))
        except UnreadableMessage as unreadable:
            records.keep_aside(conn, mailbox.id, message.id, str(unreadable), now)
        except Exception as error:
            # A message must never take its neighbours with it, whatever is wrong with it or with us.
            log.exception("message kept aside", mailbox=mailbox.id, message=message.id)
            records.keep_aside(
                conn, mailbox.id, message.id, f"InboxSLA could not read it ({type(error).__name__}).", now
            )
    return rows


def message_row(message: GmailMessage, parsed: ParsedMessage, shown: frozenset[str] | None = None) -> MessageRow:
    """`shown` are the labels history says it arrived with; without them those it has now."""
    return MessageRow(
        gmail_id=message.id,
        thread_id=message.thread_id,
        rfc_id=parsed.message_id,
        kind=parsed.kind.value,
        kind_reason=parsed.kind_reason,
        internal_at=message.internal_at,
        sender=parsed.sender,
        sender_name=parsed.sender_name,
        recipients=tuple(parsed.recipients),
        subject=parsed.subject,
        excerpt=parsed.reply_text[:EXCERPT],
        headers=kept_headers(parsed),
        labels=message.label_ids if shown is None else shown,
    )


def kept_headers(parsed: ParsedMessage) -> dict[str, Any]:
    """The facts beyond headers that deciding needs later, beside the headers on the allow-list."""
    facts = {
        "sender_header": parsed.sender_header,
        "requester_hint": parsed.requester_hint,
        "requester_name": parsed.requester_name if parsed.requester_hint != parsed.sender else "",
        "reply_to": [each for each in parsed.reply_to[:5] if each not in (parsed.sender, parsed.requester_hint)],
        "marker": parsed.marker,
        "in_reply_to": parsed.in_reply_to,
        "bounced_id": parsed.bounced_message_id,
        "bounced_to": list(parsed.bounced_recipients),
        "bounced_marker": parsed.bounced_marker,
        "bounced_words": list(parsed.bounced_words),
        "bounce_passes": parsed.bounce_passes,
        "attachments": list(parsed.attachments[:20]),
        "list_id": parsed.list_id,
        "size": parsed.size or None,
        "asked": {name: value for name, value in parsed.headers.items() if value and name not in _SAID_ELSEWHERE},
        "thanks": not parsed.attachments and is_only_thanks(parsed.reply_text, [parsed.sender_name]),
    }
    return {key: value for key, value in facts.items() if value}


def _touches_ours(mailbox: MailboxRow, known: Sequence[MessageRow], moved: Moves) -> bool:
    """Whether labels changed that decide which of ours the thread carries; reading mail changes labels all day long."""
    matter = {*mailbox.label_ids.values(), *correspondence.AWAY}
    before = {row.gmail_id: row.labels for row in known}
    return any((before.get(key, now) ^ now) & matter for key, now in moved.labels.items())


def _events(
    conn: Connection,
    mailbox: MailboxRow,
    news: ThreadNews,
    fresh: Sequence[MessageRow],
    rows: Sequence[MessageRow],
    staff: Staff,
    moved: Moves,
    now: datetime,
) -> list[Event]:
    bounced = [row.headers["bounced_id"] for row in rows if row.headers.get("bounced_id")]
    named = messages.by_rfc_id(conn, mailbox.id, bounced) if bounced else {}
    sources = {rfc_id: correspondence.source(row) for rfc_id, row in named.items()}
    said = (
        correspondence.event(row, staff, sources, restored_at=now if row.gmail_id in moved.restored else None)
        for row in rows
    )
    events = [our_mail.of_its_own(conn, mailbox, rows, event) for event in said if event is not None]
    events.extend(our_mail.told_customers(conn, mailbox, rows))
    if news.dug_up:
        events.extend(first_sight(rows, now))
    elif news.connected_at is not None and len(rows) == len(fresh):
        events.extend(first_sight(rows, news.connected_at))
    events.extend(Event(move.kind, move.happened_at(news.asked_at or now), move.source) for move in moved.thread)
    return events


def settle_thread(
    conn: Connection,
    mailbox: MailboxRow,
    thread_id: str,
    rows: Sequence[MessageRow],
    events: Sequence[Event],
    staff: Staff,
    now: datetime,
    *,
    relabel: bool = False,
) -> Decision | None:
    """Settle the thread's ticket with `events`, making it if this is the first time somebody wrote in it."""
    ticket = tickets.by_thread(conn, mailbox.id, thread_id)
    if ticket is None and (not correspondence.makes_a_ticket(rows, events) or our_mail.began(conn, mailbox, thread_id)):
        return None
    header = correspondence.header(rows, staff)
    if ticket is None:
        begins = ruling.first(conn, mailbox, rows, staff, header["requester"])
        ticket = tickets.create(
            conn,
            mailbox_id=mailbox.id,
            thread_id=thread_id,
            policy_id=begins.policy_id,
            **header,
            opened_at=rows[0].internal_at,
        )
        events = [*events, *begins.events]
    return settle.settle_in(conn, ticket, mailbox, events, now, relabel=relabel, facts=header)


def _tell_elsewhere(
    conn: Connection,
    mailbox: MailboxRow,
    fresh: Sequence[MessageRow],
    events: Sequence[Event],
    staff: Staff,
    now: datetime,
) -> None:
    """A bounce that arrived in a thread of its own, and a staff answer to one of our mails, belong to another ticket."""
    by_source = {event.source: event for event in events}
    for row in fresh:
        event = by_source.get(correspondence.source(row))
        if event is not None and event.kind is Kind.BOUNCED:
            our_mail.tell_bounce(conn, mailbox, row, event, now)
    our_mail.tell_notes(conn, mailbox, fresh, staff, now)
    our_mail.propose_absence(conn, mailbox, fresh, staff, now)
