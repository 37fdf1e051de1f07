"""Putting messages into a mailbox and taking them out: ids, threads, history."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from . import mime


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a message went."""

    message_id: str
    thread_id: str


def advance(conn: sqlite3.Connection, mailbox: str, dice: random.Random) -> int:
    """The next history id: larger than the last one by a random gap, as Gmail's are."""
    row = conn.execute(
        "UPDATE mailboxes SET history_id = history_id + ? WHERE address = ? RETURNING history_id",
        (dice.randint(1, 60), mailbox),
    ).fetchone()
    return int(row["history_id"])


def record(
    conn: sqlite3.Connection,
    mailbox: str,
    history_id: int,
    kind: str,
    message: Placed,
    *,
    changed: Iterable[str] = (),
    labels: Iterable[str] = (),
) -> None:
    """One line of history. Lines with the same `history_id` come out as one record."""
    conn.execute(
        "INSERT INTO history(mailbox, id, kind, message_id, thread_id, changed, labels) VALUES (?,?,?,?,?,?,?)",
        (
            mailbox,
            history_id,
            kind,
            message.message_id,
            message.thread_id,
            json.dumps(sorted(changed)),
            json.dumps(sorted(labels)),
        ),
    )


def thread_for(conn: sqlite3.Connection, mailbox: str, facts: mime.Facts) -> str | None:
    """The thread an incoming message joins: one it refers to, with the same subject."""
    for reference in reversed(facts.references):
        row = conn.execute(
            "SELECT thread_id FROM messages WHERE mailbox = ? AND rfc_id = ? AND subject_key = ?",
            (mailbox, reference, facts.subject_key),
        ).fetchone()
        if row:
            return str(row["thread_id"])
    return None


def place(
    conn: sqlite3.Connection,
    mailbox: str,
    raw: bytes,
    *,
    labels: Collection[str],
    internal_ms: int,
    placed_ms: int,
    dice: random.Random,
    thread_id: str | None = None,
    facts: mime.Facts | None = None,
    history_id: int | None = None,
) -> Placed:
    """Store one message and its line of history. Without `thread_id` it begins a thread of its own."""
    known = facts or mime.facts(raw)
    message_id = _fresh_id(conn, mailbox, internal_ms, dice)
    placed = Placed(message_id, thread_id or message_id)
    at = history_id or advance(conn, mailbox, dice)
    people = "\n".join(known.recipients)
    haystack = "\n".join((known.subject, known.sender, people, known.text)).casefold()
    conn.execute(
        "INSERT INTO messages VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            mailbox,
            message_id,
            placed.thread_id,
            internal_ms,
            placed_ms,
            at,
            raw,
            known.snippet,
            known.rfc_id,
            known.subject_key,
        )
        + (known.subject.casefold(), known.sender.casefold(), people.casefold(), haystack),
    )
    conn.executemany(
        "INSERT INTO message_labels VALUES (?,?,?)", [(mailbox, message_id, label) for label in set(labels)]
    )
    record(conn, mailbox, at, "messageAdded", placed, labels=set(labels))
    return placed


def remove(conn: sqlite3.Connection, mailbox: str, message: Placed, history_id: int) -> None:
    """Delete for good; Gmail's history then says `messagesDeleted`."""
    conn.execute("DELETE FROM messages WHERE mailbox = ? AND id = ?", (mailbox, message.message_id))
    conn.execute("DELETE FROM message_labels WHERE mailbox = ? AND message_id = ?", (mailbox, message.message_id))
    record(conn, mailbox, history_id, "messageDeleted", message)


def _fresh_id(conn: sqlite3.Connection, mailbox: str, internal_ms: int, dice: random.Random) -> str:
    """16 hex digits whose upper part is the time, like Gmail's."""
    while True:
        candidate = f"{(max(internal_ms, 0) << 20 | dice.getrandbits(20)) & 0xFFFFFFFFFFFFFFFF:016x}"
        if not conn.execute("SELECT 1 FROM messages WHERE mailbox = ? AND id = ?", (mailbox, candidate)).fetchone():
            return candidate
