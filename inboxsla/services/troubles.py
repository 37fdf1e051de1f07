"""What becomes of a mailbox that could not be read: it is said, and tried again when it may be."""

from __future__ import annotations

import structlog

from inboxsla.errors import TooFast, TryLater
from inboxsla.services import backoff
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, records
from inboxsla.storage.mailboxes import MailboxRow

log = structlog.get_logger()


def put_off(ports: Ports, mailbox_id: int, later: TryLater) -> None:
    """Each failure in a row is waited for longer, unless Gmail, or our account of its quota, names the wait."""
    with ports.db.write() as conn:
        failures = mailboxes.get(conn, mailbox_id).failures + 1
        named = later.told or isinstance(later, TooFast)
        until = ports.now() + (later.wait if named else backoff.wait(failures, ports.dice))
        sentence = f"{str(later).rstrip('.')}. Nothing is lost; the next try comes by itself."
        mailboxes.change(conn, mailbox_id, sync_error=sentence, retry_after=until, failures=failures)
    log.warning("sync put off", mailbox=mailbox_id, retry_after=until.isoformat())


def broken(ports: Ports, mailbox: MailboxRow, error: Exception) -> None:
    """A fault of ours that stops the whole mailbox: it is shown, not only logged."""
    words = f"cannot be read because of a fault in InboxSLA ({type(error).__name__}); the log says where."
    with ports.db.write() as conn:
        mailboxes.change(conn, mailbox.id, sync_error=f"It {words}")
        records.alarm(conn, f"sync/{mailbox.id}/", f"{mailbox.address} {words}", ports.now(), mailbox.id)
