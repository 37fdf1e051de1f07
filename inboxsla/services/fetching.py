"""What history lines speak of, asked of Gmail: as little as tells what happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import structlog

from inboxsla.errors import Gone
from inboxsla.gmail.costs import cheaper
from inboxsla.gmail.port import Change, GmailMessage, GmailThread, Mailbox
from inboxsla.services import asked_by_label
from inboxsla.services.correspondence import AWAY
from inboxsla.services.folders import INBOX
from inboxsla.services.ingest import ThreadNews
from inboxsla.storage import mailboxes, messages, recognising
from inboxsla.storage.database import Database

log = structlog.get_logger()


def by_thread(db: Database, gmail: Mailbox, mailbox_id: int, changes: Sequence[Change]) -> dict[str, list[Change]]:
    """Lines by thread. Gmail may leave the thread out of a line; then the message says which it is."""
    asks = _asks(db, mailbox_id)
    nameless = {change.message_id for change in changes if not change.thread_id}
    threads = {change.message_id: change.thread_id for change in changes if change.thread_id}
    if nameless:
        with db.read() as conn:
            threads |= messages.known(conn, mailbox_id, sorted(nameless))
    found: dict[str, list[Change]] = {}
    for change in changes:
        if change.message_id not in threads and _brings_mail(change, asks):
            threads |= {each.id: each.thread_id for each in _each(gmail, [change.message_id])}
        if thread_id := threads.get(change.message_id):
            found.setdefault(thread_id, []).append(change)
    return found


def _asks(db: Database, mailbox_id: int) -> frozenset[str]:
    """The labels by which people ask for something; only a live mailbox answers."""
    with db.read() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
    return frozenset(asked_by_label.watched(mailbox)) if mailbox.is_live else frozenset()


def _brings_mail(line: Change, asks: frozenset[str]) -> bool:
    """Whether a line may be the first that tells of a message that counts.

    Besides arrivals: a draft that was sent may keep its id, and mail from before our time may leave Spam or the archive, or
    have something asked for by a label.
    """
    named = line.label_ids or frozenset()
    if line.kind == "added":
        return not named & {"DRAFT", "CHAT"}
    if line.kind == "labels_added":
        return bool(named & {"SENT", INBOX, *asks})
    return line.kind == "labels_removed" and bool(named & AWAY)


def fetch(db: Database, gmail: Mailbox, mailbox_id: int, thread_id: str, lines: Sequence[Change]) -> ThreadNews | None:
    """What the lines tell of a thread; None if that is only that we wrote to staff.

    Messages that we do not have are asked for one by one, or as a whole thread where that costs less. Mails of ours are not
    read back: Gmail's answer to the send named them. Whoever answers one brings the thread.
    Of a thread we do not know the rest is needed too, unless it has just begun: Gmail names a thread after its first message.
    """
    asks = _asks(db, mailbox_id)
    named = dict.fromkeys(line.message_id for line in lines if _brings_mail(line, asks))
    with db.read() as conn:
        ours = recognising.known_as_sent(conn, mailbox_id, list(named))
        have = {*messages.known(conn, mailbox_id, list(named)), *ours}
        thread_known = bool(messages.known_threads(conn, mailbox_id, [thread_id]))
    if not thread_known and all(line.kind == "added" and line.message_id in ours for line in lines):
        return None
    missing = [key for key in named if key not in have]
    begins = any(line.kind == "added" and line.message_id == thread_id for line in lines)
    arrivals: tuple[GmailMessage, ...] = ()
    if missing and cheaper(len(missing), rest_wanted=not thread_known and not begins) == "threads.get":
        arrivals = whole(gmail, thread_id).messages
    elif missing:
        arrivals = tuple(_each(gmail, missing))
    dug_up = not thread_known and not any(_brings_mail(line, frozenset()) for line in lines)
    return ThreadNews(thread_id, arrivals, tuple(lines), dug_up=dug_up)


def whole(gmail: Mailbox, thread_id: str) -> GmailThread:
    """The thread; without messages if Gmail has it no more."""
    try:
        return gmail.thread(thread_id)
    except Gone:
        return GmailThread(thread_id, "gone")


def _each(gmail: Mailbox, message_ids: Iterable[str]) -> Iterator[GmailMessage]:
    for message_id in message_ids:
        try:
            yield gmail.message(message_id)
        except Gone:
            # Deleted between the history line and now; its own history line follows.
            log.info("message gone before it was read", message=message_id)
