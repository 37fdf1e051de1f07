"""Mailboxes as a person sees them: threads with their messages, newest first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from . import changes, mime
from .answers import not_found
from .store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored message. `at` is its internalDate (aware UTC)."""

    message_id: str
    thread_id: str
    at: datetime
    labels: frozenset[str]
    raw: bytes
    facts: mime.Facts

    def header(self, name: str) -> str:
        """A header's value on one line as it was sent, or ""."""
        head = self.raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
        return next(
            (line.partition(":")[2].strip() for line in head if line.lower().startswith(f"{name.lower()}:")), ""
        )


def thread(store: Store, address: str, thread_id: str) -> list[Kept]:
    """Oldest first. Raises ApiError 404."""
    with store.database.reading() as conn:
        rows = conn.execute(
            "SELECT * FROM messages WHERE mailbox = ? AND thread_id = ? ORDER BY internal_ms, rowid",
            (address, thread_id),
        ).fetchall()
        if not rows:
            raise not_found()
        return [
            Kept(
                row["id"], thread_id, datetime.fromtimestamp(row["internal_ms"] / 1000, UTC),
                frozenset(changes.labels_of(conn, address, row["id"])), bytes(row["raw"]), mime.facts(bytes(row["raw"])),
            )
            for row in rows
        ]  # fmt: skip


def threads(store: Store, address: str, label: str = "", limit: int = 100) -> Iterator[list[Kept]]:
    """The newest threads, or those in which some message has this label id."""
    condition = "AND EXISTS (SELECT 1 FROM message_labels l WHERE l.mailbox = m.mailbox AND l.message_id = m.id AND l.label_id = ?)"
    with store.database.reading() as conn:
        # Searching backwards from the newest would miss a thread whose labelled message is old: group first, then order.
        rows = conn.execute(
            "SELECT thread_id FROM (SELECT thread_id, max(internal_ms) AS newest FROM messages WHERE mailbox = ? AND thread_id IN "
            f"(SELECT thread_id FROM messages m WHERE m.mailbox = ? {condition if label else ''}) GROUP BY thread_id) "
            "ORDER BY newest DESC LIMIT ?",
            (address, address, *([label] if label else []), limit),
        ).fetchall()
    for row in rows:
        yield thread(store, address, str(row["thread_id"]))


def labels(store: Store, address: str) -> dict[str, tuple[str, str, str]]:
    """User labels: id → (name, background, text colour); Gmail's own grey where none was set."""
    with store.database.reading() as conn:
        rows = conn.execute(
            "SELECT * FROM labels WHERE mailbox = ? AND type = 'user' ORDER BY name", (address,)
        ).fetchall()
    return {row["id"]: (row["name"], row["background"] or "#e7e7e7", row["text"] or "#464646") for row in rows}


def aliases(store: Store, address: str) -> frozenset[str]:
    """The mailbox's own addresses."""
    with store.database.reading() as conn:
        row = conn.execute("SELECT aliases FROM mailboxes WHERE address = ?", (address,)).fetchone()
    return frozenset({address, *json.loads(row["aliases"])})
