"""How each mailbox stands: whether and how it is opened, whether it is read, and what somebody has to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inboxsla.services.ports import Ports
from inboxsla.storage import credentials, mailboxes
from inboxsla.storage.credentials import CredentialRow
from inboxsla.storage.mailboxes import MailboxRow


@dataclass(frozen=True, slots=True)
class Connection:
    """One Gmail mailbox. `kind` is user, service_account, demo, or empty where nothing opens it; `trouble` is a sentence."""

    id: int
    address: str
    mode: str  # observed, live, retired (set aside: it left the configuration)
    kind: str
    account: str
    live_since: datetime | None
    last_sync_at: datetime | None
    access_lost_at: datetime | None
    trouble: str

    @property
    def needs_connecting(self) -> bool:
        return self.mode != "retired" and (not self.kind or self.access_lost_at is not None)


def connections(ports: Ports) -> tuple[Connection, ...]:
    """Every Gmail mailbox that is known here, by address."""
    with ports.db.read() as conn:
        opened = credentials.every(conn)
        boxes = [box for box in mailboxes.every(conn) if box.kind == "gmail"]
    return tuple(_connection(box, opened.get(box.id), demo=ports.settings.demo) for box in boxes)


def _connection(box: MailboxRow, row: CredentialRow | None, *, demo: bool) -> Connection:
    kind = row.kind if row else "demo" if demo else ""
    return Connection(
        box.id,
        box.address,
        "retired" if box.retired_at is not None else box.mode,
        kind,
        row.account if row else "",
        box.live_since,
        box.last_sync_at,
        box.access_lost_at,
        box.sync_error or "",
    )
