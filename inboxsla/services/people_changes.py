"""What follows when people, their hours or their absences change: everything that waits for somebody is looked at again."""

from __future__ import annotations

from sqlalchemy import Connection

from inboxsla.storage import mailboxes, outbox, teams
from inboxsla.storage.mailboxes import MailboxRow


def people_changed(conn: Connection, mailbox: MailboxRow) -> None:
    """Look again at the reminders held for somebody's duty and at the tickets that wait for somebody to come on duty.

    To be called in the transaction that changes the people of `mailbox` or the teams. Calling it without need is harmless.
    """
    outbox.release_held(conn, mailbox.id)
    if mailbox.wake_at is not None:
        mailboxes.change(conn, mailbox.id, wake_at=None)
    teams.forget_wakes(conn)
