"""One message of a mailbox file: what is kept of it, or why it is kept aside. Pure, and total: whatever a file holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

import structlog

from inboxsla.gmail.mbox import MboxItem, placed_time
from inboxsla.gmail.message import ParsedMessage, UnreadableMessage, parse, takeout_facts, thread_subject
from inboxsla.services import conversations
from inboxsla.services.conversations import Letter
from inboxsla.services.correspondence import AWAY
from inboxsla.services.ingest import EXCERPT, kept_headers
from inboxsla.services.takeout import label_ids, nobodys
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

log = structlog.get_logger()

# How ids that we gave begin; Gmail's are hexadecimal numbers.
OURS = "mbox-"
NO_TIME = "neither its From_ line nor Received nor Date says a plausible time"
NO_SENDER = "it does not say who sent it"
_RECIPIENTS = 500
_LONGEST_THREAD_ID = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """Kept: `row`, whose thread is still to be found by `letter`. Kept aside: `reason`, and `place` says where in the file."""

    key: str
    place: str
    row: MessageRow | None = None
    letter: Letter | None = None
    reason: str = ""


def arrival(item: MboxItem, file: str, box: MailboxRow, insiders: Collection[str], now: datetime) -> Arrival:
    """Read one message. `insiders` are addresses that do not tell one conversation from another."""
    key, place = _digest(item.raw), f"message {item.index + 1} of {file}, at byte {item.offset}"
    if item.error is not None:
        return Arrival(key, place, reason=item.error)
    try:
        parsed = parse(item.raw, own_addresses=box.own_addresses, own_lists=box.own_lists)
        return _read(item, parsed, Arrival(key, place), insiders, now)
    except UnreadableMessage as unreadable:
        return Arrival(key, place, reason=unreadable.reason)
    except Exception as error:
        # A message must never take its neighbours with it. Its text may be in the error, so only the error's name is logged.
        log.error("message kept aside", mailbox=box.id, number=item.index + 1, error=type(error).__name__)
        return Arrival(key, place, reason=f"InboxSLA could not read it ({type(error).__name__})")


def _read(item: MboxItem, parsed: ParsedMessage, bare: Arrival, insiders: Collection[str], now: datetime) -> Arrival:
    thread, names = takeout_facts(parsed.headers)
    labels = label_ids(names)
    placed = placed_time(item, latest=now)
    reason = nobodys(labels) or parsed.defect or ("" if _has_sender(parsed, labels) else NO_SENDER)
    if reason or placed is None:
        return replace(bare, reason=reason or NO_TIME)
    gmail_thread = f"{int(thread):x}" if thread and len(thread) <= _LONGEST_THREAD_ID else None
    one = conversations.letter(parsed, placed[0], gmail_thread, insiders)
    key = _key(parsed) or bare.key
    return replace(bare, key=key, row=_row(key, parsed, labels, one), letter=one)


def _has_sender(parsed: ParsedMessage, labels: frozenset[str]) -> bool:
    return bool(parsed.sender or parsed.requester_hint or "SENT" in labels or parsed.kind.value == "bounce")


def _row(key: str, parsed: ParsedMessage, labels: frozenset[str], one: Letter) -> MessageRow:
    headers = kept_headers(parsed)
    if one.parents and one.gmail_thread is None:
        headers["parents"] = list(one.parents)
    return MessageRow(
        gmail_id=key,
        thread_id=one.gmail_thread or key,
        rfc_id=parsed.message_id,
        kind=parsed.kind.value,
        kind_reason=parsed.kind_reason,
        internal_at=one.at,
        sender=parsed.sender,
        sender_name=parsed.sender_name,
        recipients=parsed.recipients[:_RECIPIENTS],
        subject=parsed.subject,
        excerpt=parsed.reply_text[:EXCERPT],
        headers=headers,
        labels=labels,
    )


def _key(parsed: ParsedMessage) -> str:
    """Equal for two copies of one message, whichever way each came. Not for two that merely share a Message-ID."""
    if not parsed.message_id:
        return ""
    author = parsed.requester_hint or parsed.sender
    told = (parsed.message_id, author, parsed.headers.get("date", ""), thread_subject(parsed.subject))
    return _digest("\0".join(told).encode())


def _digest(told: bytes) -> str:
    return OURS + blake2b(told, digest_size=16).hexdigest()


def another_copy(kept: MessageRow, copy: MessageRow, *, same_file: bool) -> MessageRow:
    """What two copies say together: it arrived when the first did, and is a person's if either is.

    Of one file the labels add up, and it is away only if every copy is; a later file's labels replace those of an earlier one.
    """
    better = kept.kind != "human" and copy.kind != kept.kind
    labels = kept.labels | copy.labels
    if same_file:
        labels = labels - (AWAY - (kept.labels & copy.labels))
    elif copy.labels:
        labels = copy.labels
    return replace(
        kept,
        kind=copy.kind if better else kept.kind,
        kind_reason=copy.kind_reason if better else kept.kind_reason,
        internal_at=min(kept.internal_at, copy.internal_at),
        labels=labels,
    )
