"""Staff whose mails come back: their mails go along the fallback chain until an admin says that the address works again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.errors import Missing
from inboxsla.services.people_changes import people_changed
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, outbox, people, records, unreachable
from inboxsla.storage.envelopes import Envelope
from inboxsla.storage.unreachable import Unreachable

_ALARM = "unreachable/"


def lost(conn: Connection, envelope: Envelope, words: str, now: datetime) -> None:
    """A mail could not be delivered for good: what it said is told to somebody else, and its recipient gets no more for now."""
    if people.memberships(conn, envelope.recipient):
        unreachable.note(conn, envelope.recipient, words, now)
        go_on(conn, [envelope.recipient], now)
    outbox.owed_again(conn, envelope.id)


def go_on(conn: Connection, addresses: Iterable[str], now: datetime) -> None:
    """Somebody else was told instead: an alarm, until it is put right."""
    for address in addresses:
        words = (
            f"Mails to {address} come back, so their reminders go to others. Correct the address on the people list; if it "
            "works again, say so in the settings, under Notifications."
        )
        records.alarm(conn, f"{_ALARM}{address}"[:200], words, now)


def every(ports: Ports) -> list[Unreachable]:
    with ports.db.read() as conn:
        return unreachable.every(conn)


def works_again(ports: Ports, address: str, actor: str) -> None:
    """From now on the person gets their mails again. Raises Missing where none came back."""
    now = ports.now()
    with ports.db.write() as conn:
        if not unreachable.clear(conn, address):
            raise Missing(f"No mails to {address} have come back since they were last said to arrive.")
        records.clear_alarm(conn, f"{_ALARM}{address}"[:200])
        records.log(conn, actor, f"mails to {address} go out again", now)
        for box in mailboxes.every(conn):
            # What was owed to them meanwhile and waits for others is theirs again.
            people_changed(conn, box)
