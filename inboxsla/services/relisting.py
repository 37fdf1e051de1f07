"""After history was lost: what is in the mailbox now is compared with what is known, within the window.

Newest threads first and a few seconds at a time, so that new mail never waits for it. History is followed from before the
listing, so what happens meanwhile is never missed; and comparing a thread once more changes nothing, so that it does no harm
to be killed at any point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from inboxsla.errors import Gone, OverQuota
from inboxsla.gmail.port import GmailThread, Mailbox, ThreadList
from inboxsla.services.fetching import whole
from inboxsla.services.ports import Ports
from inboxsla.services.stubborn import Asking
from inboxsla.storage import envelopes, mailboxes, messages, recognising, relistings, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.relistings import Relisting

# Short enough that whatever else a worker has to do, for this mailbox or another, comes soon.
SLICE = timedelta(seconds=5)
# So many threads, the newest, are live work themselves.
AT_ONCE = 25

Compare = Callable[[GmailThread, datetime], None]


def begin(ports: Ports, gmail: Mailbox, mailbox: MailboxRow) -> str:
    """Note that all has to be listed; returns the cursor to follow history from meanwhile.

    That cursor is taken before the listing, so that nothing falls between.
    """
    cursor = gmail.profile().history_id
    with ports.db.write() as conn:
        open_threads = tickets.open_threads(conn, mailbox.id)
        relistings.begin(conn, mailbox.id, ports.now(), mailbox.history_id or "", open_threads)
        # With the note, because nobody may believe for a moment that all is known up to here.
        mailboxes.move_cursor(conn, mailbox.id, mailbox.history_id, cursor)
    return cursor


@dataclass(slots=True)
class _Slice:
    """`gmail` takes what live work leaves; the first `at_once` threads are live work themselves, through `quick`."""

    ports: Ports
    gmail: Mailbox
    quick: Mailbox
    mailbox: MailboxRow
    compare: Compare
    ends_at: datetime
    edge: datetime
    asking: Asking
    at_once: int
    done: set[str] = field(default_factory=set)
    unseen: list[str] = field(default_factory=list)

    def is_over(self) -> bool:
        return self.ports.now() >= self.ends_at

    def read(self, thread_id: str) -> GmailThread | None:
        """The thread, once it was compared; None if it cannot be read, and then it is left to the end unless that is for good."""
        asked_at = self.ports.now()
        client = self.quick if self.at_once > 0 else self.gmail
        self.at_once -= 1
        thread = self.asking.ask(thread_id, partial(whole, client, thread_id))
        if thread is None:
            return None
        self.compare(thread, asked_at)
        return thread

    def crossed_off(self, thread_id: str) -> None:
        self.done.add(thread_id)
        self.unseen = [each for each in self.unseen if each != thread_id]
        if self.asking.was_put_off(thread_id):
            self.unseen.append(thread_id)

    def keep(self, **values: Any) -> Relisting:
        with self.ports.db.write() as conn:
            kept = {"page_done": sorted(self.done), "unseen": self.unseen, **values}
            relistings.change(conn, self.mailbox.id, **kept)
            found = relistings.of_mailbox(conn, self.mailbox.id)
        assert found is not None
        return found


def read_on(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, relisting: Relisting, compare: Compare) -> bool:
    """One slice of the listing; True when all of it is done. `compare` takes in one thread.

    Raises TryLater and AccessLost like every reading; what was read until then stays read.
    """
    quiet = gmail.background()
    work = _Slice(
        ports,
        quiet,
        gmail,
        mailbox,
        compare,
        ends_at=ports.now() + SLICE,
        edge=relisting.begun_at - ports.settings.sync.first_window,
        asking=Asking(ports, quiet, mailbox.id),
        at_once=0 if relisting.page_token or relisting.page_done or relisting.is_listed else AT_ONCE,
        done=set(relisting.page_done),
        unseen=list(relisting.unseen),
    )
    try:
        finished = _listed(work, relisting) and _rest_read(work)
    except OverQuota:
        finished = False
    finally:
        work.keep()
    if finished:
        work.asking.finish()
        with ports.db.write() as conn:
            _end(conn, mailbox.id, relisting)
    return finished


def _end(conn: Connection, mailbox_id: int, relisting: Relisting) -> None:
    relistings.end(conn, mailbox_id)
    # Only now is it known of every mail of ours whether it is there.
    envelopes.retry_after_search(conn, mailbox_id, relisting.begun_at)


def _listed(work: _Slice, relisting: Relisting) -> bool:
    """Whether all of the window was listed, and every thread in it that may have changed was read."""
    while not relisting.is_listed:
        try:
            # Without a search, because Gmail's search learns of new mail only after a while.
            page = work.gmail.threads("", relisting.page_token)
        except Gone:
            # Pages are not kept for ever. What was read once more has not changed.
            work.done.clear()
            relisting = work.keep(page_token=None)
            continue
        goes_on = _page_read(work, relisting, page)
        if goes_on is None:
            return False
        work.done.clear()
        ended = not (goes_on and page.next_page_token)
        relisting = work.keep(page_token=None if ended else page.next_page_token, is_listed=ended)
    return True


def _page_read(work: _Slice, relisting: Relisting, page: ThreadList) -> bool | None:
    """Whether the listing goes on after this page: False at the end of the window, None when the slice is over before."""
    for thread_id, known_same in _on_page(work, relisting, page):
        if work.is_over():
            return None
        if known_same is None:
            return False
        if thread_id not in work.done:
            thread = None if known_same else work.read(thread_id)
            if thread is not None and thread.messages and _newest(thread) < work.edge:
                return False
            work.crossed_off(thread_id)
    return True


def _on_page(work: _Slice, relisting: Relisting, page: ThreadList) -> Iterator[tuple[str, bool | None]]:
    """Each thread with whether it is as it was; None in place of that for the first that is and lies before the window.

    A thread that did not change after the lost cursor is not read again if it has one message: of several, one may have been
    deleted without a trace in the listing.
    """
    with work.ports.db.read() as conn:
        newest = messages.newest_of(conn, work.mailbox.id, page.thread_ids)
        ours = recognising.known_as_sent(conn, work.mailbox.id, page.thread_ids)
    for thread_id in page.thread_ids:
        last, count = newest.get(thread_id, (work.edge, 0))
        same = (count == 1 or thread_id in ours) and page.unchanged_since(thread_id, relisting.seen)
        yield thread_id, None if same and last < work.edge else same


def _rest_read(work: _Slice) -> bool:
    """Whether every thread of an open ticket that was not listed was read by itself: that it is gone is said by Gmail alone."""
    for thread_id in [each for each in work.unseen if not work.asking.was_put_off(each)]:
        if work.is_over():
            return False
        work.read(thread_id)
        work.crossed_off(thread_id)
    return True


def _newest(thread: GmailThread) -> datetime:
    return max(message.internal_at for message in thread.messages)
