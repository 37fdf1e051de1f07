"""Mails of ours as the mailbox shows them again: gone out, come back undelivered, or answered by whoever got them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.domain.duty import is_absent
from inboxsla.domain.timeline import Event, Kind
from inboxsla.gmail.bounces import MARKER
from inboxsla.gmail.message import rfc_id_of
from inboxsla.gmail.port import GmailMessage
from inboxsla.notify.notice import Told
from inboxsla.services import correspondence, reaching, settle
from inboxsla.services.correspondence import Staff
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes, events, messages, notes, outbox, people, recognising, records, tickets
from inboxsla.storage.envelopes import STAFF, Envelope
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

# A server gives up on a mail after five days at most (RFC 5321); whom it did not reach then got our last one before that.
_TRIED_FOR = timedelta(days=5)
# Whoever reads old mail for the first time tells nobody about it.
_STILL_NEWS = _A_DAY = timedelta(days=1)
_MOST_NAMED = 3


def recognise(ports: Ports, arrivals: Iterable[GmailMessage]) -> None:
    """A mail of ours seen in the mailbox proves that it was sent, whatever its sender could not tell.

    Looked at before anything that may fail on a message, because a mail that is overlooked here goes out a second time.
    """
    found = {_marker(message): message for message in arrivals if "SENT" in message.label_ids}
    found.pop("", None)
    if not found:
        return
    now = ports.now()
    with ports.db.write() as conn:
        for marker, message in found.items():
            envelope = recognising.by_marker(conn, marker)
            if envelope is None:
                continue
            if envelopes.sent(conn, envelope.id, message.id, message.thread_id, now):
                outbox.delivered(conn, envelope.id, now, "done", "found in the mailbox")
            if envelope.rfc_id is None:
                envelopes.learn(conn, envelope.id, message.thread_id, rfc_id_of(message.payload))


def _marker(message: GmailMessage) -> str:
    named = (h for h in message.payload.get("headers") or () if str(h.get("name", "")).lower() == MARKER)
    return next((str(header.get("value", "")).strip() for header in named), "")


def began(conn: Connection, mailbox: MailboxRow, thread_id: str) -> bool:
    """Whether a thread is a conversation about mails of ours: what is written in it is no customer's."""
    return bool(recognising.of_thread(conn, mailbox.id, thread_id))


def tell_bounce(conn: Connection, mailbox: MailboxRow, row: MessageRow, event: Event, now: datetime) -> None:
    """A bounce belongs to the mail it returns: one of a ticket, whose reply did not arrive, or one of ours."""
    original = messages.by_rfc_id(conn, mailbox.id, [row.headers.get("bounced_id", "")]).values()
    theirs = next((each for each in original if each.kind != "ours"), None)
    envelope = None
    if theirs is None:
        envelope = _returned(conn, mailbox, row, [each.headers.get("marker", "") for each in original])
    if theirs is None and envelope is None:
        theirs = _newest_answer(conn, mailbox, row)
    if theirs is not None and theirs.thread_id != row.thread_id:
        ticket = tickets.by_thread(conn, mailbox.id, theirs.thread_id)
        if ticket is not None:
            named = replace(event, data={**event.data, "of": correspondence.source(theirs)})
            settle.settle_in(conn, ticket, mailbox, [named], now)
    if envelope is None:
        return
    # A stranger may write a bounce that names anybody, and as many as they like.
    whom = ", ".join(row.headers.get("bounced_to", ())[:_MOST_NAMED]) or envelope.recipient
    is_notice = envelope.kind != STAFF
    # Alarms outlive what is kept of customers.
    called = "the customer" if is_notice else whom
    envelopes.came_back(conn, envelope.id, f"It came back: {called} could not be reached.")
    about = outbox.tickets_of(conn, [envelope.id]).get(envelope.id, ())
    numbers = f" about ticket {', '.join(map(str, about))}" if about else ""
    words = f"A mail from InboxSLA to {whom}{numbers} came back. Check the address on the people list."
    if is_notice:
        words = f"A notice to the customer{numbers} came back: they were not told. Try to reach them another way."
    key = f"bounce/{envelope.id}"
    # Once it is somebody else's to tell, the first bounce said more than the next.
    if about or records.alarm_since(conn, key) is None:
        records.alarm(conn, key, words, now, mailbox.id)
    if not is_notice and not row.headers.get("bounce_passes"):
        reaching.lost(conn, envelope, words, now)


