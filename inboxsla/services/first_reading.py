"""Read a mailbox for the first time: newest threads first, a few seconds at a time, so that live work never waits for the past.

History is followed from before the first listing, so what happens meanwhile is never missed. Here only threads are read of
which nothing is known yet; that makes it harmless to begin a page, or the whole listing, once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from inboxsla.errors import Gone, OverQuota
from inboxsla.gmail.port import GmailThread, Mailbox, ThreadList
from inboxsla.services.fetching import whole
from inboxsla.services.ports import Ports
from inboxsla.services.stubborn import Asking
from inboxsla.storage import first_readings, messages, recognising
from inboxsla.storage.first_readings import FirstReading
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# Short enough that whatever else a worker has to do, for this mailbox or another, comes soon.
SLICE = timedelta(seconds=5)
# So many threads, the newest, are what somebody who has just connected waits for.
AT_ONCE = 25

Compare = Callable[[GmailThread, datetime], None]


@dataclass(slots=True)
class _Slice:
    """`gmail` takes what live work leaves; the first `at_once` threads are live work themselves, through `quick`."""

    ports: Ports
    gmail: Mailbox
    quick: Mailbox
    mailbox: MailboxRow
    compare: Compare
    ends_at: datetime
    asking: Asking
    reached: datetime
    at_once: int
    pages: int = 0

    def is_over(self) -> bool:
        return self.ports.now() >= self.ends_at

    def keep(self, **values: object) -> FirstReading:
        with self.ports.db.write() as conn:
            first_readings.change(conn, self.mailbox.id, reached=self.reached, **values)
            found = first_readings.of_mailbox(conn, self.mailbox.id)
        assert found is not None
        return found


def read_on(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, reading: FirstReading, compare: Compare) -> bool:
    """One slice of the first reading; True when all of it is done. `compare` takes in one thread.

    Raises TryLater and AccessLost like every reading; what was read until then stays read.
    """
    quiet = gmail.background()
    now = ports.now()
    work = _Slice(
        ports,
        quiet,
        gmail,
        mailbox,
        compare,
        ends_at=now + SLICE,
        asking=Asking(ports, quiet, mailbox.id),
        reached=reading.reached,
        at_once=AT_ONCE if reading.reached == reading.begun_at else 0,
    )
    try:
        while reading.finished_at is None:
            page = _page(work, reading)
            if page is None:
                reading = work.keep(page_token=None)
                continue
            work.pages += 1
            goes_on = _read(work, reading, page)
            if goes_on is None:
                work.keep()
                return False
            reading = _turn(work, reading, page) if goes_on else _end(work, reading)
    except OverQuota:
        work.keep()
        return False
    return True


def _page(work: _Slice, reading: FirstReading) -> ThreadList | None:
    """Without a search, because Gmail's search learns of new mail only after a while. None: Gmail has forgotten this page."""
    try:
        return work.gmail.threads("", reading.page_token)
    except Gone:
        log.info("page of the first reading forgotten, listing from the newest", mailbox=work.mailbox.id)
        return None


def _read(work: _Slice, reading: FirstReading, page: ThreadList) -> bool | None:
    """Whether the listing goes on after this page: False at the end of the window, None when the slice is over before."""
    with work.ports.db.read() as conn:
        known = messages.known_threads(conn, work.mailbox.id, page.thread_ids)
        known |= recognising.known_as_sent(conn, work.mailbox.id, page.thread_ids)
    for thread_id in page.thread_ids:
        if thread_id in known:
            continue
        if work.is_over():
            return None
        asked_at = work.ports.now()
        client = work.quick if work.at_once > 0 else work.gmail
        work.at_once -= 1
        thread = work.asking.ask(thread_id, partial(whole, client, thread_id))
        if thread is None or not thread.messages:
            continue
        newest = max(message.internal_at for message in thread.messages)
        if newest < reading.edge:
            return False
        work.compare(thread, asked_at)
        work.reached = min(work.reached, newest)
    return bool(page.next_page_token)


def _turn(work: _Slice, reading: FirstReading, page: ThreadList) -> FirstReading:
    return work.keep(page_token=page.next_page_token)


def _end(work: _Slice, reading: FirstReading) -> FirstReading:
    """The last thread of the window is read. Where it took more than one page, some may have slipped from one to another."""
    at_once = reading.page_token is None and work.pages == 1 and not work.asking.has_put_off
    if reading.checking or at_once:
        if work.asking.has_put_off:
            work.keep(page_token=None)
            work.asking.finish()
        return work.keep(page_token=None, finished_at=work.ports.now())
    return work.keep(page_token=None, checking=True)
