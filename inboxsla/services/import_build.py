"""The kept messages of an imported mailbox become tickets, as of its newest message."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from inboxsla.domain.timeline import Event, Kind
from inboxsla.services import correspondence, ingest, ruling, settle
from inboxsla.services.correspondence import Staff
from inboxsla.services.folders import INBOX
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.ruling import First
from inboxsla.services.takeout import ARCHIVED
from inboxsla.storage import events as stored_events
from inboxsla.storage import imported, mailboxes, messages, people, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.schema import tickets as t

_THREADS = 50
_BOUNCES = 200


class Imported(Protocol):
    @property
    def mailbox_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Built:
    """Of the whole mailbox. `threads - tickets` are threads in which nobody outside wrote or was written to.

    `began_at` and `as_of` are the instants of the oldest and the newest message (aware UTC), None for an empty mailbox.
    `policies` are the versions its tickets are judged by ("Default, version 2"); `judged_anew` counts tickets that an earlier
    import had judged by others. `zone` is that of the house.
    """

    threads: int
    tickets: int
    began_at: datetime | None
    as_of: datetime | None
    policies: tuple[str, ...] = ()
    judged_anew: int = 0
    zone: str = "UTC"


def build(ports: Ports, read: Imported, moved: Callable[[int], None]) -> Built:
    """Settle the ticket of every thread of an imported mailbox; `moved` is told how many threads were built since.

    Starting it again changes nothing. A thread that is read differently now (somebody was named as an agent, a list as an own
    one) is told anew from its messages; a ticket whose policy has changed since is judged by what it says now.
    """
    with ports.db.write() as conn:
        span = messages.span(conn, read.mailbox_id)
        if span is None:
            return Built(0, 0, None, None, zone=in_force(conn, ports.settings).zone)
        mailboxes.change(conn, read.mailbox_id, as_of=span[1])
    threads, judged_anew, after = 0, 0, ""
    while True:
        with ports.db.write() as conn:
            found = imported.thread_page(conn, read.mailbox_id, after, _THREADS)
            judged_anew += _build(conn, mailboxes.get(conn, read.mailbox_id), found, ports.now())
        if not found:
            break
        threads, after = threads + len(found), max(found)
        moved(len(found))
    _tell_bounces(ports, read.mailbox_id)
    with ports.db.read() as conn:
        used = [policies.get(conn, each) for each in imported.policies_in_force(conn, read.mailbox_id)]
        names = tuple(f"{each.name}, version {each.version}" for each in used)
        zone = in_force(conn, ports.settings).zone
        return Built(threads, tickets.count(conn, t.c.mailbox_id == read.mailbox_id), *span, names, judged_anew, zone)


def _build(conn: Connection, box: MailboxRow, threads: Mapping[str, Sequence[MessageRow]], now: datetime) -> int:
    """Settle the tickets of these threads. Returns how many were judged otherwise before."""
    staff = Staff.of(box, people.of_mailbox(conn, box.id))
    known = imported.tickets_of(conn, box.id, list(threads))
    told = stored_events.timelines(conn, list(known.values())) if known else {}
    bounced = [row.headers["bounced_id"] for rows in threads.values() for row in rows if row.headers.get("bounced_id")]
    named = messages.by_rfc_id(conn, box.id, bounced) if bounced else {}
    sources = {rfc_id: correspondence.source(row) for rfc_id, row in named.items()}
    judged_anew = 0
    for thread_id, rows in threads.items():
        events = _events(rows, staff, sources)
        ticket_id = known.get(thread_id)
        if ticket_id is not None:
            if not correspondence.makes_a_ticket(rows, events):
                imported.forget_ticket(conn, ticket_id)
                continue
            before = told.get(ticket_id, [])
            if ruling.beginning(rows, staff).erased_at is None:
                begins = ruling.first(conn, box, rows, staff, correspondence.header(rows, staff)["requester"])
                judged_anew += _judge_anew(conn, ticket_id, begins, before)
                if _reads_differently(rows, events, before):
                    imported.forget_events(conn, ticket_id)
                events += begins.events
        ingest.settle_thread(conn, box, thread_id, rows, events, staff, now)
    return judged_anew


def _judge_anew(conn: Connection, ticket_id: int, begins: First, before: Iterable[Event]) -> bool:
    """Hold a ticket to what is promised now: nothing was promised to anybody in a file. False if it is held to it already."""
    ruled = {
        event.source: event
        for event in before
        if event.actor is None and event.kind in imported.JUDGEMENT and event.kind is not Kind.STEP_TAKEN
    }
    ticket = tickets.load(conn, ticket_id)
    if ticket.policy_id == begins.policy_id and ruled == {event.source: event for event in begins.events}:
        return False
    imported.forget_judgement(conn, ticket_id)
    tickets.save(conn, ticket_id, ticket.version, {"policy_id": begins.policy_id})
    return True


def _events(rows: Sequence[MessageRow], staff: Staff, sources: Mapping[str, str]) -> list[Event]:
    said = (correspondence.event(row, staff, sources) for row in rows)
    return [*(event for event in said if event is not None), *_archiving(rows)]


def _archiving(rows: Sequence[MessageRow]) -> list[Event]:
    """A thread that Takeout says was archived counts as solved by its last message: nobody knows when it was."""
    if not any(ARCHIVED in row.labels for row in rows) or any(INBOX in row.labels for row in rows):
        return []
    return [Event(Kind.ARCHIVED, rows[-1].internal_at, _archived(rows))]


def _archived(rows: Sequence[MessageRow]) -> str:
    """Named by the newest message, so that archiving again after a later one is another event."""
    return f"archived:{rows[-1].gmail_id}"


def _reads_differently(rows: Sequence[MessageRow], events: Iterable[Event], told: Iterable[Event]) -> bool:
    """Whether what was told about these very messages is not what they say now. What is new does not count."""
    ours = {correspondence.source(row) for row in rows} | {_archived(rows)}
    now = {event.source: event for event in events}
    return any(event.source in ours and event != now.get(event.source) for event in told)


def _tell_bounces(ports: Ports, mailbox_id: int) -> None:
    """A bounce in a thread of its own belongs to the ticket whose mail it names."""
    after = 0
    while True:
        with ports.db.write() as conn:
            box = mailboxes.get(conn, mailbox_id)
            found = imported.page(conn, mailbox_id, after, _BOUNCES, kind="bounce")
            for _, row in found:
                _tell_bounce(conn, box, row, ports.now())
        if len(found) < _BOUNCES:
            return
        after = found[-1][0]


def _tell_bounce(conn: Connection, box: MailboxRow, row: MessageRow, now: datetime) -> None:
    rfc_id = row.headers.get("bounced_id", "")
    original = messages.by_rfc_id(conn, box.id, [rfc_id]).get(rfc_id) if rfc_id else None
    if original is None or original.thread_id == row.thread_id:
        return
    ticket = tickets.by_thread(conn, box.id, original.thread_id)
    staff = Staff.of(box, ())
    event = correspondence.event(row, staff, {rfc_id: correspondence.source(original)})
    if ticket is not None and event is not None:
        settle.settle_in(conn, ticket, box, [event], now)
