"""Mails of ours that follow one another: to one person about one ticket they are one conversation, in Gmail and everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from inboxsla.errors import Gone, Refused, TryLater
from inboxsla.gmail.message import rfc_id_of
from inboxsla.gmail.port import Mailbox
from inboxsla.notify.headers import answering
from inboxsla.notify.notice import Item, Told
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes
from inboxsla.storage.envelopes import Envelope

log = structlog.get_logger()

# Somebody's first word about a ticket, or of one they need not think of any more, is read for its subject; so is what is no
# reminder, which the subject of the first reminder would hide.
_BEGINS = frozenset({Told.REASSIGNED_TO_YOU, Told.TELL_HANDED_OVER})
_ALONE = frozenset(
    {
        Told.REASSIGNED_FROM_YOU,
        Told.TELL_REFUSED,
        Told.TELL_NOT_SENT,
        Told.TELL_MENTIONED,
        Told.TELL_ESCALATED,
        Told.PROPOSE_ABSENCE,
        Told.WARN_CLOSING,
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail belongs: the one ticket it is about, if others may follow it, and the mail that it follows itself."""

    ticket_id: int | None = None
    first: Envelope | None = None

    @property
    def subject(self) -> str:
        return self.first.subject if self.first else ""


def place(conn: Connection, mailbox_id: int, recipient: str, items: Sequence[Item]) -> Place:
    """A mail about several tickets belongs to the conversation of none of them."""
    if len(items) != 1 or items[0].do in _ALONE:
        return Place()
    ticket_id = items[0].view.id
    if items[0].do in _BEGINS:
        return Place(ticket_id)
    return Place(ticket_id, envelopes.first_about(conn, mailbox_id, ticket_id, recipient))


def addressed(ports: Ports, gmail: Mailbox, envelope: Envelope) -> tuple[bytes, str | None]:
    """What to send, and into which of Gmail's threads; None for one of its own. Raises TryLater, AccessLost.

    The Message-ID that Gmail gave the first mail is read back only here, once, because most mails are never followed.
    """
    raw = envelope.raw.encode("ascii")
    if envelope.kind != envelopes.STAFF:
        return raw, envelope.thread_id
    if envelope.follows is None:
        return raw, None
    with ports.db.read() as conn:
        first = envelopes.get(conn, envelope.follows)
    if first is None or first.gmail_id is None:
        return raw, None
    thread_id, rfc_id = first.thread_id, first.rfc_id
    if thread_id is None or rfc_id is None:
        try:
            thread_id, rfc_id = _read_back(ports, gmail, first, first.gmail_id)
        except TryLater:
            if envelope.tries == 1:
                raise
            # A mail that is late is worse than one that stands alone.
            return raw, None
    return (answering(raw, rfc_id), thread_id) if rfc_id else (raw, None)


def behind(ports: Ports, envelope: Envelope) -> bytes:
    """What to send by a way that knows no threads of Gmail's: an answer to the first mail where its Message-ID is known."""
    raw = envelope.raw.encode("ascii")
    if envelope.follows is None:
        return raw
    with ports.db.read() as conn:
        first = envelopes.get(conn, envelope.follows)
    return answering(raw, first.rfc_id) if first is not None and first.rfc_id else raw


def _read_back(ports: Ports, gmail: Mailbox, first: Envelope, gmail_id: str) -> tuple[str, str]:
    try:
        message = gmail.message(gmail_id)
        thread_id, rfc_id = message.thread_id, rfc_id_of(message.payload)
        answering(b"", rfc_id)
    except (Gone, Refused, ValueError) as lost:
        log.info("mail cannot be followed", envelope=first.id, reason=str(lost))
        thread_id, rfc_id = first.thread_id or "", ""
    with ports.db.write() as conn:
        envelopes.learn(conn, first.id, thread_id, rfc_id)
    return thread_id, rfc_id


def stand_alone(conn: Connection, ports: Ports, envelope: Envelope) -> None:
    """Gmail took nothing, perhaps because the thread is gone: the mail goes out again as the beginning of a new one."""
    if envelope.follows is not None and (first := envelopes.get(conn, envelope.follows)) is not None:
        envelopes.learn(conn, first.id, first.thread_id or "", "")
    envelopes.stand_alone(conn, envelope.id, ports.now())
