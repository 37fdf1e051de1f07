"""Everything kept about one mailbox's tickets, as JSON lines: one ticket a line, with its events and messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from inboxsla.domain.timeline import Event
from inboxsla.errors import Refused
from inboxsla.services.ports import Ports
from inboxsla.storage import events, mailboxes, messages, notes, tickets
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.notes import NoteRow
from inboxsla.storage.tickets import TicketRow

_PAGE = 200


def lines(ports: Ports, address: str) -> Iterator[str]:
    """One JSON object a line, oldest ticket first; instants in ISO 8601, UTC. Raises Refused for a mailbox nobody knows."""
    with ports.db.read() as conn:
        box = mailboxes.by_address(conn, "gmail", address)
        if box is None:
            raise Refused(f"No mailbox {address} is known here.")
        ids = tickets.ids_of(conn, box.id)
    for start in range(0, len(ids), _PAGE):
        some = ids[start : start + _PAGE]
        with ports.db.read() as conn:
            rows = [tickets.load(conn, ticket_id) for ticket_id in some]
            timelines = events.timelines(conn, some)
            kept = messages.of_threads(conn, box.id, [row.thread_id for row in rows])
            noted = notes.of_tickets(conn, some)
        for row in rows:
            thread, own = kept.get(row.thread_id, []), noted.get(row.id, [])
            yield json.dumps(_ticket(row, timelines.get(row.id, []), thread, own), ensure_ascii=False)


def _ticket(row: TicketRow, timeline: list[Event], thread: list[MessageRow], own: list[NoteRow]) -> dict[str, Any]:
    return {
        "ticket": row.id,
        "thread_id": row.thread_id,
        "subject": row.subject,
        "requester": row.requester,
        "requester_name": row.requester_name,
        "owner": row.owner,
        "status": row.status,
        "priority": row.priority,
        "opened_at": _said(row.opened_at),
        "events": [
            {
                "kind": event.kind.value,
                "happened_at": _said(event.happened_at),
                "actor": event.actor,
                "source": event.source,
                "data": dict(event.data),
            }
            for event in timeline
        ],
        "notes": [
            {"id": note.id, "author": note.author, "written_at": _said(note.written_at), "text": note.text}
            for note in own
        ],
        "messages": [
            {
                "id": message.gmail_id,
                "message_id": message.rfc_id,
                "kind": message.kind,
                "received_at": _said(message.internal_at),
                "from": message.sender,
                "from_name": message.sender_name,
                "to": list(message.recipients),
                "subject": message.subject,
                "excerpt": message.excerpt,
            }
            for message in thread
        ],
    }


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
