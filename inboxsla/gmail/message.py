"""One mail as values: who wrote to whom, when, what kind of mail it is, and which words are new. Pure; hostile input is its daily bread.

`parse` reads raw RFC 5322 bytes, `from_gmail` Gmail's `format=full` payload; both go through the same tree (`mime`) and the same code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

from inboxsla.errors import Refused
from inboxsla.gmail.bodies import TEXT_LIMIT, attachments, texts
from inboxsla.gmail.bounces import MARKER, Returned, marker_words, quoted_id, returned
from inboxsla.gmail.fields import decode_words, message_ids, one_line, split_addresses
from inboxsla.gmail.kinds import Clues, Kind, is_no_reply, is_own_list, list_id, verdict
from inboxsla.gmail.mime import Part, from_bytes, from_payload
from inboxsla.gmail.quotes import thread_subject

__all__ = [
    "TEXT_LIMIT",
    "Kind",
    "ParsedMessage",
    "UnreadableMessage",
    "from_gmail",
    "parse",
    "rfc_id_of",
    "takeout_facts",
    "thread_subject",
]

_KEPT = (
    "from to cc reply-to sender subject date message-id in-reply-to references delivered-to x-original-to x-original-sender x-forwarded-to "
    "x-forwarded-for return-path auto-submitted precedence x-autoreply x-autorespond x-auto-response-suppress list-id list-post "
    "list-unsubscribe list-unsubscribe-post x-google-group-id mailing-list x-failed-recipients content-type feedback-id x-priority importance "
    "x-inboxsla-id x-gm-thrid x-gmail-labels x-google-original-message-id"
)
KEPT_HEADERS = tuple(_KEPT.split())
# Headers of the sender's own making, which rules may ask about; those that mail servers add say nothing to people.
_OWN = "x-"
_OF_SERVERS = (
    "x-google-",
    "x-gm-",
    "x-received",
    "x-ms-exchange-",
    "x-forefront-",
    "x-spam",
    "x-microsoft-antispam",
    "x-sg-",
)
_MOST_OWN, _LONGEST_OWN = 20, 300


class UnreadableMessage(Refused):
    """No message can be made of these bytes; the text says why. Keep them aside and go on."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """One mail. Addresses are lower-case, ids without angle brackets, texts storable as UTF-8 anywhere; "" or () where there is none.

    `text` is the plain text (made from HTML if need be), at most TEXT_LIMIT characters; `reply_text` its new part. `date` is what the
    sender's clock claimed, aware UTC: never use it to measure. `kind_reason` names the sign that decided in English words. `headers` holds
    the first value of each kept header by lower-case name. `defect` says what is wrong with a message that is hardly one.
    """

    sender: str = ""
    sender_name: str = ""
    sender_header: str = ""
    reply_to: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    reply_text: str = ""
    kind: Kind = Kind.HUMAN
    kind_reason: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    date: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[str, ...] = ()
    marker: str = ""
    bounced_recipients: tuple[str, ...] = ()
    bounced_message_id: str = ""
    bounced_marker: str = ""
    bounced_words: tuple[str, ...] = ()
    bounce_passes: bool = False
    list_id: str = ""
    original_sender: str = ""
    requester_hint: str = ""
    requester_name: str = ""
    size: int = 0
    defect: str = ""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody it was addressed to: To, Cc and Bcc in this order, without repeats."""
        return tuple(dict.fromkeys((*self.to, *self.cc, *self.bcc)))


def parse(raw: bytes, *, own_addresses: Collection[str] = (), own_lists: Collection[str] = ()) -> ParsedMessage:
    """The mail in these bytes. `own_addresses` are the mailbox and its aliases, `own_lists` list ids or addresses of our own groups.

    Raises UnreadableMessage only if there is nothing at all; bytes without header lines give a message with a `defect`.
    """
    if not raw.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise UnreadableMessage("the message is empty")
    return _message(from_bytes(raw), len(raw), own_addresses, own_lists)


def from_gmail(
    payload: Mapping[str, Any], *, own_addresses: Collection[str] = (), own_lists: Collection[str] = (), size: int = 0
) -> ParsedMessage:
    """The mail in a payload of Gmail's `format=full`; `size` is Gmail's `sizeEstimate`. Raises UnreadableMessage for an empty payload."""
    if not payload.get("headers") and not payload.get("parts") and not (payload.get("body") or {}).get("data"):
        raise UnreadableMessage("the message is empty")
    return _message(from_payload(payload), size, own_addresses, own_lists)


def rfc_id_of(payload: Mapping[str, Any]) -> str:
    """The Message-ID in a payload, without angle brackets; "" if there is none."""
    named = (each for each in payload.get("headers") or () if str(each.get("name", "")).lower() == "message-id")
    return next((found for each in named for found in message_ids(str(each.get("value", "")))), "")


