"""Reading header fields and text that strangers wrote: nothing here raises, everything returned can be stored as UTF-8."""

from __future__ import annotations

import binascii
import re
import urllib.parse

from inboxsla.gmail.charsets import decode_bytes

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls that reorder what is shown after them: harmless in a body, a disguise in a name or subject.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_QUOPRI = re.compile(rb"=([0-9A-Fa-f]{2})")
_ADDRESS_ENDS = re.compile(r"[\s<>()\[\],;:\"|\\]+")
_NAME_PART = re.compile(r'\s*[^\s<>@":][^<>@":]*')
_MESSAGE_ID = re.compile(r"<([^<>]+)>")
_QUOTE = re.compile(r'(?<!\\)"')


def clean_text(text: str) -> str:
    """Text with plain line ends and without characters a database or terminal would choke on."""
    if "\r" in text or not text.isascii() or not text.isprintable():
        text = _LINE_ENDS.sub("\n", text)
        text = _UNSTORABLE.sub("", text)
    return text


def one_line(text: str, limit: int = 2000) -> str:
    """Text on one line, white space folded, at most `limit` characters."""
    return _REORDERING.sub("", " ".join(clean_text(text[: limit * 4]).split()))[:limit]


def decode_words(value: str) -> str:
    """A header value with its RFC 2047 encoded words decoded, also where they break the rules."""
    if "=?" not in value:
        return value
    value = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    pending = b""
    pending_charset = ""
    at = 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[at : match.start()]
        charset = match.group(1).partition("*")[0]
        if pending and (between or charset.lower() != pending_charset.lower()):
            out.append(decode_bytes(pending, pending_charset))
            pending = b""
        out.append(between)
        # Some senders split a character over two words, so bytes are joined before they are decoded.
        pending += _word_bytes(match.group(2), match.group(3))
        pending_charset = charset
        at = match.end()
    if pending:
        out.append(decode_bytes(pending, pending_charset))
    out.append(value[at:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "bB":
        return from_base64(raw)
    return _QUOPRI.sub(lambda hit: bytes([int(hit.group(1), 16)]), raw.replace(b"_", b" "))


def from_base64(data: bytes) -> bytes:
    """Bytes of base64 or base64url text, skipping what does not belong and mending the padding."""
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data.replace(b"-", b"+").replace(b"_", b"/"))
    if len(data) % 4 == 1:
        data = data[:-1]
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return b""


def split_addresses(value: str, limit: int = 1000) -> list[tuple[str, str]]:
    """(name, address) pairs of an address header, in order; the address is lower-case and never empty.

    Understands quotes, comments, groups, encoded words and semicolons; what holds no address is left out,
    unless it reads as the beginning of the next name, as in: Müller, Jörg <joerg@…>.
    """
    found = []
    begun: list[str] = []
    for token in _tokens(value[:65_536]):
        address = _address_of(token)
        if address:
            token = ",".join([*begun, token]) if "<" in token else token
            found.append((_name_of(token, address), one_line(address).lower().strip(".")))
        begun = [*begun[-3:], token] if not address and _NAME_PART.fullmatch(token) else []
        if len(found) >= limit:
            break
    return found


def _tokens(value: str) -> list[str]:
    """Cut at commas and semicolons that stand outside quotes, comments and angle brackets."""
    if "," not in value and ";" not in value:
        return [value]
    tokens: list[str] = []
    start = depth = 0
    quoted = angle = False
    for at, char in enumerate(value):
        if char == '"' and not depth and (at == 0 or value[at - 1] != "\\"):
            quoted = not quoted
        elif quoted:
            continue
        elif char == "(":
            depth += 1
        elif char == ")" and depth:
            depth -= 1
        elif char == "<":
            angle = True
        elif char == ">":
            angle = False
        elif char in ",;" and not depth and not angle:
            tokens.append(value[start:at])
            start = at + 1
    tail = value[start:]
    if quoted and ("," in tail or ";" in tail):  # a quote that never closes must not swallow the rest
        return [*tokens, *re.split("[,;]", tail)]
    return [*tokens, tail]


def _address_of(token: str) -> str:
    if "@" not in token:
        return ""
    opened = token.rfind("<")
    if opened >= 0:
        inside = token[opened + 1 :].partition(">")[0]
        hit = _bare_address("".join(inside.split())) or _bare_address(inside)
        if hit:
            return hit
    return _bare_address(token)


def _bare_address(text: str) -> str:
    """The first address in a text. Split, not searched: a search would cost the square of a long text without one."""
    text = re.sub(r"\([^()]*\)", " ", text) if "(" in text and text.count("@") > 1 else text
    for word in _ADDRESS_ENDS.split(text):
        local, at, domain = word.strip("'").rpartition("@")
        if at and local and domain:
            return f"{local.rpartition('@')[2] or local}@{domain}"
    quoted_local, at, domain = text.rpartition('"@')
    if at and '"' in quoted_local:
        return f'"{quoted_local.rpartition(chr(34))[2]}"@{_ADDRESS_ENDS.split(domain)[0]}'
    return ""


def _name_of(token: str, address: str) -> str:
    name, opened, _ = token.rpartition("<")
    if not opened:
        hit = re.search(r"\(([^()]*)\)", token)
        name = hit.group(1) if hit else ""
    name = name.rpartition(":")[2] if re.match(r'^\s*[^"<@]*:\s', name) else name
    # One that never closes belongs to the name: a 5" lamp.
    name = _QUOTE.sub("", name) if len(_QUOTE.findall(name)) % 2 == 0 else name.strip().strip('"')
    name = one_line(decode_words(name), 300).strip("\"' ").replace('\\"', '"')
    return "" if name.lower() == address.lower() else name


def message_ids(value: str, limit: int = 200) -> tuple[str, ...]:
    """Message ids named in a header value, without angle brackets, first mention first, no repeats; of too many, the last."""
    ids = _MESSAGE_ID.findall(value[-131_072:])
    if not ids and "@" in value:
        ids = [word for word in value[-131_072:].split() if "@" in word]
    seen = dict.fromkeys("".join(one_line(each, 500).split()) for each in ids)
    return tuple(each for each in seen if each)[-limit:]


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured header such as Content-Type: its lower-case value and its parameters (RFC 2231 joined and decoded)."""
    head, _, rest = value[:8192].partition(";")
    main = head.strip().lower()
    if not rest:
        return main, {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for item in _parameter_items(rest):
        name, eq, text = item.partition("=")
        name = name.strip().lower()
        if not eq or not name:
            continue
        text = text.strip()
        text = text[1:].partition('"')[0] if text.startswith('"') else text
        if "*" in name:
            base, _, order = name.partition("*")
            encoded = order.endswith("*") or order == ""
            number = order.rstrip("*")[:6]
            pieces.setdefault(base, {})[int(number) if number.isdecimal() else 0] = (text, encoded)
        else:
            plain.setdefault(name, text)
    for base, parts in pieces.items():
        plain[base] = _joined_2231(parts)
    return main, plain


def _parameter_items(rest: str) -> list[str]:
    if '"' not in rest:
        return rest.split(";")
    items, start, quoted = [], 0, False
    for at, char in enumerate(rest):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            items.append(rest[start:at])
            start = at + 1
    return [*items, rest[start:]]


def _joined_2231(parts: dict[int, tuple[str, bool]]) -> str:
    charset = ""
    out = b""
    for number in sorted(parts):
        text, encoded = parts[number]
        if number == 0 and encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        out += urllib.parse.unquote_to_bytes(text) if encoded else text.encode("utf-8", "replace")
    return decode_bytes(out, charset)
