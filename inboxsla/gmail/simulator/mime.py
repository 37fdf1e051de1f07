"""What Gmail's indexer would take from raw RFC 5322 bytes; and edits to a header block that leave the rest untouched."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from functools import lru_cache

MAX_INDEXED = 65_536
_SHORT = 16_384
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_PREFIX = re.compile(
    r"^\s*(?:re|fwd?|aw|wg|sv|antw|odp|res|tr|rif|回复|答复|转发)(?:\[\d+\])?\s*[:：]\s*", re.IGNORECASE
)
_ID = re.compile(r"<[^<>\s]+>")
_WORDS = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=(?:\s+=\?[^?\s]+\?[bBqQ]\?[^?]*\?=)*")
_OPEN_QUOTE = re.compile(r'(?<!\\)"')
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,"]')
_LOOSE = re.compile(r"([^<]*)<([^<>\s@]+@[^<>\s@]+)>")
WITH_PEOPLE = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc", "delivered-to"})
_NOISE = re.compile(r"<(style|script)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """What finds a message again. `subject_key` is the folded subject without Re:/Fwd:; `rfc_id` has its angle brackets.

    `automatic`: a machine wrote it (bounce, out-of-office answer, newsletter, notice).
    """

    rfc_id: str
    references: tuple[str, ...]
    subject: str
    subject_key: str
    sender: str
    recipients: tuple[str, ...]
    text: str
    automatic: bool

    @property
    def snippet(self) -> str:
        """HTML-escaped, as Gmail's is."""
        return html.escape(" ".join(self.text[:2000].split())[:200], quote=True)


def header_pairs(part: Message) -> list[tuple[str, str]]:
    """Names as the sender wrote them, values unfolded and decoded as far as they can be."""
    return [
        (name, decoded_people(value) if name.lower() in WITH_PEOPLE else decoded(value))
        for name, value in part.raw_items()
    ]


def decoded_people(value: object) -> str:
    """A header of addresses; a name that needs quotes once it is decoded gets them, as Gmail does it."""
    text = _unfolded(value)
    out, at = "", 0
    for words in _WORDS.finditer(text):
        out += text[at : words.start()]
        name, at = decoded(words.group()), words.end()
        if _SPECIAL.search(name):
            name = name.replace("\\", "\\\\").replace('"', '\\"')
            name = name if len(_OPEN_QUOTE.findall(out)) % 2 else f'"{name}"'
        out += name
    return out + text[at:]


def decoded(value: object) -> str:
    text = _unfolded(value)
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _unfolded(value: object) -> str:
    text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _FOLD.sub("", text).replace("\x00", "").replace("\r", " ").replace("\n", " ")


def facts(raw: bytes) -> Facts:
    """What is asked again and again of the same mails, as the demo's page and its story do, is kept for the short ones."""
    return _kept(raw) if len(raw) <= _SHORT else _facts(raw)


def _facts(raw: bytes) -> Facts:
    message = message_from_bytes(raw)
    headers = header_pairs(message)

    def first(name: str) -> str:
        return next((value for key, value in headers if key.lower() == name), "").strip()

    subject = " ".join(first("subject").split())
    found = _ID.search(first("message-id"))
    return Facts(
        rfc_id=found.group() if found else "",
        references=tuple(dict.fromkeys(_ID.findall(first("references")) + _ID.findall(first("in-reply-to")))),
        subject=subject,
        subject_key=subject_key(subject),
        sender=first("from"),
        recipients=tuple(
            addresses(value for key, value in headers if key.lower() in ("to", "cc", "bcc", "delivered-to"))
        ),
        text=text_of(message),
        automatic=first("auto-submitted").lower() not in ("", "no")
        or first("return-path") == "<>"
        or any(first(name) for name in ("list-id", "x-failed-recipients")),
    )


_kept = lru_cache(maxsize=1024)(_facts)


def addresses(values: Iterable[str]) -> list[str]:
    return [address.strip() for value in values for _, address in people(value)]


def people(header: str) -> list[tuple[str, str]]:
    """(name, address) pairs of a decoded header, also of one whose names lack the quotes they need."""
    parsed = getaddresses([header])
    found = [(name, address) for name, address in parsed if "@" in address]
    if len(found) == len(parsed):
        return found
    loose = [(name.strip(' ,;"'), address) for name, address in _LOOSE.findall(header[:4096])]
    return loose if len(loose) >= len(found) else found


def person(header: str) -> tuple[str, str]:
    """The first of `people`, or two empty strings."""
    return next(iter(people(header)), ("", ""))


def subject_key(subject: str) -> str:
    while (shorter := _PREFIX.sub("", subject)) != subject:
        subject = shorter
    return " ".join(subject.split()).casefold()


def text_of(message: Message) -> str:
    """The first plain text, else the words of the first HTML."""
    leaves = [part for part in message.walk() if not part.is_multipart() and not part.get_filename()]
    for kind in ("text/plain", "text/html"):
        for part in leaves:
            if part.get_content_type() == kind:
                text = utf8(part)[: MAX_INDEXED * 4].decode("utf-8", "replace")[:MAX_INDEXED]
                text = text.replace("\x00", "").replace("\r\n", "\n")
                return text if kind == "text/plain" else html.unescape(_NOISE.sub(" ", text))
    return ""


def utf8(part: Message) -> bytes:
    """A leaf's content without its transfer encoding; text comes out as UTF-8 whatever its charset was, as Gmail does it."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    if part.get_content_maintype() != "text" or charset in ("utf-8", "us-ascii", "ascii"):
        return content
    try:
        return content.decode(charset, "replace").encode("utf-8", "replace")
    except (LookupError, ValueError):
        return content


def edited(raw: bytes, drop: Collection[str] = (), add: Iterable[tuple[str, str]] = ()) -> bytes:
    """`raw` without the headers named in `drop` (lower case) and with those of `add` on top; the body is not touched."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head, rest = (raw[: end.start()], raw[end.start() :]) if end else (raw, b"\r\n\r\n")
    lines = re.split(rb"\r?\n(?![ \t])", head)
    kept = [line for line in lines if line.partition(b":")[0].strip().lower().decode("ascii", "replace") not in drop]
    fresh = [f"{name}: {value}".encode() for name, value in add]
    return b"\r\n".join([*fresh, *(line for line in kept if line)]) + rest
