"""What the side panel shows of an open thread, of a ticket, and at home: only what is in the mailboxes of whoever looks.

Nothing here writes. Opening a thread that no mailbox knows by its ids may cost one call to Gmail, once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection

from inboxsla.errors import InboxSLAError, Missing, TryLater
from inboxsla.gmail.peeking import Peeked
from inboxsla.remembering import Lru
from inboxsla.services import viewers
from inboxsla.services.panel_looks import Looks, opened
from inboxsla.services.panel_views import NoTicket, Opened
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.speech import BabelSpeech
from inboxsla.storage import mailboxes, panel
from inboxsla.storage.panel import Found

log = structlog.get_logger()
_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Memory:
    """What one process has worked out: how tickets stand, and what Gmail said about messages, by reader and message."""

    looks: Looks = field(default_factory=Looks)
    peeked: Lru[tuple[str, str], Peeked] = field(default_factory=lambda: Lru(_REMEMBERED))


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread as Gmail's event names it: ids in hexadecimal, empty where only an alias is known.

    `asked` is what Gmail can be asked about its message, id or alias; `recipients` are those of the message that is open.
    `peek` asks Gmail; None where it was not allowed.
    """

    thread_id: str
    message_id: str
    asked: str = ""
    recipients: frozenset[str] = frozenset()
    peek: Callable[[str], Peeked] | None = None


def arrive(ports: Ports, address: str, message_id: str, thread_id: str) -> tuple[Viewer | None, Found | None]:
    """Who has this verified address, and the thread of the message they have open, as far as its ids are known.

    By message and thread together: an id of a personal mailbox may by chance be one of ours as well.
    """
    memberships, found = panel.arriving(ports.db, address, message_id, thread_id)
    return viewers.of(address, memberships), found


def shown(
    ports: Ports, memory: Memory, viewer: Viewer, found: Found, say: BabelSpeech, *, behind: bool = False
) -> Opened | NoTicket:
    """What `arrive` found, worked out."""
    with ports.db.read() as conn:
        return _shown(conn, ports, memory, viewer, found, say, ports.now(), behind=behind)


def open_thread(ports: Ports, memory: Memory, viewer: Viewer, thread: Thread, say: BabelSpeech) -> Opened | NoTicket:
    """The ticket of an open thread that `arrive` did not find, or why there is none to show."""
    now = ports.now()
    peeked = _peeked(memory, viewer, thread)
    with ports.db.read() as conn:
        known = panel.by_rfc_ids(conn, viewer.roles.keys(), [peeked.rfc_id]) if peeked and peeked.rfc_id else None
        found = known or _behind(conn, viewer, thread, peeked)
        if found is not None:
            shown = _shown(conn, ports, memory, viewer, found, say, now, behind=known is None)
            unread = [found.box.id] if known is None else []
        else:
            shown, unread = _nowhere(conn, viewer, thread.recipients | (peeked.recipients if peeked else frozenset()))
    _ring(ports, unread)
    return shown


def _behind(conn: Connection, viewer: Viewer, thread: Thread, peeked: Peeked | None) -> Found | None:
    """A thread we know whose open message we do not: the mail is new."""
    boxes = viewer.roles.keys()
    if peeked is not None and (found := panel.by_rfc_ids(conn, boxes, peeked.answers)):
        return found
    thread_id = peeked.thread_id if peeked is not None else thread.thread_id
    found = panel.by_thread(conn, boxes, thread_id) if thread_id else None
    # Elsewhere than in the mailbox's own account that may be another thread with the same id.
    return found if found is not None and found.box.address == viewer.address else None


def open_ticket(ports: Ports, memory: Memory, viewer: Viewer, ticket_id: int, say: BabelSpeech) -> Opened:
    """Raises Missing for a ticket that is gone, or in no mailbox of theirs."""
    with ports.db.read() as conn:
        found = panel.by_ticket(conn, viewer.roles.keys(), ticket_id) if 0 < ticket_id < 2**31 else None
        if found is None:
            raise Missing("This ticket is gone, or in a mailbox that is not yours.")
        shown = _shown(conn, ports, memory, viewer, found, say, ports.now())
    assert isinstance(shown, Opened), "a ticket that was found is one"
    return shown


def _shown(
    conn: Connection,
    ports: Ports,
    memory: Memory,
    viewer: Viewer,
    found: Found,
    say: BabelSpeech,
    now: datetime,
    *,
    behind: bool = False,
) -> Opened | NoTicket:
    if found.ticket_id is None:
        return NoTicket("kept", found.box.address, found.thread_id)
    return opened(conn, ports, memory.looks, viewer, found, say, now, behind=behind)


def _peeked(memory: Memory, viewer: Viewer, thread: Thread) -> Peeked | None:
    key = (viewer.address, thread.asked)
    known = memory.peeked.get(key)
    if known is not None or thread.peek is None or not thread.asked:
        return known
    try:
        found = thread.peek(thread.asked)
    except InboxSLAError as refused:
        log.info("message not looked up", reason=str(refused), kind=type(refused).__name__)
        return None
    memory.peeked.put(key, found)
    return found


def _nowhere(conn: Connection, viewer: Viewer, recipients: frozenset[str]) -> tuple[NoTicket, list[int]]:
    """Why an unknown thread is unknown, and which mailboxes to read because of it."""
    mine = [box for box in mailboxes.every(conn) if box.kind == "gmail" and viewer.may_see(box.id)]
    addressed = [box for box in mine if box.own_addresses & recipients]
    here = addressed or [box for box in mine if viewer.is_mailbox and box.address == viewer.address]
    addresses = tuple(box.address for box in mine)
    if not here:
        return NoTicket("elsewhere", mailboxes=addresses), []
    box = here[0]
    if box.access_lost_at is not None or box.sync_error:
        return NoTicket("unreadable", box.address, mailboxes=addresses, trouble=box.sync_error or ""), []
    return NoTicket("syncing", box.address, mailboxes=addresses), [each.id for each in here]


def _ring(ports: Ports, box_ids: list[int]) -> None:
    if not box_ids:
        return
    # A lost ring costs seconds: it is read at the next poll anyway.
    with suppress(TryLater):
        ports.bell.ring("sync", box_ids)
