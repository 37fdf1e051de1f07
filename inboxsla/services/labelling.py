"""Bring the labels of threads in line with their tickets, by the smallest difference, and take done commands off."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

import structlog

from inboxsla.errors import Gone, Refused, TooFast, TryLater
from inboxsla.gmail import labels
from inboxsla.gmail.port import Mailbox
from inboxsla.services import our_labels, writing
from inboxsla.services.apart import set_apart
from inboxsla.services.correspondence import AWAY
from inboxsla.services.delivered import Delivered
from inboxsla.services.label_changes import FEWEST_THREADS, LabelChange, change_of, shown, together
from inboxsla.services.ports import Ports
from inboxsla.storage import label_commands, label_work, mailboxes, messages
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

log = structlog.get_logger()

LABEL_LEASE = timedelta(minutes=2)
# How many tickets one run looks at, and how many of them it asks Gmail about one by one.
_LABELS_A_RUN, _SINGLY_A_RUN = 500, 50


def relabel(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    """Put right every thread of a live mailbox whose labels may be wrong, as many as one run takes.

    Where many threads change alike, as when the day begins, they change in one call.
    """
    now = ports.now()
    with ports.db.read() as conn:
        is_due = (
            label_work.has_labels_due(conn, mailbox.id, now)
            or our_labels.is_check_due(mailbox, now)
            or label_commands.in_state(conn, mailbox.id, "clearing")
        )
        if not is_due or writing.is_stopped(conn):
            return
    ids = our_labels.ids_of(ports, gmail, mailbox)
    waiting = _claimed(ports, mailbox)
    left = _all_alike(ports, gmail, mailbox, waiting, ids, done) if len(waiting) >= FEWEST_THREADS else waiting
    singly, later = left[:_SINGLY_A_RUN], left[_SINGLY_A_RUN:]
    if later:
        with ports.db.write() as conn:
            label_work.labels_later(conn, [ticket.id for ticket in later], ports.now())
    _one_by_one(ports, gmail, mailbox, singly, ids, done)
    done.more = done.more or bool(later) or len(waiting) == _LABELS_A_RUN
    _clear(ports, gmail, mailbox, ids)


def _claimed(ports: Ports, mailbox: MailboxRow) -> list[TicketRow]:
    now = ports.now()
    with ports.db.read() as conn:
        if not label_work.has_labels_due(conn, mailbox.id, now):
            return []
    with ports.db.write() as conn:
        if writing.is_stopped(conn):
            return []
        return label_work.claim_labels(conn, mailbox.id, now, now + LABEL_LEASE, _LABELS_A_RUN)


def _all_alike(
    ports: Ports,
    gmail: Mailbox,
    mailbox: MailboxRow,
    waiting: Sequence[TicketRow],
    ids: dict[str, str],
    done: Delivered,
) -> list[TicketRow]:
    """Make the changes that many threads have in common; returns the tickets that are left to be looked at one by one."""
    with ports.db.read() as conn:
        owners = our_labels.choices(conn, ports).owners
        if writing.is_stopped(conn) or not mailboxes.get(conn, mailbox.id).is_live:
            return list(waiting)
        threads = messages.of_threads(conn, mailbox.id, [ticket.thread_id for ticket in waiting])
    changes, finished = [], set()
    for ticket in waiting:
        with _set_apart(ports, mailbox, ticket):
            changes.append(change_of(ticket, threads.get(ticket.thread_id, ()), ids, owners=owners))
    for part in together(changes):
        with ports.db.read() as conn:
            if writing.is_stopped(conn):
                break
        for change in part:
            _expect_echoes(ports, mailbox, change, ids)
        try:
            named = [message_id for change in part for message_id in change.message_ids]
            gmail.modify_messages(named, part[0].add, part[0].remove)
        except TooFast as fast:
            with ports.db.write() as conn:
                label_work.labels_later(conn, [ticket.id for ticket in waiting], ports.now() + fast.wait)
            raise
        except (Refused, TryLater) as wrong:
            log.warning("labels of many not changed at once, so one by one", mailbox=mailbox.id, reason=str(wrong))
            continue
        for change in part:
            with _set_apart(ports, mailbox, change.ticket):
                _write_down(ports, mailbox, change, shown(ids))
                finished.add(change.ticket.id)
    done.relabelled += len(finished)
    return [ticket for ticket in waiting if ticket.id not in finished]


def _set_apart(ports: Ports, mailbox: MailboxRow, ticket: TicketRow) -> AbstractContextManager[None]:
    return set_apart(ports, f"label/{ticket.id}", f"The label of ticket {ticket.id}", mailbox.id)


def _one_by_one(
    ports: Ports,
    gmail: Mailbox,
    mailbox: MailboxRow,
    waiting: Sequence[TicketRow],
    ids: dict[str, str],
    done: Delivered,
) -> None:
    refused_in_a_row = 0
    for ticket in waiting:
        with _set_apart(ports, mailbox, ticket):
            try:
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids)
            except (Refused, Gone):
                # An id that Gmail does not know any more: somebody deleted a label, and with it took it off every thread.
                log.warning("label refused, looking the labels up again", mailbox=mailbox.id)
                ids = our_labels.ids_of(ports, gmail, mailbox, anew=True)
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids, labels_are_there=True)
            except TooFast as fast:
                with ports.db.write() as conn:
                    label_work.labels_later(conn, [each.id for each in waiting], ports.now() + fast.wait)
                raise
            except TryLater:
                # One thread that cannot be labelled must not hold up the others; two in a row mean Gmail as a whole.
                refused_in_a_row += 1
                if refused_in_a_row == 2:
                    raise
            else:
                refused_in_a_row = 0


def _put_right(
    ports: Ports,
    gmail: Mailbox,
    mailbox: MailboxRow,
    ticket: TicketRow,
    ids: dict[str, str],
    *,
    labels_are_there: bool = False,
) -> bool:
    """Send the difference between the labels last seen on the thread and those wanted; True if there was any.

    Raises Refused for a label that is not there any more, and Gone if that or the thread is not, unless `labels_are_there`.
    Nothing is sent for a mailbox that was stopped meanwhile.
    """
    with ports.db.read() as conn:
        if writing.is_stopped(conn) or not mailboxes.get(conn, mailbox.id).is_live:
            return False
        thread = messages.of_thread(conn, mailbox.id, ticket.thread_id)
        owners = our_labels.choices(conn, ports).owners
    change = change_of(ticket, thread, ids, owners=owners)
    _expect_echoes(ports, mailbox, change, ids)
    if not change.is_none:
        try:
            gmail.modify_thread(ticket.thread_id, change.add, change.remove)
        except Gone:
            if not labels_are_there:
                raise
            log.info("thread gone before it was labelled", ticket=ticket.id)
    _write_down(ports, mailbox, change, shown(ids))
    return not change.is_none


def _expect_echoes(ports: Ports, mailbox: MailboxRow, change: LabelChange, ids: dict[str, str]) -> None:
    """Said before Gmail is asked, so that a sync never takes for a person's what is our own."""
    added = {*change.add} & {label_id for key, label_id in ids.items() if labels.owner_of(key)}
    if not added:
        return
    ticket, since = change.ticket, mailbox.last_sync_begun_at
    recent = {key: at for key, at in ticket.label_echoes.items() if since is None or at >= since.isoformat()}
    with ports.db.write() as conn:
        label_work.expect_echoes(conn, ticket.id, recent | dict.fromkeys(sorted(added), ports.now().isoformat()))