def _newest_answer(conn: Connection, mailbox: MailboxRow, row: MessageRow) -> MessageRow | None:
    """For a bounce that says nothing but whom it did not reach: what was sent to them last."""
    whom = frozenset(map(str, row.headers.get("bounced_to", ())))
    if not whom or tickets.by_thread(conn, mailbox.id, row.thread_id) is not None:
        return None
    return messages.newest_sent_to(conn, mailbox.id, whom, (row.internal_at - _TRIED_FOR, row.internal_at))


def _returned(conn: Connection, mailbox: MailboxRow, row: MessageRow, markers: Iterable[str]) -> Envelope | None:
    """Which mail of ours came back, by whatever the bounce still has of it: marker, Message-ID, thread, text, or only whom to."""
    bounced_id = str(row.headers.get("bounced_id", ""))
    # Servers that leave a Message-ID alone return the one that we gave, which begins with the marker.
    said = [row.headers.get("bounced_marker", ""), *markers, bounced_id.partition("@")[0]]
    said.extend(row.headers.get("bounced_words", ()))
    for marker in filter(None, said):
        if (found := recognising.by_marker(conn, marker)) is not None and found.mailbox_id == mailbox.id:
            return found
    if found := recognising.by_rfc_id(conn, mailbox.id, bounced_id):
        return found
    whom = [str(each) for each in row.headers.get("bounced_to", ())]
    in_thread = recognising.of_thread(conn, mailbox.id, row.thread_id)
    if in_thread:
        return next((each for each in in_thread if each.recipient in whom), in_thread[0])
    if tickets.by_thread(conn, mailbox.id, row.thread_id) is not None:
        return None
    since = row.internal_at - _TRIED_FOR
    sent = (recognising.newest_to(conn, mailbox.id, address, since) for address in whom)
    return next((each for each in sent if each is not None), None)


def tell_notes(conn: Connection, mailbox: MailboxRow, fresh: Sequence[MessageRow], staff: Staff, now: datetime) -> None:
    """Staff answered a mail of ours: a note on its tickets. The customer did not get it, which they are told."""
    for row in fresh:
        if row.kind != "human":
            continue
        envelope = _answered(conn, mailbox, row) or _answered_apart(conn, mailbox, row, staff)
        if envelope is None:
            continue
        author, source = staff.author(row), correspondence.source(row)
        for ticket_id in outbox.tickets_of(conn, [envelope.id]).get(envelope.id, ()):
            data = _noted(conn, ticket_id, author, row, source, now)
            note = Event(Kind.NOTED, row.internal_at, source, author, data)
            settle.settle_in(conn, tickets.load(conn, ticket_id), mailbox, [note], now)
            if note.actor is not None and row.internal_at > now - _STILL_NEWS:
                # Once a day: should a machine be at the other end that we take for a person, it gets no more than that.
                key = f"answered/{note.actor}/{now:%Y-%m-%d}"
                data = {"recipient": note.actor, "percent": 0}
                act = (key, Told.TELL_NOT_SENT.value, "person", data)
                outbox.put(conn, mailbox.id, ticket_id, [act], now)


def _noted(
    conn: Connection, ticket_id: int, author: str | None, row: MessageRow, source: str, now: datetime
) -> dict[str, object]:
    """Keep what was answered as the note that the answer is, so that the others on the ticket can read it."""
    text = row.excerpt.strip()
    if not text or any(event.source == source for event in events.timeline(conn, ticket_id)):
        return {"where": "mail"}
    return {"where": "mail", "note": notes.add(conn, ticket_id, author, text, now)}


