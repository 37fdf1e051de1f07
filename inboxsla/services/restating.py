"""What waited for longer than its words stay true is composed anew before it is tried again: a reminder names minutes."""

from __future__ import annotations

from datetime import timedelta

import structlog

from inboxsla.services.ports import Ports
from inboxsla.storage import closed_ways
from inboxsla.storage.dissolving import dissolve_stale, stale_ways
from inboxsla.storage.envelopes import MAILBOX
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

# A little longer than a relay that greylists makes a mail wait, which is to see the same one again.
KEEPS = timedelta(minutes=6)


def restate(ports: Ports, mailbox: MailboxRow) -> None:
    """Owe again what a mailbox's mails to staff carry that surely did not go out, and are to be tried now.

    Whether anybody still needs to know, and whom, is found out when they are composed. While nothing goes by their way they are
    left alone; so is what may have gone out, and is looked for or sent again as it was.
    """
    if not mailbox.is_live:
        return
    now = ports.now()
    with ports.db.read() as conn:
        ways = stale_ways(conn, mailbox.id, now - KEEPS, now)
        closed = closed_ways.closed(conn, now) if ways else set()
    if mailbox.access_lost_at is not None:
        closed.add(MAILBOX)
    if ways <= closed:
        return
    with ports.db.write() as conn:
        count = dissolve_stale(conn, mailbox.id, ways - closed, now - KEEPS, now)
    log.info("mails waited too long to be true; they are composed anew", mailbox=mailbox.id, mails=count)
