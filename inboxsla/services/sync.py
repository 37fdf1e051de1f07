"""Bring one mailbox up to date: read from the cursor, take in every thread, and only then move the cursor."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from inboxsla.errors import AccessLost, HistoryExpired, TicketMoved, TryLater
from inboxsla.gmail.port import GmailThread, Mailbox
from inboxsla.services import access, blindness, first_reading, obeying, our_labels, own_addresses, relisting, troubles
from inboxsla.services.fetching import by_thread, fetch
from inboxsla.services.ingest import ThreadNews, take_in
from inboxsla.services.ports import Ports
from inboxsla.services.stubborn import Asking
from inboxsla.storage import envelopes, first_readings, mailboxes, records, relistings, watches
from inboxsla.storage.first_readings import FirstReading
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# Longer than any single Gmail call, so that only a dead worker's lease runs out.
LEASE = timedelta(minutes=3)
_RENEW_AFTER = timedelta(seconds=20)
# After so long a wait for answers the worker is given back, and the sync goes on behind whatever else there is to do.
_TURN = timedelta(seconds=30)
_ROUNDS = 5
_SOON = timedelta(seconds=1)
_HISTORY_LAGS = timedelta(seconds=15)


@dataclass(slots=True)
class Synced:
    """What one sync did, for the bell and for logs. Of `told` of its `threads` the caller was told while it went on.

    `more`: it should go on soon, because the first reading is not finished.
    """

    threads: int = 0
    told: int = 0
    more: bool = False
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
    # When the first reading began, as long as it is not finished.
    connected_at: datetime | None = None
    mails: int = 0
    waited: timedelta = timedelta()

    def keep_lease(self) -> None:
        """Raises TryLater if another worker has taken over."""
        now = self.ports.now()
        if now - self.renewed_at < _RENEW_AFTER:
            return
        with self.ports.db.write() as conn:
            if not mailboxes.lease_sync(conn, self.mailbox.id, self.holder, now, now + LEASE):
                raise TryLater("Another worker took over this mailbox.", timedelta(seconds=1))
        self.renewed_at = now


class _GivesWay(Exception):
    """Gmail answers slowly, and others wait."""


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
        troubles.put_off(ports, mailbox_id, later)
    except AccessLost as lost:
        log.error("access lost", mailbox=mailbox.id)
        access.lost(ports, mailbox, str(lost))
    except Exception as error:
        troubles.broken(ports, mailbox, error)
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
    """All that is new; then, if the mailbox is not read through yet, some of what was there before us."""
    reading = _first_reading(run)
    if reading.finished_at is None:
        run.connected_at = reading.begun_at
    _catch_up(run)
    if run.done.more:
        return
    with run.ports.db.read() as conn:
        lost = relistings.of_mailbox(conn, run.mailbox.id)
    what = (run.ports, run.gmail, run.mailbox)
    if run.mails and (lost is not None or run.connected_at is not None):
        # It is handed out and labelled before anything else is read.
        run.done.more = True
    elif lost is not None:
        finished = relisting.read_on(*what, lost, partial(_compare, run))
        run.done.more = not finished or run.connected_at is not None
    elif run.connected_at is not None:
        run.done.more = not first_reading.read_on(*what, reading, partial(_compare, run))
    if run.mailbox.failures:
        with run.ports.db.write() as conn:
            mailboxes.change(conn, run.mailbox.id, failures=0)


def _first_reading(run: _Run) -> FirstReading:
    """How far the first reading is; one that has not begun begins, with the cursor from before anything is listed."""
    with run.ports.db.read() as conn:
        found = first_readings.of_mailbox(conn, run.mailbox.id)
    if found is not None:
        return found
    now = run.ports.now()
    cursor = run.mailbox.history_id or run.gmail.profile().history_id
    with run.ports.db.write() as conn:
        mailboxes.move_cursor(conn, run.mailbox.id, None, cursor)
        first_readings.begin(conn, run.mailbox.id, now, now - run.ports.settings.sync.first_window)
        run.mailbox = mailboxes.get(conn, run.mailbox.id)
        begun = first_readings.of_mailbox(conn, run.mailbox.id)
    assert begun is not None
    return begun


def _catch_up(run: _Run) -> None:
    """History until it brings no more mail, and at once: what arrives while we read is not left for the next bell."""
    for nth in range(_ROUNDS):
        begun, mails = run.ports.now(), run.mails
        try:
            cursor, found = _read_once(run)
        except _GivesWay:
            run.done.more = True
            return
        with run.ports.db.write() as conn:
            mailboxes.move_cursor(conn, run.mailbox.id, run.mailbox.history_id, cursor)
            fine = {
                "last_sync_begun_at": begun,
                "last_sync_at": run.ports.now(),
                "sync_error": None,
                "retry_after": None,
            }
            mailboxes.change(conn, run.mailbox.id, **fine)
            all_known = relistings.of_mailbox(conn, run.mailbox.id) is None
            if run.connected_at is None and all_known:
                # Until then a thread that could not be read is tried again by the first reading, for as long as its alarm is old.
                records.clear_alarms(conn, f"thread/{run.mailbox.id}/")
            records.clear_alarms(conn, f"sync/{run.mailbox.id}/")
            if all_known:
                envelopes.retry_after_search(conn, run.mailbox.id, begun)
            if nth == 0:
                blindness.note(conn, run.ports.settings, run.mailbox, begun)
            at_once = run.mails == mails and run.ports.now() - begun < _SOON
            goes_on = mailboxes.answer_ring(conn, run.mailbox.id) or (found and not at_once)
            if not goes_on and watches.owes_more_than(conn, run.mailbox.id, cursor, begun - _HISTORY_LAGS):
                # A notice may be quicker than the history it tells of; the ticker has us look again in a second.
                mailboxes.note_ring(conn, run.mailbox.id, begun)
            run.mailbox = mailboxes.get(conn, run.mailbox.id)
        if not goes_on:
            return
        if run.done.threads > run.done.told:
            run.done.told = run.done.threads
            run.taken()
    with run.ports.db.write() as conn:
        mailboxes.note_ring(conn, run.mailbox.id, run.ports.now())


def _read_once(run: _Run) -> tuple[str, bool]:
    """The cursor to move to, and whether there was news."""
    try:
        return _history(run)
    except HistoryExpired:
        log.info("history expired, listing again", mailbox=run.mailbox.id)
        return relisting.begin(run.ports, run.gmail, run.mailbox), True


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
        if run.waited > _TURN and run.mails:
            # What was taken in stays so, and is not asked for again from the same cursor.
            raise _GivesWay
        before = run.ports.now()
        news = run.asking.ask(thread_id, partial(fetch, *where, thread_id, lines))
        run.waited += run.ports.now() - before
        if news is not None:
            run.mails += len(news.arrivals)
            _take(run, replace(news, asked_at=asked_at, connected_at=run.connected_at))
    run.asking.finish()
    return page.history_id, bool(changes)


def _compare(run: _Run, thread: GmailThread, asked_at: datetime) -> None:
    snapshot = {message.id: message.label_ids for message in thread.messages}
    _take(run, ThreadNews(thread.id, thread.messages, (), snapshot, thread.history_id, run.connected_at, asked_at))


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