def propose_absence(
    conn: Connection, mailbox: MailboxRow, fresh: Sequence[MessageRow], staff: Staff, now: datetime
) -> None:
    """The out-of-office of a staff member answered a mail of ours: they are asked whether they are away, at most once a day.

    When they are back is not guessed from what it says.
    """
    for row in fresh:
        if row.kind != "auto_reply" or row.internal_at <= now - _STILL_NEWS:
            continue
        author = staff.author(row)
        envelope = None if author is None else _answered(conn, mailbox, row) or _repeated(conn, mailbox, row)
        if author is None or envelope is None or _is_known_away(conn, mailbox, author, now):
            continue
        asked = outbox.count_handed(conn, mailbox.id, Told.PROPOSE_ABSENCE, now - _A_DAY)
        about = outbox.tickets_of(conn, [envelope.id]).get(envelope.id, ())
        if about and not asked[author]:
            act = (f"away/{row.gmail_id}", Told.PROPOSE_ABSENCE.value, "person", {"recipient": author, "percent": 0})
            outbox.put(conn, mailbox.id, about[0], [act], now)


def _answered_apart(conn: Connection, mailbox: MailboxRow, row: MessageRow, staff: Staff) -> Envelope | None:
    """For an answer of somebody on the list that Gmail puts into no thread of ours, as for an “Antwort:” that it does not know."""
    answers = row.headers.get("in_reply_to") and row.sender in staff.people
    return _repeated(conn, mailbox, row) if answers else None


def _repeated(conn: Connection, mailbox: MailboxRow, row: MessageRow) -> Envelope | None:
    """For "Automatic reply: …", which Gmail puts into no thread of ours: the newest mail to its sender, if it is about that."""
    newest = recognising.newest_to(conn, mailbox.id, row.sender, row.internal_at - _TRIED_FOR)
    return newest if newest is not None and row.subject.endswith(newest.subject) else None


def _is_known_away(conn: Connection, mailbox: MailboxRow, address: str, now: datetime) -> bool:
    return any(person.address == address and is_absent(person, now) for person in people.of_mailbox(conn, mailbox.id))


def told_customers(conn: Connection, mailbox: MailboxRow, rows: Iterable[MessageRow]) -> list[Event]:
    """Notices of ours that stand in a customer's thread: what the customer was told, and when."""
    told = []
    for row in rows:
        marker = str(row.headers.get("marker", "")) if row.kind == "ours" and "SENT" in row.labels else ""
        envelope = recognising.by_marker(conn, marker) if marker else None
        if envelope is None or envelope.kind == STAFF or envelope.mailbox_id != mailbox.id:
            continue
        for act in outbox.carried_by(conn, envelope.id)[:1]:
            data = {"what": envelope.kind, "promise": act.data["promise"], "reason": act.data.get("reason", "")}
            told.append(Event(Kind.CUSTOMER_TOLD, row.internal_at, correspondence.source(row), data=data))
    return told


def of_its_own(conn: Connection, mailbox: MailboxRow, rows: Iterable[MessageRow], event: Event) -> Event:
    """A bounce of a notice says nothing about what the team wrote: it names the notice, whatever it leaves out."""
    if event.kind is not Kind.BOUNCED:
        return event
    row = next(each for each in rows if correspondence.source(each) == event.source)
    original = messages.by_rfc_id(conn, mailbox.id, [str(row.headers.get("bounced_id", ""))]).values()
    if any(each.kind != "ours" for each in original):
        return event
    envelope = _returned(conn, mailbox, row, [str(each.headers.get("marker", "")) for each in original])
    if envelope is None or envelope.kind == STAFF:
        return event
    return replace(event, data={**event.data, "of": f"notice:{envelope.id}"})


def _answered(conn: Connection, mailbox: MailboxRow, row: MessageRow) -> Envelope | None:
    """The mail to staff that a message answers; what answers a notice is part of the customer's conversation."""
    found = _answered_mail(conn, mailbox, row)
    return found if found is not None and found.kind == STAFF else None


def _answered_mail(conn: Connection, mailbox: MailboxRow, row: MessageRow) -> Envelope | None:
    in_reply_to = str(row.headers.get("in_reply_to", ""))
    original = messages.by_rfc_id(conn, mailbox.id, [in_reply_to]).get(in_reply_to) if in_reply_to else None
    if original is not None and original.kind != "ours":
        return None
    marker = original.headers.get("marker", "") if original is not None else ""
    return (
        (recognising.by_marker(conn, marker) if marker else None)
        or (recognising.by_rfc_id(conn, mailbox.id, in_reply_to) if in_reply_to else None)
        or next(iter(recognising.of_thread(conn, mailbox.id, row.thread_id)), None)
    )
