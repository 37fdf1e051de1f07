"""After history was lost: what is in the mailbox now is compared with what is known, within the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from inboxsla.errors import Gone, TryLater
from inboxsla.gmail.port import GmailThread, Mailbox
from inboxsla.services.fetching import whole
from inboxsla.services.ports import Ports
from inboxsla.services.stubborn import Asking
from inboxsla.storage import envelopes, messages, tickets
from inboxsla.storage.mailboxes import MailboxRow

# Listing begins anew: pages are not kept for ever.
_AT_ONCE = timedelta(seconds=1)
Compare = Callable[[GmailThread, datetime], None]


def relist(
    ports: Ports, gmail: Mailbox, mailbox: MailboxRow, asking: Asking, compare: Compare, keep_lease: Callable[[], None]
) -> str:
    """Every thread that may have changed since the cursor, newest first; returns the cursor to go on from.

    That cursor is taken before the listing, so that nothing falls between.
    """
    cursor = gmail.profile().history_id
    listed = set()
    for thread_id, must_read in _listed(ports, gmail, mailbox, keep_lease):
        if must_read:
            asked_at = ports.now()
            thread = asking.ask(thread_id, partial(whole, gmail, thread_id))
            if thread is not None and thread.messages:
                if max(message.internal_at for message in thread.messages) < _edge(ports):
                    break
                compare(thread, asked_at)
        listed.add(thread_id)
    with ports.db.read() as conn:
        unlisted = [thread for thread in tickets.open_threads(conn, mailbox.id) if thread not in listed]
    for thread_id in unlisted:
        asked_at = ports.now()
        thread = asking.ask(thread_id, partial(whole, gmail, thread_id))
        if thread is not None:
            compare(thread, asked_at)
    asking.finish()
    return cursor


def _edge(ports: Ports) -> datetime:
    return ports.now() - ports.settings.sync.first_window


def _listed(
    ports: Ports, gmail: Mailbox, mailbox: MailboxRow, keep_lease: Callable[[], None]
) -> Iterator[tuple[str, bool]]:
    """Thread ids until a known one is older than the window, and whether each has to be read.

    Without a search, because Gmail's search learns of new mail only after a while. A thread that did not change after the
    cursor is not read again if it has one message: of several, one may have been deleted without a trace in the listing.
    """
    edge, seen, token = _edge(ports), mailbox.history_id or "", None
    while True:
        try:
            page = gmail.threads("", token)
        except Gone as forgotten:
            raise TryLater(str(forgotten), _AT_ONCE) from forgotten
        with ports.db.read() as conn:
            newest = messages.newest_of(conn, mailbox.id, page.thread_ids)
            ours = envelopes.known_as_sent(conn, mailbox.id, page.thread_ids)
        for thread_id in page.thread_ids:
            last, count = newest.get(thread_id, (edge, 0))
            same = (count == 1 or thread_id in ours) and page.unchanged_since(thread_id, seen)
            if same and last < edge:
                return
            yield thread_id, not same
        keep_lease()
        token = page.next_page_token
        if not token:
            return
