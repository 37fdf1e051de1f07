"""The simulator's state: one SQLite file (or memory) behind one lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS mailboxes(
  position INTEGER PRIMARY KEY AUTOINCREMENT, address TEXT NOT NULL UNIQUE, aliases TEXT NOT NULL DEFAULT '[]',
  history_id INTEGER NOT NULL, horizon INTEGER NOT NULL, next_label INTEGER NOT NULL DEFAULT 1, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS labels(
  mailbox TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, type TEXT NOT NULL,
  background TEXT, text TEXT, in_label_list TEXT NOT NULL, in_message_list TEXT NOT NULL,
  PRIMARY KEY(mailbox, id), UNIQUE(mailbox, folded));
CREATE TABLE IF NOT EXISTS messages(
  mailbox TEXT NOT NULL, id TEXT NOT NULL, thread_id TEXT NOT NULL, internal_ms INTEGER NOT NULL, placed_ms INTEGER NOT NULL,
  history_id INTEGER NOT NULL, raw BLOB NOT NULL, snippet TEXT NOT NULL, rfc_id TEXT NOT NULL, subject_key TEXT NOT NULL,
  subject TEXT NOT NULL, sender TEXT NOT NULL, recipients TEXT NOT NULL, haystack TEXT NOT NULL,
  PRIMARY KEY(mailbox, id));
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages(mailbox, thread_id, internal_ms);
CREATE INDEX IF NOT EXISTS messages_by_time ON messages(mailbox, internal_ms, id);
CREATE INDEX IF NOT EXISTS messages_by_rfc_id ON messages(mailbox, rfc_id);
CREATE TABLE IF NOT EXISTS message_labels(
  mailbox TEXT NOT NULL, message_id TEXT NOT NULL, label_id TEXT NOT NULL, PRIMARY KEY(mailbox, message_id, label_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_labels_by_label ON message_labels(mailbox, label_id, message_id);
CREATE TABLE IF NOT EXISTS history(
  seq INTEGER PRIMARY KEY AUTOINCREMENT, mailbox TEXT NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL,
  message_id TEXT NOT NULL, thread_id TEXT NOT NULL, changed TEXT NOT NULL, labels TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS history_by_id ON history(mailbox, id);
CREATE TABLE IF NOT EXISTS notes(key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Database:
    """One connection shared by all threads; `reading` and `writing` take turns."""

    def __init__(self, path: str | Path) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        # Told after each transaction that changed something, or may have.
        self.after_commit: Callable[[], None] | None = None
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; an inner `writing` joins the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            if self.after_commit is not None:
                self.after_commit()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
