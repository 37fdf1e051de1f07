"""What InboxSLA needs from a Gmail mailbox, and the values that cross that wall.

Ids are opaque text. `history_id` is text too: Gmail's are unsigned 64-bit decimals and may be wider elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Profile:
    address: str
    history_id: str


@dataclass(frozen=True, slots=True)
class Label:
    id: str
    name: str
    kind: str = "user"  # "user" or "system"


@dataclass(frozen=True, slots=True)
class GmailMessage:
    """One message as Gmail gives it with `format=full`.

    `internal_at` is Gmail's `internalDate` (aware UTC). `payload` is Gmail's MIME tree untouched; `gmail.message.from_gmail` reads it.
    """

    id: str
    thread_id: str
    label_ids: frozenset[str]
    history_id: str
    internal_at: datetime
    payload: Mapping[str, Any]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One line of history, already cut to one message.

    `kind` is "added", "deleted", "labels_added" or "labels_removed"; `label_ids` are the labels added or removed, or, for
    "added", those the record shows (None where Gmail left them out).
    """

    kind: str
    record_id: str
    message_id: str
    thread_id: str
    label_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    changes: tuple[Change, ...]
    history_id: str
    next_page_token: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadList:
    """`history_ids` say when each thread changed last, where Gmail tells it."""

    thread_ids: tuple[str, ...]
    next_page_token: str | None = None
    history_ids: Mapping[str, str] = field(default_factory=dict)

    def unchanged_since(self, thread_id: str, history_id: str) -> bool:
        """Whether Gmail says that nothing happened to the thread after `history_id`."""
        last = self.history_ids.get(thread_id, "")
        return last.isdecimal() and history_id.isdecimal() and int(last) <= int(history_id)


@dataclass(frozen=True, slots=True)
class GmailThread:
    id: str
    history_id: str
    messages: tuple[GmailMessage, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Sent:
    id: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class Watch:
    """Gmail's promise to tell of news until `expires_at` (aware UTC). `history_id` is where the mailbox stood; it is no cursor."""

    history_id: str
    expires_at: datetime


class Mailbox(Protocol):
    """One connected Gmail account. Every call may raise TryLater (network, quota, 5xx) and AccessLost; the rest is named below."""

    def background(self) -> Mailbox:
        """The same account over the same connection, for work that can wait: it takes only the quota that live work leaves."""

    def profile(self) -> Profile: ...

    def send_as(self) -> frozenset[str]:
        """The addresses this account sends under, its own among them, lower-case; without those nobody has confirmed yet.

        Raises Refused where Gmail, or whatever stands in for it, does not tell.
        """

    def history(self, start: str, page_token: str | None = None) -> HistoryPage:
        """Changes since `start`, oldest first, over all labels. Raises HistoryExpired when Gmail has forgotten `start`."""

    def threads(self, query: str, page_token: str | None = None) -> ThreadList:
        """Thread ids matching a Gmail search, newest first. Raises Gone for a page that Gmail has forgotten."""

    def thread(self, thread_id: str) -> GmailThread:
        """The whole thread, messages oldest first. Raises Gone, and Refused if it will never be readable."""

    def message(self, message_id: str) -> GmailMessage:
        """One message, `format=full`. Raises Gone, and Refused if it will never be readable."""

    def labels(self) -> Sequence[Label]: ...

    def create_label(self, name: str, background: str, text: str) -> Label:
        """Create it, or return the one that has this name already (any case). Falls back to no colour if Gmail refuses the colour."""

    def change_label(self, label_id: str, name: str | None, colours: tuple[str, str] | None) -> None:
        """Give it another name, or another (background, text), or both. Raises Gone, and Refused where another label has that
        name or Gmail does not take the name or a colour."""

    def delete_label(self, label_id: str) -> None:
        """Delete it, which takes it off every message. Raises Gone, and Refused for one of Gmail's own."""

    def modify_thread(self, thread_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove label ids on every message the thread has now. Raises Gone (thread), Refused (unknown label id)."""

    def modify_messages(self, message_ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove label ids on these messages, a thousand at most, in one call. Those that are gone are passed over
        without a word. Raises Refused (unknown label id).
        """

    def send(self, raw: bytes, thread_id: str | None = None) -> Sent:
        """Send RFC 5322 bytes at most once: the transport never repeats it by itself. They begin a thread of their own, or
        join `thread_id` if they answer a mail in it under the same subject.

        Raises OutcomeUnknown when the answer was lost or was a 5xx, TryLater when Gmail surely did not take it (429, 403 rate,
        connection refused), Refused when Gmail will never take it (400, or no such thread).
        """

    def watch(self, topic: str) -> Watch:
        """Have Gmail tell Pub/Sub's `topic` of mail that arrives or is sent; asking again prolongs it, for a week at most.

        Raises Refused when Google will not use the topic: it does not exist, or Gmail may not write to it.
        """

    def stop_watch(self) -> None:
        """Have Gmail tell nobody any more; nothing happens where nobody was told."""
