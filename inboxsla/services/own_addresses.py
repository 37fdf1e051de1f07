"""The addresses a mailbox sends under, as Gmail itself knows them: asked once a day, beside those that are configured."""

from __future__ import annotations

from datetime import timedelta

import structlog

from inboxsla.errors import AccessLost, Gone, Refused
from inboxsla.gmail.port import Mailbox
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()

ASK_EVERY = timedelta(hours=24)


def learned(ports: Ports, gmail: Mailbox, mailbox: MailboxRow) -> MailboxRow:
    """The mailbox with the addresses it may send under. Raises TryLater.

    Where Gmail does not tell, those known stay: nothing else depends on it, and lost access shows at the next question.
    """
    now = ports.now()
    if mailbox.send_as_at is not None and now - mailbox.send_as_at < ASK_EVERY:
        return mailbox
    try:
        addresses = sorted(gmail.send_as())
    except (AccessLost, Gone, Refused) as refused:
        log.warning("addresses of the mailbox not told", mailbox=mailbox.id, reason=str(refused))
        addresses = list(mailbox.send_as)
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, send_as=addresses, send_as_at=now)
        return mailboxes.get(conn, mailbox.id)
