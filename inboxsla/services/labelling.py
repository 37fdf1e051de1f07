"""Bring the labels of threads in line with their tickets, by the smallest difference, and take done commands off."""

from __future__ import annotations

from datetime import timedelta

import structlog

from inboxsla.errors import Gone, Refused, TooFast, TryLater
from inboxsla.gmail import labels
from inboxsla.gmail.port import Mailbox
from inboxsla.services import our_labels, writing
from inboxsla.services.apart import set_apart
from inboxsla.services.correspondence import AWAY
from inboxsla.services.delivered import Delivered
from inboxsla.services.ports import Ports
from inboxsla.storage import label_commands, mailboxes, messages, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import TicketRow

log = structlog.get_logger()

LABEL_LEASE = timedelta(minutes=2)
_LABELS_A_RUN = 50
_NOT_A_TICKET = "not_a_ticket"


def relabel(ports: Ports, gmail: Mailbox, mailbox: MailboxRow, done: Delivered) -> None:
    """Put right every thread of a live mailbox whose labels may be wrong, as many as one run takes."""
    now = ports.now()
    with ports.db.read() as conn:
        if writing.is_stopped(conn):
            return
    ids = our_labels.ids_of(ports, gmail, mailbox)
    with ports.db.write() as conn:
        if writing.is_stopped(conn):
            return
        waiting = tickets.claim_labels(conn, mailbox.id, now, now + LABEL_LEASE, _LABELS_A_RUN)
    refused_in_a_row = 0
    for ticket in waiting:
        with set_apart(ports, f"label/{ticket.id}", f"The label of ticket {ticket.id}", mailbox.id):
            try:
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids)
            except (Refused, Gone):
                # An id that Gmail does not know any more: somebody deleted a label, and with it took it off every thread.
                log.warning("label refused, looking the labels up again", mailbox=mailbox.id)
                ids = our_labels.ids_of(ports, gmail, mailbox, anew=True)
                done.relabelled += _put_right(ports, gmail, mailbox, ticket, ids, labels_are_there=True)
            except TooFast as fast:
                with ports.db.write() as conn:
                    tickets.labels_later(conn, [each.id for each in waiting], ports.now() + fast.wait)
                raise
            except TryLater:
                # One thread that cannot be labelled must not hold up the others; two in a row mean Gmail as a whole.
                refused_in_a_row += 1
                if refused_in_a_row == 2:
                    raise
            else:
                refused_in_a_row = 0
    done.more = done.more or len(waiting) == _LABELS_A_RUN
    _clear(ports, gmail, mailbox, ids)


def _wanted(ports: Ports, ticket: TicketRow, ids: dict[str, str]) -> set[str]:
    """The ids of the labels that show how the ticket stands and whose it is."""
    state = None if ticket.label_wanted is None else labels.label_for(ticket.label_wanted)
    found = set() if state is None else {ids[state]}
    if ports.settings.labels.owners and ticket.owner is not None and ticket.status != _NOT_A_TICKET:
        found |= {ids[key] for key in [labels.owner_key(ticket.owner)] if key in ids}
    return found


def _shown(ids: dict[str, str]) -> set[str]:
    """Every label of ours that says something about a thread; folders do not."""
    says = {*labels.NAMES.values(), *labels.COMMANDS.values()}
    return {label_id for key, label_id in ids.items() if key in says or labels.owner_of(key) is not None}


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
    ours = _shown(ids)
    with ports.db.read() as conn:
        if writing.is_stopped(conn) or not mailboxes.get(conn, mailbox.id).is_live:
            return False
        kept = [row for row in messages.of_thread(conn, mailbox.id, ticket.thread_id) if not row.gone]
    on_thread = [row.labels for row in kept if not row.labels & AWAY]
    add, remove = labels.changes(_wanted(ports, ticket, ids), on_thread, ours)
    # Commands come off wherever they are, in Spam and Trash too.
    asked = {ids[key] for key in labels.COMMANDS.values() if key in ids}
    remove = tuple(sorted({*remove, *(frozenset().union(*(row.labels for row in kept)) & asked)}))
    _expect_echoes(ports, mailbox, ticket, {*add} & {i for key, i in ids.items() if labels.owner_of(key)})
    if add or remove:
        try:
            gmail.modify_thread(ticket.thread_id, add, remove)
        except Gone:
            if not labels_are_there:
                raise
            log.info("thread gone before it was labelled", ticket=ticket.id)
    _write_down(ports, mailbox, ticket, kept, frozenset(add), frozenset(remove), ours)
    return bool(add or remove)


def _expect_echoes(ports: Ports, mailbox: MailboxRow, ticket: TicketRow, added: set[str]) -> None:
    """Said before Gmail is asked, so that a sync never takes for a person's what is our own."""
    if not added:
        return
    since = mailbox.last_sync_begun_at
    recent = {key: at for key, at in ticket.label_echoes.items() if since is None or at >= since.isoformat()}
    with ports.db.write() as conn:
        tickets.expect_echoes(conn, ticket.id, recent | dict.fromkeys(sorted(added), ports.now().isoformat()))


def _write_down(
    ports: Ports,
    mailbox: MailboxRow,
    ticket: TicketRow,
    before: list[MessageRow],
    add: frozenset[str],
    remove: frozenset[str],
    ours: set[str],
) -> None:
    """What the thread carries now, unless a sync saw our labels change on it while Gmail was asked: then it knows better."""
    had = {row.gmail_id: row.labels & ours for row in before}
    reached = {row.gmail_id for row in before if not row.labels & AWAY}
    with ports.db.write() as conn:
        # Read again: somebody may have archived the thread while Gmail was asked, and a sync may know already.
        kept = [row for row in messages.of_thread(conn, mailbox.id, ticket.thread_id, lock=True) if row.gmail_id in had]
        if any(row.labels & ours != had[row.gmail_id] for row in kept):
            tickets.label_done(conn, ticket.id, None)
            return
        there = {
            row.gmail_id: (row.labels - remove) | (add if row.gmail_id in reached else frozenset()) for row in kept
        }
        changed = {row.gmail_id: there[row.gmail_id] for row in kept if there[row.gmail_id] != row.labels}
        messages.set_labels(conn, mailbox.id, changed)
        tickets.label_done(conn, ticket.id, ticket.version)


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
