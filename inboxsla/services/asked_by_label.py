"""Which labels of ours somebody put on a thread, to ask for something or to hand it over. Seen by a sync, noted, done later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.gmail import labels
from inboxsla.gmail.port import Change
from inboxsla.services.ruling import BY_LABEL
from inboxsla.storage import label_commands, label_work, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import TicketRow

# In this order several at once are done; a digit of the event's name, which decides where instants are equal.
RANKS = {name: rank for rank, name in enumerate(labels.COMMANDS.values(), start=1)}
_LONGEST_RECORD = 150

Shown = Mapping[str, frozenset[str]]


def watched(mailbox: MailboxRow) -> dict[str, str]:
    """The labels that mean something when a person puts them on: id to key."""
    return {i: key for key, i in mailbox.label_ids.items() if key in RANKS or labels.owner_of(key) is not None}


def note(
    conn: Connection,
    mailbox: MailboxRow,
    thread_id: str,
    known: Sequence[MessageRow],
    fresh: Sequence[MessageRow],
    changes: Sequence[Change],
    snapshot: tuple[str, Shown | None],
    now: datetime,
) -> None:
    """Keep what was asked for on this thread, in the transaction that takes in its news. Only a live mailbox answers."""
    keys = watched(mailbox)
    if not mailbox.is_live or not keys:
        return
    put = put_on(known, fresh, changes, snapshot, keys)
    added = {i for line in changes if line.kind == "labels_added" for i in line.label_ids or ()}
    if not put and not added & keys.keys():
        return
    asked = [(keys[i], f"{BY_LABEL}{RANKS[keys[i]]}:{record}") for i, record in put.items() if keys[i] in RANKS]
    owners = {i: labels.owner_of(key) or "" for i, key in keys.items() if key not in RANKS}
    ticket = tickets.by_thread(conn, mailbox.id, thread_id)
    if ticket is not None:
        echoed = _echoes(conn, mailbox, ticket, added)
        owners = {i: address for i, address in owners.items() if i not in echoed and address != ticket.owner}
    chosen = [i for i in put if i in owners]
    if chosen:
        # Of several the one put on last; it is one wish.
        asked.append((keys[chosen[-1]], f"{BY_LABEL}0:{put[chosen[-1]]}"))
    label_commands.note(conn, mailbox.id, thread_id, asked, now)


def _echoes(conn: Connection, mailbox: MailboxRow, ticket: TicketRow, seen: Collection[str]) -> set[str]:
    """Owner labels that history shows because we put them on; each is expected once, and not after a whole sync without it."""
    since = "" if mailbox.last_sync_begun_at is None else mailbox.last_sync_begun_at.isoformat()
    expected = {i for i, at in ticket.label_echoes.items() if at >= since}
    left = {i: at for i, at in ticket.label_echoes.items() if i not in seen}
    if left != ticket.label_echoes:
        label_work.expect_echoes(conn, ticket.id, left)
    return expected


def put_on(
    known: Sequence[MessageRow],
    fresh: Sequence[MessageRow],
    changes: Sequence[Change],
    snapshot: tuple[str, Shown | None],
    meant: Collection[str],
) -> dict[str, str]:
    """Labels of `meant` that came on the thread and are still there: id to the history record that brought it, last one last.

    What was on some message of the thread already did not come, however many messages show it now: so neither what a thread
    is read to carry again after a failure, nor the rest of a click that history tells message by message, asks twice.
    """
    meant = frozenset(meant)
    now = {row.gmail_id: row.labels & meant for row in known if not row.gone}
    came: dict[str, str] = {}
    for record, message_id, after in _lines(now, fresh, changes, snapshot):
        before = frozenset().union(*now.values())
        if after is None:
            now.pop(message_id, None)
            continue
        now[message_id] = after & meant
        for label in sorted(now[message_id] - before):
            came.pop(label, None)
            came[label] = record[:_LONGEST_RECORD]
    still = frozenset().union(*now.values())
    return {label: record for label, record in came.items() if label in still}


def _lines(
    now: Shown, fresh: Sequence[MessageRow], changes: Sequence[Change], snapshot: tuple[str, Shown | None]
) -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """(record, message, its labels from then on; None if it is gone), in order; `now` is read as it changes."""
    to_come = {row.gmail_id: row for row in fresh}
    for line in changes:
        named = line.label_ids or frozenset()
        if line.kind == "deleted":
            yield line.record_id, line.message_id, None
        elif line.kind == "added" and line.message_id in to_come:
            yield line.record_id, line.message_id, to_come.pop(line.message_id).labels
        elif line.message_id in now and line.kind == "labels_added":
            yield line.record_id, line.message_id, now[line.message_id] | named
        elif line.message_id in now and line.kind == "labels_removed":
            yield line.record_id, line.message_id, now[line.message_id] - named
        elif line.kind == "labels_added" and line.message_id in to_come:
            # Fetched whole, so its row shows this label already, or that somebody took it off since.
            yield line.record_id, line.message_id, named & to_come[line.message_id].labels
    for row in to_come.values():
        yield f"arrived-{row.gmail_id}", row.gmail_id, row.labels
    source, shown = snapshot
    for message_id, there in (shown or {}).items():
        yield source, message_id, there