def takeout_facts(headers: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """What Google Takeout adds to a message: Gmail's thread id (decimal) and the labels, as named in the account's language."""
    thread = headers.get("x-gm-thrid", "").strip()
    labels = (one_line(each, 225) for each in decode_words(headers.get("x-gmail-labels", "")).split(","))
    return (thread if thread.isdecimal() else None), tuple(each for each in labels if each)


def _message(root: Part, size: int, own_addresses: Collection[str], own_lists: Collection[str]) -> ParsedMessage:
    senders = split_addresses(root.first("from"), 1)
    name, sender = senders[0] if senders else (one_line(decode_words(root.first("from")), 300), "")
    own = {each.strip().strip("<>").lower() for each in (*own_addresses, *own_lists)} - {""}
    own |= {each.replace(".", "@", 1) for each in own if "@" not in each}  # where one writes to a list (RFC 2919)
    subject = one_line(decode_words(root.first("subject")))
    reply_to = _addresses(root, "reply-to")
    text, reply = texts(root, subject)
    decided = verdict(Clues(root, sender, name, any(each != sender for each in reply_to), subject, text[:8000], own))
    bounced = returned(root) if decided.kind is Kind.BOUNCE else Returned()
    original = next(iter(_addresses(root, "x-original-sender")), "")
    requester = _requester(root, sender, reply_to, original, own)
    return ParsedMessage(
        sender=sender,
        sender_name=name,
        sender_header=next(iter(_addresses(root, "sender")), ""),
        reply_to=reply_to,
        to=_addresses(root, "to"),
        cc=_addresses(root, "cc"),
        bcc=_addresses(root, "bcc"),
        subject=subject,
        text=text,
        reply_text=reply,
        kind=decided.kind,
        kind_reason=decided.reason,
        message_id=next(iter(message_ids(root.first("message-id"))), ""),
        in_reply_to=next(iter(message_ids(root.first("in-reply-to"))), ""),
        references=message_ids(root.first("references")),
        date=read_date(root.first("date")),
        headers=_kept(root),
        attachments=attachments(root),
        marker=one_line(root.first(MARKER), 200),
        bounced_recipients=bounced.recipients,
        bounced_message_id=bounced.message_id or (quoted_id(text) if decided.kind is Kind.BOUNCE else ""),
        bounced_marker=bounced.marker,
        bounced_words=marker_words(text) if decided.kind is Kind.BOUNCE and not bounced.marker else (),
        bounce_passes=bounced.passes,
        list_id=list_id(root),
        original_sender=original,
        requester_hint=requester,
        requester_name=name if requester == sender else _named(root, requester, name),
        size=size,
        defect="" if root.headers else "it has no header lines",
    )


def _kept(root: Part) -> dict[str, str]:
    kept = {each: one_line(decode_words(root.first(each))) for each in KEPT_HEADERS if each in root.headers}
    own = (
        each for each in root.headers if each.startswith(_OWN) and each not in kept and not each.startswith(_OF_SERVERS)
    )
    return kept | {each: one_line(decode_words(root.first(each)), _LONGEST_OWN) for each in islice(own, _MOST_OWN)}


def _addresses(root: Part, name: str) -> tuple[str, ...]:
    values = root.headers.get(name)
    if not values:
        return ()
    return tuple(dict.fromkeys(address for value in values[:20] for _, address in split_addresses(value)))


def _requester(root: Part, sender: str, reply_to: tuple[str, ...], original: str, own: Collection[str]) -> str:
    """Who really asks, where From is only the messenger: a group that rewrote it, a form, a no-reply robot."""
    elsewhere = next((each for each in reply_to if each not in own and each != sender), "")
    by_list = bool(original) and original != sender and (sender in own or is_own_list(root, own))
    if by_list:
        return elsewhere if original in own and elsewhere else original
    if elsewhere and (sender in own or is_no_reply(sender) or not sender or elsewhere in _rewritten_from(root)):
        return elsewhere
    return sender


def _rewritten_from(root: Part) -> set[str]:
    """The senders whom somebody else's list or forwarder put its own address in place of, as it says."""
    return {*_addresses(root, "x-original-from"), *_addresses(root, "x-original-sender")}


def _named(root: Part, requester: str, sender_name: str) -> str:
    """What the requester is called: where a header names them, or before the "via" of whoever rewrote the sender."""
    for name in ("reply-to", "x-original-from", "x-original-sender"):
        for called, address in split_addresses(root.first(name)):
            if address == requester and called:
                return called
    before, via, _ = sender_name.partition(" via ")
    return before.strip("'\" ") if via else ""


def read_date(value: str) -> datetime | None:
    """An RFC 5322 date as aware UTC; a date without a zone counts as UTC; None if unreadable or outside 1970 to 2100."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(one_line(value, 200))
        date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if 1970 <= date.year < 2100 else None