def _write_down(ports: Ports, mailbox: MailboxRow, change: LabelChange, ours: set[str]) -> None:
    """What the thread carries now, unless a sync saw our labels change on it while Gmail was asked: then it knows better."""
    ticket, add, remove = change.ticket, frozenset(change.add), frozenset(change.remove)
    had = {row.gmail_id: row.labels & ours for row in change.kept}
    reached = {row.gmail_id for row in change.kept if not row.labels & AWAY}
    with ports.db.write() as conn:
        # Read again: somebody may have archived the thread while Gmail was asked, and a sync may know already.
        kept = [row for row in messages.of_thread(conn, mailbox.id, ticket.thread_id, lock=True) if row.gmail_id in had]
        if any(row.labels & ours != had[row.gmail_id] for row in kept):
            label_work.label_done(conn, ticket.id, None)
            return
        there = {
            row.gmail_id: (row.labels - remove) | (add if row.gmail_id in reached else frozenset()) for row in kept
        }
        changed = {row.gmail_id: there[row.gmail_id] for row in kept if there[row.gmail_id] != row.labels}
        messages.set_labels(conn, mailbox.id, changed)
        label_work.label_done(conn, ticket.id, ticket.version)


def _clear(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, ids: dict[str, str]) -> None:
    """Take commands and owner labels off threads that are no tickets."""
    with ports.db.read() as conn:
        waiting = label_commands.in_state(conn, mailbox.id, "clearing")
    for command in waiting:
        with ports.db.read() as conn:
            if writing.is_stopped(conn):
                return
        if label_id := ids.get(command.key):
            try:
                gmail.modify_thread(command.thread_id, (), (label_id,))
            except (Gone, Refused) as missing:
                log.info("label or thread gone before it was taken off", mailbox=mailbox.id, reason=str(missing))
        with ports.db.write() as conn:
            kept = messages.of_thread(conn, mailbox.id, command.thread_id, lock=True)
            left = {row.gmail_id: row.labels - {label_id or ""} for row in kept if label_id in row.labels}
            messages.set_labels(conn, mailbox.id, left)
            label_commands.move(conn, command.id, "done")
