"""Bring one mailbox up to date: read from the cursor, take in every thread, and only then move the cursor."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from inboxsla.errors import AccessLost, Gone, HistoryExpired, InboxSLAError, TryLater
from inboxsla.gmail.port import Change, GmailMessage, Mailbox
from inboxsla.services.ingest import ThreadNews, take_in
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes, mailboxes, messages, records
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# Longer than any single Gmail call, so that only a dead worker's lease runs out; renewed after each thread.
LEASE = timedelta(minutes=3)
_ROUNDS = 5


@dataclass(slots=True)
class Synced:
    """What one sync did, for the bell and for logs."""

    threads: int = 0
    wants_owner: bool = False
    kept_aside: int = 0
    skipped: str = ""
    ticket_threads: set[str] = field(default_factory=set)


def sync(ports: Ports, mailbox_id: int) -> Synced:
    """Read what is new in one mailbox. One sync at a time per mailbox; a second caller returns at once.

    Trouble with Gmail ends up in the mailbox's own state, where pages and the next attempt find it.
    """
    holder = secrets.token_hex(8)
    now = ports.now()
    with ports.db.write() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
        if reason := _not_now(mailbox, now):
            return Synced(skipped=reason)
        if not mailboxes.lease_sync(conn, mailbox_id, holder, now, now + LEASE):
            return Synced(skipped="another sync is at it")
    done = Synced()
    try:
        _read_all(ports, mailbox, holder, done)
    except TryLater as later:
        _trouble(ports, mailbox_id, str(later), retry_after=ports.now() + later.wait)
    except AccessLost as lost:
        _access_lost(ports, mailbox, str(lost))
    finally:
        with ports.db.write() as conn:
            mailboxes.release_sync(conn, mailbox_id, holder)
    return done


def _not_now(mailbox: MailboxRow, now: datetime) -> str:
    if mailbox.kind != "gmail":
        return "an imported file does not change"
    if mailbox.access_lost_at is not None:
        return "access was lost"
    if mailbox.retry_after is not None and mailbox.retry_after > now:
        return "Gmail asked us to wait"
    return ""


def _read_all(ports: Ports, mailbox: MailboxRow, holder: str, done: Synced) -> None:
    """History until it shows nothing new, so that what arrives while we read is not left for the next bell."""
    gmail = ports.mailbox(mailbox.address)
    for _ in range(_ROUNDS):
        begun = ports.now()
        try:
            if mailbox.history_id is None:
                cursor, found = _list(ports, gmail, mailbox, holder, done), True
            else:
                cursor, found = _history(ports, gmail, mailbox, holder, done)
        except HistoryExpired:
            log.info("history expired, listing again", mailbox=mailbox.id)
            cursor, found = _list(ports, gmail, mailbox, holder, done), True
        with ports.db.write() as conn:
            mailboxes.move_cursor(conn, mailbox.id, mailbox.history_id, cursor)
            fine = {"last_sync_begun_at": begun, "last_sync_at": ports.now(), "sync_error": None, "retry_after": None}
            mailboxes.change(conn, mailbox.id, **fine)
            envelopes.retry_after_search(conn, mailbox.id, begun)
            mailbox = mailboxes.get(conn, mailbox.id)
        if not found:
            return


def _history(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, holder: str, done: Synced) -> tuple[str, bool]:
    """Everything since the cursor, thread by thread in order of appearance; the cursor to move to, and whether there was news."""
    assert mailbox.history_id is not None
    changes: list[Change] = []
    page = gmail.history(mailbox.history_id)
    changes.extend(page.changes)
    while page.next_page_token:
        page = gmail.history(mailbox.history_id, page.next_page_token)
        changes.extend(page.changes)
    by_thread: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_thread[change.thread_id].append(change)
    for thread_id, lines in by_thread.items():
        news = _fetch(ports, gmail, mailbox, thread_id, lines)
        _take(ports, mailbox, holder, news, done)
    return page.history_id, bool(changes)


def _fetch(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, thread_id: str, lines: Sequence[Change]) -> ThreadNews:
    """The messages the lines speak of that we do not have: one by one, or the whole thread where that costs less."""
    named = [line.message_id for line in lines if line.kind == "added" and "DRAFT" not in (line.label_ids or ())]
    with ports.db.read() as conn:
        have = messages.known(conn, mailbox.id, [line.message_id for line in lines])
        thread_known = bool(messages.known_threads(conn, mailbox.id, [thread_id]))
    # A sent draft may keep its id: then only a label line tells that it is a message now.
    sent = [line.message_id for line in lines if line.kind == "labels_added" and "SENT" in (line.label_ids or ())]
    missing = [key for key in dict.fromkeys([*named, *sent]) if key not in have]
    arrivals: tuple[GmailMessage, ...] = ()
    if missing and (not thread_known or len(missing) > 2):
        arrivals = _whole(gmail, thread_id)
    elif missing:
        arrivals = tuple(_each(gmail, missing))
    return ThreadNews(thread_id, arrivals, tuple(lines))


def _whole(gmail: Mailbox, thread_id: str) -> tuple[GmailMessage, ...]:
    try:
        return gmail.thread(thread_id).messages
    except Gone:
        return ()


def _each(gmail: Mailbox, message_ids: Sequence[str]) -> Iterator[GmailMessage]:
    for message_id in message_ids:
        try:
            yield gmail.message(message_id)
        except Gone:
            # Deleted between the history line and now; its own history line follows.
            log.info("message gone before it was read", message=message_id)


def _list(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, holder: str, done: Synced) -> str:
    """Every thread of the window, newest first. The cursor is taken before the listing, so that nothing falls between."""
    cursor = gmail.profile().history_id
    days = max(1, ports.settings.sync.first_window.days)
    token: str | None = None
    while True:
        page = gmail.threads(f"newer_than:{days}d", token)
        for thread_id in page.thread_ids:
            try:
                thread = gmail.thread(thread_id)
            except Gone:
                continue
            snapshot = {message.id: message.label_ids for message in thread.messages}
            first = mailbox.history_id is None
            news = ThreadNews(thread_id, thread.messages, (), None if first else snapshot, thread.history_id, first)
            _take(ports, mailbox, holder, news, done)
        token = page.next_page_token
        if not token:
            return cursor


def _take(ports: Ports, mailbox: MailboxRow, holder: str, news: ThreadNews, done: Synced) -> None:
    done.threads += 1
    try:
        decision = take_in(ports, mailbox.id, news)
    except InboxSLAError:
        raise
    except Exception as error:
        # One thread that cannot be processed must not stop the mailbox; it is kept aside, with its reason, and shown.
        log.exception("thread kept aside", mailbox=mailbox.id, thread=news.thread_id)
        done.kept_aside += 1
        with ports.db.write() as conn:
            reason = f"InboxSLA could not work out this thread ({type(error).__name__})."
            records.keep_aside(conn, mailbox.id, f"thread {news.thread_id}", reason, ports.now())
        return
    if decision is not None:
        done.wants_owner = done.wants_owner or decision.wants_owner
        done.ticket_threads.add(news.thread_id)
    if done.threads % 20 == 0:
        now = ports.now()
        with ports.db.write() as conn:
            if not mailboxes.lease_sync(conn, mailbox.id, holder, now, now + LEASE):
                raise TryLater("Another worker took over this mailbox.", timedelta(seconds=1))


def _trouble(ports: Ports, mailbox_id: int, words: str, *, retry_after: datetime) -> None:
    log.warning("sync put off", mailbox=mailbox_id, retry_after=retry_after.isoformat())
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox_id, sync_error=words, retry_after=retry_after)


def _access_lost(ports: Ports, mailbox: MailboxRow, words: str) -> None:
    now = ports.now()
    log.error("access lost", mailbox=mailbox.id)
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, sync_error=words, access_lost_at=now)
        sentence = f"Gmail no longer lets us into {mailbox.address}: {words} Nothing is read or sent until it is connected again."
        records.alarm(conn, f"access/{mailbox.id}", sentence, now, mailbox.id)
