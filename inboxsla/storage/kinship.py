"""Which thread each Message-ID belongs to, while a mailbox file is read: a throw-away index on disk, so that memory stays flat.

Kept apart from the product's tables: it names far more ids than there are messages, and only the reading of files needs it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.storage.types import EPOCH, MICROSECOND

# The empty name is SQLite's way to say: a file of its own that nobody else sees and that vanishes when it is closed.
_PRIVATE_FILE = ""
_TABLES = """
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;
CREATE TABLE names (id TEXT PRIMARY KEY, thread TEXT NOT NULL, subject TEXT NOT NULL, own INTEGER NOT NULL, reply INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE INDEX names_of ON names (thread);
CREATE TABLE subjects (subject TEXT NOT NULL, at INTEGER NOT NULL, thread TEXT NOT NULL, orphan INTEGER NOT NULL, people TEXT NOT NULL);
CREATE INDEX subjects_at ON subjects (subject, at);
CREATE INDEX subjects_of ON subjects (thread);
CREATE TABLE fixed (thread TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE seen (key TEXT PRIMARY KEY, times INTEGER NOT NULL) WITHOUT ROWID;
"""
_PEERS = 20


@dataclass(frozen=True, slots=True)
class Named:
    """A Message-ID: of a message that was seen (`own`), or claimed as an ancestor by one with `subject` (a `reply` or not)."""

    thread: str
    subject: str
    own: bool
    reply: bool


@dataclass(frozen=True, slots=True)
class Peer:
    """A message with the same subject. `orphan` says that it is a reply for which no parent was found."""

    thread: str
    at: datetime
    orphan: bool
    people: frozenset[str]


class Kinship:
    """The index. Not shared between threads or processes; close it when the file is read."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(_PRIVATE_FILE, isolation_level=None)
        self._db.executescript(_TABLES)

    def close(self) -> None:
        self._db.close()

    def named(self, ids: Sequence[str]) -> dict[str, Named]:
        """What is known of those ids."""
        rows = self._db.execute(f"SELECT id, thread, subject, own, reply FROM names WHERE id IN ({_marks(ids)})", ids)
        return {id_: Named(thread, subject, bool(own), bool(reply)) for id_, thread, subject, own, reply in rows}

    def own(self, id_: str, thread: str, subject: str) -> None:
        """A message with this id was seen, in `thread`; the first one with an id keeps it."""
        self._db.execute(
            "INSERT INTO names VALUES (?, ?, ?, 1, 0) ON CONFLICT (id) DO UPDATE"
            " SET thread = excluded.thread, subject = excluded.subject, own = 1 WHERE own = 0",
            (id_, thread, subject),
        )

    def claim(self, ids: Iterable[str], thread: str, subject: str, *, reply: bool) -> None:
        """A message of `thread` names these ids as its ancestors. A reply's claim goes before another's, the message itself before all."""
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?, ?, 0, ?) ON CONFLICT (id) DO UPDATE"
            " SET thread = excluded.thread, subject = excluded.subject, reply = 1 WHERE own = 0 AND reply = 0 AND excluded.reply = 1",
            ((each, thread, subject, reply) for each in ids),
        )

    def unclaim(self, ids: Sequence[str], thread: str) -> None:
        """Those ids, if nobody has seen their messages, are no ancestors of `thread`."""
        self._db.execute(f"DELETE FROM names WHERE id IN ({_marks(ids)}) AND thread = ? AND own = 0", (*ids, thread))

    def absorb(self, old: str, new: str) -> None:
        """Everything of thread `old` belongs to `new` from now on."""
        self._db.execute("UPDATE names SET thread = ? WHERE thread = ?", (new, old))
        self._db.execute("UPDATE subjects SET thread = ? WHERE thread = ?", (new, old))

    def fix(self, threads: Iterable[str]) -> None:
        """These threads are never absorbed by another."""
        self._db.executemany("INSERT OR IGNORE INTO fixed VALUES (?)", ((each,) for each in threads))

    def is_fixed(self, thread: str) -> bool:
        return self._db.execute("SELECT 1 FROM fixed WHERE thread = ?", (thread,)).fetchone() is not None

    def remember(self, subject: str, peer: Peer) -> None:
        people = json.dumps(sorted(peer.people))
        self._db.execute(
            "INSERT INTO subjects VALUES (?, ?, ?, ?, ?)", (subject, _number(peer.at), peer.thread, peer.orphan, people)
        )

    def found_parent(self, thread: str) -> None:
        """No reply of this thread is an orphan any more."""
        self._db.execute("UPDATE subjects SET orphan = 0 WHERE thread = ?", (thread,))

    def before(self, subject: str, at: datetime, within: timedelta) -> list[Peer]:
        """Messages with this subject up to `at`, nearest first, at most twenty."""
        where = "at BETWEEN ? AND ? ORDER BY at DESC"
        return self._peers(subject, where, (_number(at - within), _number(at)))

    def orphans_after(self, subject: str, at: datetime, within: timedelta) -> list[Peer]:
        """Replies without a parent, with this subject, from `at` on, nearest first, at most twenty."""
        where = "at BETWEEN ? AND ? AND orphan ORDER BY at"
        return self._peers(subject, where, (_number(at), _number(at + within)))

    def _peers(self, subject: str, where: str, span: tuple[int, int]) -> list[Peer]:
        columns = "thread, at, orphan, people"
        rows = self._db.execute(
            f"SELECT {columns} FROM subjects WHERE subject = ? AND {where} LIMIT {_PEERS}", (subject, *span)
        )
        return [
            Peer(thread, EPOCH + at * MICROSECOND, bool(orphan), frozenset(json.loads(people)))
            for thread, at, orphan, people in rows
        ]

    def count(self, key: str) -> int:
        """How often `key` was counted before."""
        row = self._db.execute(
            "INSERT INTO seen VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1 RETURNING times", (key,)
        ).fetchone()
        return int(row[0]) - 1


def _marks(values: Collection[str]) -> str:
    return ",".join("?" * len(values))


def _number(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
