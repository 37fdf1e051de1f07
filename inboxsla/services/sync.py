"""Bring one mailbox up to date: read from the cursor, take in every thread, and only then move the cursor."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from inboxsla.errors import AccessLost, HistoryExpired, TicketMoved, TryLater
from inboxsla.gmail.port import GmailThread, Mailbox
from inboxsla.services import access, blindness, obeying, our_labels, own_addresses
from inboxsla.services.fetching import by_thread, fetch, whole
from inboxsla.services.ingest import ThreadNews, take_in
from inboxsla.services.ports import Ports
from inboxsla.services.stubborn import Asking
from inboxsla.storage import envelopes, mailboxes, messages, records, tickets, watches
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# Longer than any single Gmail call, so that only a dead worker's lease runs out.
LEASE = timedelta(minutes=3)
_RENEW_AFTER = timedelta(seconds=20)
_ROUNDS = 5
_HISTORY_LAGS = timedelta(seconds=15)


@dataclass(slots=True)
class Synced:
    """What one sync did, for the bell and for logs. Of `told` of its `threads` the caller was told while it went on."""

    threads: int = 0
    told: int = 0
    wants_owner: bool = False
    kept_aside: int = 0
    skipped: str = ""
    obeyed: int = 0
    ticket_threads: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Run:
    """One sync of one mailbox, under a lease that is renewed while it goes on."""

    ports: Ports
    gmail: Mailbox
    mailbox: MailboxRow
    holder: str
    done: Synced
    renewed_at: datetime
    asking: Asking
    taken: Callable[[], None]
    labels_asked: bool = False

    @property
    def is_first(self) -> bool:
        """No listing of this mailbox was ever finished; what is known of it comes from one that was broken off."""
        return self.mailbox.last_sync_at is None

    def keep_lease(self) -> None:
        """Raises TryLater if another worker has taken over."""
        now = self.ports.now()
        if now - self.renewed_at < _RENEW_AFTER:
            return
        with self.ports.db.write() as conn:
            if not mailboxes.lease_sync(conn, self.mailbox.id, self.holder, now, now + LEASE):
                raise TryLater("Another worker took over this mailbox.", timedelta(seconds=1))
        self.renewed_at = now


def sync(ports: Ports, mailbox_id: int, taken: Callable[[], None] = lambda: None) -> Synced:
    """Read what is new in one mailbox. One sync at a time per mailbox; a second caller returns at once.

    `taken` is called, and must not raise, whenever news was settled and there may be more: labels need not wait for the rest.

    Trouble with Gmail ends up in the mailbox's own state, where pages and the next attempt find it.
    """
    holder = secrets.token_hex(8)
    now = ports.now()
    with ports.db.write() as conn:
        mailbox = mailboxes.get(conn, mailbox_id)
        if reason := _not_now(mailbox, now):
            return Synced(skipped=reason)
        if not mailboxes.lease_sync(conn, mailbox_id, holder, now, now + LEASE):
            # It may have asked Gmail for the last time already, so it, or the ticker, has to look once more.
            mailboxes.note_ring(conn, mailbox_id, now)
            return Synced(skipped="another sync is at it")
        mailboxes.answer_ring(conn, mailbox_id)
    done = Synced()
    try:
        gmail = ports.mailbox(mailbox.address)
        mailbox = own_addresses.learned(ports, gmail, mailbox)
        _read_all(_Run(ports, gmail, mailbox, holder, done, now, Asking(ports, gmail, mailbox_id), taken))
    except TryLater as later:
        _trouble(ports, mailbox_id, str(later), retry_after=ports.now() + later.wait)
    except AccessLost as lost:
        log.error("access lost", mailbox=mailbox.id)
        access.lost(ports, mailbox, str(lost))
    except Exception as error:
        _broken(ports, mailbox, error)
        raise
    finally:
        with ports.db.write() as conn:
            mailboxes.release_sync(conn, mailbox_id, holder)
    done.obeyed = obeying.obey(ports, mailbox_id)
    return done


def _not_now(mailbox: MailboxRow, now: datetime) -> str:
    if mailbox.kind != "gmail":
        return "an imported file does not change"
    if mailbox.retired_at is not None:
        return "it left the configuration"
    if mailbox.access_lost_at is not None:
        return "access was lost"
    if mailbox.retry_after is not None and mailbox.retry_after > now:
        return "Gmail asked us to wait"
    return ""


def _read_all(run: _Run) -> None:
    """History until it shows nothing new, so that what arrives while we read is not left for the next bell."""
    for nth in range(_ROUNDS):
        begun = run.ports.now()
        cursor, found = _read_once(run)
        with run.ports.db.write() as conn:
            mailboxes.move_cursor(conn, run.mailbox.id, run.mailbox.history_id, cursor)
            fine = {
                "last_sync_begun_at": begun,
                "last_sync_at": run.ports.now(),
                "sync_error": None,
                "retry_after": None,
            }
            mailboxes.change(conn, run.mailbox.id, **fine)
            records.clear_alarms(conn, f"thread/{run.mailbox.id}/")
            records.clear_alarms(conn, f"sync/{run.mailbox.id}/")
            envelopes.retry_after_search(conn, run.mailbox.id, begun)
            if nth == 0:
                blindness.note(conn, run.ports.settings, run.mailbox, begun)
            found = mailboxes.answer_ring(conn, run.mailbox.id) or found
            if not found and watches.owes_more_than(conn, run.mailbox.id, cursor, begun - _HISTORY_LAGS):
                # A notice may be quicker than the history it tells of; the ticker has us look again in a second.
                mailboxes.note_ring(conn, run.mailbox.id, begun)
            run.mailbox = mailboxes.get(conn, run.mailbox.id)
        if not found:
            return
        if run.done.threads > run.done.told:
            run.done.told = run.done.threads
            run.taken()
    with run.ports.db.write() as conn:
        mailboxes.note_ring(conn, run.mailbox.id, run.ports.now())


def _read_once(run: _Run) -> tuple[str, bool]:
    """The cursor to move to, and whether there was news."""
    if run.is_first:
        return _list(run), True
    try:
        return _history(run)
    except HistoryExpired:
        log.info("history expired, listing again", mailbox=run.mailbox.id)
        return _list(run), True


def _history(run: _Run) -> tuple[str, bool]:
    """Everything since the cursor, thread by thread in order of appearance."""
    assert run.mailbox.history_id is not None
    asked_at = run.ports.now()
    page = run.gmail.history(run.mailbox.history_id)
    changes = list(page.changes)
    while page.next_page_token:
        run.keep_lease()
        page = run.gmail.history(run.mailbox.history_id, page.next_page_token)
        changes.extend(page.changes)
    where = (run.ports.db, run.gmail, run.mailbox.id)
    for thread_id, lines in by_thread(*where, changes).items():
        news = run.asking.ask(thread_id, partial(fetch, *where, thread_id, lines))
        if news is not None:
            _take(run, replace(news, asked_at=asked_at))
    run.asking.finish()
    return page.history_id, bool(changes)


def _list(run: _Run) -> str:
    """Every thread of the window, newest first; what we know already is compared with it.

    The cursor is taken before the listing, so that nothing falls between. A first listing that was broken off goes on with
    the cursor it began with, and with the threads it had not come to.
    """
    cursor = run.mailbox.history_id if run.is_first else None
    if cursor is None:
        cursor = run.gmail.profile().history_id
        if run.is_first:
            with run.ports.db.write() as conn:
                mailboxes.move_cursor(conn, run.mailbox.id, None, cursor)
                run.mailbox = mailboxes.get(conn, run.mailbox.id)
    listed = set(_listed(run))
    if not run.is_first:
        with run.ports.db.read() as conn:
            unlisted = [thread for thread in tickets.open_threads(conn, run.mailbox.id) if thread not in listed]
        for thread_id in unlisted:
            asked_at = run.ports.now()
            thread = run.asking.ask(thread_id, partial(whole, run.gmail, thread_id))
            if thread is not None:
                _compare(run, thread, asked_at)
    run.asking.finish()
    return cursor


def _listed(run: _Run) -> Iterator[str]:
    """Take in thread after thread until they are older than the window; yields their ids.

    Without a search, because Gmail's search learns of new mail only after a while.
    """
    edge = run.ports.now() - run.ports.settings.sync.first_window
    token: str | None = None
    while True:
        page = run.gmail.threads("", token)
        with run.ports.db.read() as conn:
            known = messages.known_threads(conn, run.mailbox.id, page.thread_ids) if run.is_first else set()
        for thread_id in page.thread_ids:
            asked_at = run.ports.now()
            thread = None if thread_id in known else run.asking.ask(thread_id, partial(whole, run.gmail, thread_id))
            if thread is not None and thread.messages:
                if max((message.internal_at for message in thread.messages), default=edge) < edge:
                    return
                _compare(run, thread, asked_at)
            yield thread_id
        token = page.next_page_token
        if not token:
            return


def _compare(run: _Run, thread: GmailThread, asked_at: datetime) -> None:
    snapshot = {message.id: message.label_ids for message in thread.messages}
    _take(run, ThreadNews(thread.id, thread.messages, (), snapshot, thread.history_id, run.is_first, asked_at))


def _take(run: _Run, news: ThreadNews) -> None:
    run.done.threads += 1
    _learn_labels(run, news)
    try:
        decision = take_in(run.ports, run.mailbox.id, news)
    except (TryLater, AccessLost):
        raise
    except TicketMoved as moved:
        raise TryLater("A ticket kept changing while it was read.", timedelta(seconds=1)) from moved
    except Exception as error:
        # One thread that cannot be processed must not stop the mailbox; it is kept aside, with its reason, and shown.
        log.exception("thread kept aside", mailbox=run.mailbox.id, thread=news.thread_id)
        run.done.kept_aside += 1
        with run.ports.db.write() as conn:
            reason = f"InboxSLA could not work out this thread ({type(error).__name__})."
            records.keep_aside(conn, run.mailbox.id, f"thread {news.thread_id}", reason, run.ports.now())
    else:
        if decision is not None:
            run.done.wants_owner = run.done.wants_owner or decision.wants_owner
            run.done.ticket_threads.add(news.thread_id)
    run.keep_lease()


def _learn_labels(run: _Run, news: ThreadNews) -> None:
    """What labels are called, asked once in a sync and only where one is not known; rules ask about names, Gmail shows ids."""
    seen = {each for message in news.arrivals for each in message.label_ids}
    if run.mailbox.is_live:
        # Perhaps somebody made one anew that we hold for ours.
        seen |= {each for line in news.changes if line.kind == "labels_added" for each in line.label_ids or ()}
    if run.labels_asked or seen <= {*run.mailbox.label_names, *run.mailbox.label_ids.values()}:
        return
    run.labels_asked = True
    listed = run.gmail.labels()
    with run.ports.db.write() as conn:
        mailboxes.change(conn, run.mailbox.id, label_names={label.id: label.name for label in listed})
        if run.mailbox.is_live:
            our_labels.recognise(conn, run.ports, mailboxes.lock(conn, run.mailbox.id), listed)
        run.mailbox = mailboxes.get(conn, run.mailbox.id)


def _trouble(ports: Ports, mailbox_id: int, words: str, *, retry_after: datetime) -> None:
    log.warning("sync put off", mailbox=mailbox_id, retry_after=retry_after.isoformat())
    with ports.db.write() as conn:
        sentence = f"{words.rstrip('.')}. Nothing is lost; the next try comes by itself."
        mailboxes.change(conn, mailbox_id, sync_error=sentence, retry_after=retry_after)


def _broken(ports: Ports, mailbox: MailboxRow, error: Exception) -> None:
    """A fault of ours that stops the whole mailbox: it is shown, not only logged."""
    words = f"cannot be read because of a fault in InboxSLA ({type(error).__name__}); the log says where."
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, sync_error=f"It {words}")
        records.alarm(conn, f"sync/{mailbox.id}/", f"{mailbox.address} {words}", ports.now(), mailbox.id)
