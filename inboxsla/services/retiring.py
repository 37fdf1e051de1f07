"""Mailboxes that left the configuration: nothing is read or sent, what they brought is kept apart until somebody deletes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.errors import Refused
from inboxsla.services.ports import Ports
from inboxsla.storage import credentials, envelopes, label_work, mailboxes, outbox, records, tickets, watches
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.schema import tickets as t

_ACTOR = "the configuration"
_WHY = "the mailbox left the configuration"


def retire_others(conn: Connection, configured: Collection[str], now: datetime) -> None:
    """Set aside every mailbox that is neither among the configured ones nor was connected by somebody."""
    opened = credentials.every(conn)
    for box in mailboxes.every(conn):
        if box.kind != "gmail" or box.retired_at is not None or box.address in configured or box.id in opened:
            continue
        set_aside(conn, box, now, _ACTOR, _WHY)


def set_aside(conn: Connection, box: MailboxRow, now: datetime, actor: str, why: str) -> int:
    """Nothing of this mailbox is read or sent any more; what was owed is dropped. Returns how many acts and mails that were."""
    quiet = {"sync_error": None, "retry_after": None, "access_lost_at": None}
    mailboxes.change(conn, box.id, mode="observed", live_since=None, retired_at=now, **quiet)
    label_work.no_labels_due(conn, box.id)
    dropped = outbox.drop_for_mailbox(conn, box.id, now, why)
    given_up = envelopes.give_up(conn, box.id, why)
    for envelope_id in given_up:
        outbox.delivered(conn, envelope_id, now, "dropped", why)
    records.clear_alarms_of(conn, box.id)
    watches.look_again(conn, box.id, now)
    records.log(conn, actor, f"mailbox {box.address} set aside", now, {"mode": box.mode}, {"mode": "retired"})
    return dropped + len(given_up)


def resumed(conn: Connection, box: MailboxRow, now: datetime) -> MailboxRow:
    """The mailbox, in use again if it was set aside: observed, like a new one."""
    if box.retired_at is None:
        return box
    mailboxes.change(conn, box.id, retired_at=None)
    watches.look_again(conn, box.id, now)
    records.log(conn, _ACTOR, f"mailbox {box.address} is back", now, {"mode": "retired"}, {"mode": "observed"})
    return mailboxes.get(conn, box.id)


def tickets_to_forget(ports: Ports, address: str) -> int:
    """How many tickets `forget` would delete. Raises Refused unless the mailbox left the configuration."""
    with ports.db.read() as conn:
        return tickets.count(conn, t.c.mailbox_id == _retired(conn, address).id)


def forget(ports: Ports, address: str, actor: str) -> None:
    """Delete a mailbox that left the configuration, with its tickets and messages. Raises Refused for any other."""
    with ports.db.write() as conn:
        box = _retired(conn, address)
        before = {"tickets": tickets.count(conn, t.c.mailbox_id == box.id)}
        mailboxes.delete(conn, box.id)
        records.log(conn, actor, f"mailbox {address} deleted", ports.now(), before)


def _retired(conn: Connection, address: str) -> MailboxRow:
    box = mailboxes.by_address(conn, "gmail", address)
    if box is None:
        known = ", ".join(each.address for each in mailboxes.every(conn) if each.retired_at is not None)
        raise Refused(f"No mailbox {address} has left the configuration. Those that have: {known or 'none'}.")
    if box.retired_at is None:
        raise Refused(f"{address} is in the configuration. Take it out there and start InboxSLA once; then it can go.")
    return box
