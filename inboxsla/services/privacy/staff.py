"""Whose addresses are no customer's."""

from __future__ import annotations

from sqlalchemy import Connection

from inboxsla.services.correspondence import Staff
from inboxsla.storage import people
from inboxsla.storage.mailboxes import MailboxRow


def staff_of(conn: Connection, box: MailboxRow) -> frozenset[str]:
    """Everybody who is or was on the people list of a mailbox, and the addresses and lists that are its own."""
    ours = Staff.of(box, ())
    return frozenset({*people.names(conn, box.id), *ours.own, *ours.lists})
