"""The simulated Gmail as a Python object: mailboxes, mail coming in, people acting in Gmail's own pages."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from . import changes, letters, mime
from .database import Database
from .mailroom import Placed, advance, place, remove, thread_for


def utc_now() -> datetime:
    return datetime.now(UTC)


class Store:
    """All simulated mailboxes. `path` is an SQLite file or ":memory:"; `now` gives aware UTC; `seed` makes ids repeatable;
    `zone` is that of the times which mails quote.

    Methods that name a thread or message raise `answers.ApiError` (404) when it is not there.
    """

    def __init__(
        self,
        path: str | Path = ":memory:",
        *,
        now: Callable[[], datetime] = utc_now,
        seed: int | None = None,
        zone: tzinfo = UTC,
    ) -> None:
        self.database = Database(path)
        self.now = now
        self.zone = zone
        self.dice = random.Random(seed)
        self.search_lag = timedelta(0)

    def close(self) -> None:
        self.database.close()

    def add_mailbox(self, address: str, aliases: Collection[str] = ()) -> None:
        """Create the mailbox with Gmail's own labels; one that exists is left as it is."""
        start = self.dice.randint(100_000, 900_000)
        names = json.dumps([alias.lower() for alias in aliases])
        with self.database.writing() as conn:
            made = conn.execute(
                "INSERT OR IGNORE INTO mailboxes(address, aliases, history_id, horizon) VALUES (?,?,?,?)",
                (address.lower(), names, start, start),
            )
            if made.rowcount:
                for name in changes.SYSTEM:
                    hidden = "labelHide" if name.startswith("CATEGORY_") else "labelShow"
                    row = (address.lower(), name, name, name.casefold(), "system", None, None, hidden, "hide")
                    conn.execute("INSERT INTO labels VALUES (?,?,?,?,?,?,?,?,?)", row)

    def mailboxes(self) -> list[str]:
        with self.database.reading() as conn:
            return [str(row["address"]) for row in conn.execute("SELECT address FROM mailboxes ORDER BY position")]

    def history_id(self, address: str) -> int:
        with self.database.reading() as conn:
            return int(conn.execute("SELECT history_id FROM mailboxes WHERE address = ?", (address,)).fetchone()[0])

    # Mail

    def deliver(
        self,
        address: str,
        raw: bytes,
        *,
        labels: Collection[str] = ("INBOX", "UNREAD"),
        at: datetime | None = None,
        thread_id: str | None = None,
    ) -> Placed:
        """A mail arrives. Without `thread_id` Gmail's threading rules decide. `at` becomes its internalDate (default: now)."""
        found = mime.facts(raw)
        with self.database.writing() as conn:
            thread = thread_id or thread_for(conn, address, found)
            return place(
                conn, address, raw, labels=labels, internal_ms=self._ms(at), placed_ms=self._ms(None), dice=self.dice,
                thread_id=thread, facts=found,
            )  # fmt: skip

    def reply_as(
        self,
        address: str,
        thread_id: str,
        agent_address: str,
        text: str,
        at: datetime | None = None,
        sender_header: bool = True,
        *,
        agent_name: str = "",
        quote: bool = True,
    ) -> Placed:
        """An agent answers from the shared mailbox: a SENT message to the last person from outside who wrote, and not to a machine.

        With `sender_header` the mail says which delegate wrote it, as Workspace does if the admin chose so.
        """
        when = at or self.now()
        with self.database.writing() as conn:
            changes.messages_of(conn, address, thread_id)
            rows = conn.execute(
                "SELECT raw, internal_ms FROM messages m WHERE mailbox = ? AND thread_id = ? AND NOT EXISTS "
                "(SELECT 1 FROM message_labels l WHERE l.mailbox = m.mailbox AND message_id = m.id AND label_id = 'DRAFT') "
                "ORDER BY internal_ms, rowid",
                (address, thread_id),
            ).fetchall()
            told = [(mime.facts(row["raw"]), row["internal_ms"]) for row in rows]
            last, written_ms = _to_answer(address, told)
            to = ", ".join(last.recipients) if _is_of(address, last) else last.sender
            written = datetime.fromtimestamp(written_ms / 1000, self.zone)
            body = text + (letters.quoted(last, written) if quote else "")
            headers = {"Message-ID": letters.message_id()}
            if sender_header:
                headers["Sender"] = letters.mailbox_header(agent_address, agent_name)
            raw = letters.letter(
                sender=address, to=to, subject=letters.reply_subject(last.subject), text=body, at=when,
                headers=headers, answering=told[-1][0],
            )  # fmt: skip
            return self.deliver(address, raw, labels=("SENT",), at=when, thread_id=thread_id)

    def start_as(
        self, address: str, agent_address: str, to: str, subject: str, text: str, at: datetime | None = None
    ) -> Placed:
        """A member of staff begins a thread from the shared mailbox."""
        when = at or self.now()
        headers = {"Message-ID": letters.message_id(), "Sender": agent_address}
        raw = letters.letter(sender=address, to=to, subject=subject, text=text, at=when, headers=headers)
        return self.deliver(address, raw, labels=("SENT",), at=when)

    def bounce(self, address: str, message_id: str, recipient: str, at: datetime | None = None) -> Placed:
        """The mail server says that a sent message never arrived."""
        with self.database.writing() as conn:
            where = changes.message_of(conn, address, message_id)
            original = bytes(
                conn.execute("SELECT raw FROM messages WHERE mailbox=? AND id=?", (address, message_id)).fetchone()[0]
            )
            raw = letters.bounce(
                mailbox=address, recipient=recipient, about=mime.facts(original), original=original, at=at or self.now()
            )
            return self.deliver(address, raw, at=at, thread_id=where.thread_id)

    def autosave_draft(
        self, address: str, text: str, *, thread_id: str | None = None, previous: str | None = None
    ) -> Placed:
        """Gmail saves a draft while somebody types: the old version is deleted and a new message takes its place."""
        raw = letters.letter(sender=address, to="", subject="", text=text, at=self.now())
        with self.database.writing() as conn:
            at = advance(conn, address, self.dice)
            if previous:
                old = changes.message_of(conn, address, previous)
                thread_id = thread_id or old.thread_id
                remove(conn, address, old, at)
            moment = self._ms(None)
            return place(
                conn,
                address,
                raw,
                labels=("DRAFT",),
                internal_ms=moment,
                placed_ms=moment,
                dice=self.dice,
                thread_id=thread_id,
                history_id=at,
            )

    # What people do in Gmail

    def archive(self, address: str, thread_id: str) -> None:
        self.relabel(address, thread_id, remove=("INBOX",))

    def restore(self, address: str, thread_id: str) -> None:
        """Back to the inbox, from the archive, Spam or Trash."""
        self.relabel(address, thread_id, add=("INBOX",), remove=("SPAM", "TRASH"))

    def spam(self, address: str, thread_id: str) -> None:
        self.relabel(address, thread_id, add=("SPAM",), remove=("INBOX",))

    def trash(self, address: str, thread_id: str) -> None:
        self.relabel(address, thread_id, add=("TRASH",), remove=("INBOX",))

    def relabel(self, address: str, thread_id: str, add: Collection[str] = (), remove: Collection[str] = ()) -> None:
        """Label ids on or off every message the thread has now."""
        with self.database.writing() as conn:
            received = changes.messages_of(conn, address, thread_id)
            changes.relabel(conn, address, received, add, remove, self.dice)

    def delete(self, address: str, message_id: str) -> None:
        """Delete one message for good."""
        with self.database.writing() as conn:
            remove(conn, address, changes.message_of(conn, address, message_id), advance(conn, address, self.dice))

    # The account itself

    def expire_history(self, address: str) -> None:
        """Gmail forgets: every history id handed out until now gives 404."""
        with self.database.writing() as conn:
            horizon = advance(conn, address, self.dice)
            conn.execute("UPDATE mailboxes SET horizon = ? WHERE address = ?", (horizon, address))
            conn.execute("DELETE FROM history WHERE mailbox = ? AND id <= ?", (address, horizon))

    def revoke(self, address: str, revoked: bool = True) -> None:
        """The owner takes the permission back (or gives it again): calls answer 401."""
        with self.database.writing() as conn:
            conn.execute("UPDATE mailboxes SET revoked = ? WHERE address = ?", (int(revoked), address))

    # Notes that outlive the process (the narrator keeps its place here)

    def remember(self, key: str, value: Mapping[str, Any]) -> None:
        with self.database.writing() as conn:
            conn.execute("INSERT OR REPLACE INTO notes VALUES (?,?)", (key, json.dumps(value)))

    def recall(self, key: str) -> dict[str, Any] | None:
        with self.database.reading() as conn:
            row = conn.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
            return json.loads(row["value"]) if row else None

    def _ms(self, at: datetime | None) -> int:
        return int((at or self.now()).timestamp() * 1000)


def _is_of(address: str, mail: mime.Facts) -> bool:
    return mime.person(mail.sender)[1].lower() == address


def _to_answer(address: str, told: Sequence[tuple[mime.Facts, int]]) -> tuple[mime.Facts, int]:
    """Which mail of a thread an answer goes to: the last of a person from outside; else our own last; else any."""
    house = address.rpartition("@")[2]
    people = [each for each in told if not each[0].automatic and not _is_of(address, each[0])]
    outside = [each for each in people if mime.person(each[0].sender)[1].lower().rpartition("@")[2] != house]
    ours = [each for each in told if _is_of(address, each[0])]
    return (outside or people or ours or told)[-1]
