"""What a bounce returns: who was not reached, and which mail did not arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inboxsla.gmail.fields import message_ids, one_line, split_addresses
from inboxsla.gmail.mime import Part

MARKER = "x-inboxsla-id"

_FAILED_RECIPIENT = re.compile(
    r"^(?:Final|Original)-Recipient:[ \t]*(?:[\w-]+;)?[ \t]*(.+)$", re.IGNORECASE | re.MULTILINE
)
_STATUS = re.compile(r"^Status:[ \t]*([245]\.\d{1,3}\.\d{1,3})", re.IGNORECASE | re.MULTILINE)
# A mailbox that is full, a system or a line that fails: another mail may well arrive (RFC 3463).
_PASSES = re.compile(r"4\..*|5\.2\.2|5\.3\..*|5\.4\.[2-7]")
_QUOTED_ID = re.compile(r"^[> \t]*Message-ID:[ \t]*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
# As our mails have it in their last line; what else looks like it is sorted out by whoever knows our markers.
_MARKER_WORD = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{24}(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Returned:
    """What a bounce says about the mail it returns; empty where it does not say. `passes`: the next mail may arrive again."""

    recipients: tuple[str, ...] = ()
    message_id: str = ""
    marker: str = ""
    passes: bool = False


def outer_parts(root: Part) -> list[Part]:
    """The parts of this message, without those of messages attached to it."""
    found, waiting = [], [root]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if not part.mime_type.startswith("message/") or part is root:
            waiting.extend(part.children)
    return found


def status_text(part: Part) -> str:
    text = part.content(65_536).decode("utf-8", "replace")
    for child in part.children:
        text += "".join(f"\n{name}: {value}" for name, values in child.headers.items() for value in values)
        text += "\n" + child.content(65_536).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def returned(root: Part) -> Returned:
    """What a bounce returns: who was not reached, and the id and marker of the mail that did not arrive."""
    recipients = [address for _, address in split_addresses(root.first("x-failed-recipients"), 100)]
    message_id = marker = status = ""
    for part in outer_parts(root):
        if part.mime_type in ("message/delivery-status", "message/global-delivery-status"):
            words = status_text(part)
            status = status or next(iter(_STATUS.findall(words)), "")
            for hit in _FAILED_RECIPIENT.finditer(words):
                recipients.extend(address for _, address in split_addresses(hit.group(1)[:500], 1))
        elif part.mime_type in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            fields = _returned_fields(part)
            message_id = message_id or next(iter(message_ids(fields.get("message-id", ""))), "")
            marker = marker or one_line(fields.get(MARKER, ""), 200)
    if not message_id:
        message_id = next(iter(message_ids(root.first("in-reply-to"))), "") or next(
            reversed(message_ids(root.first("references")) or ("",))
        )
    passes = bool(_PASSES.fullmatch(status))
    return Returned(tuple(dict.fromkeys(recipients))[:100], message_id, marker, passes)


def quoted_id(text: str) -> str:
    """The Message-ID in the headers that a bounce repeats in its text; "" if it does not."""
    hit = _QUOTED_ID.search(text[:65_536])
    return next(iter(message_ids(hit.group(1))), "") if hit else ""


def marker_words(text: str) -> tuple[str, ...]:
    """Words that may be the marker of a mail of ours, where a bounce only quotes the text of what it returns."""
    return tuple(dict.fromkeys(_MARKER_WORD.findall(text)))[:10]


def _returned_fields(part: Part) -> dict[str, str]:
    if part.children:
        return {name: values[0] for name, values in part.children[0].headers.items()}
    text = part.content(65_536).decode("utf-8", "replace").replace("\r\n", "\n").partition("\n\n")[0]
    fields: dict[str, str] = {}
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip().lower(), value.strip())
    return fields
