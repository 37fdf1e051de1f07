"""The one shape both ways in have in common: a tree of parts, from raw RFC 5322 bytes or from Gmail's payload.

Work is bounded whatever arrives: nesting, number of parts and header lines, and text decoded per part all have a limit.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from inboxsla.gmail.fields import decode_words, from_base64, one_line, parameters

MAX_DEPTH = 24
MAX_PARTS = 1000
MAX_HEADER_LINES = 5000
MAX_HEADER_BYTES = 1024 * 1024
MAX_VALUE = 65_536

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(r"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_ENVELOPE = re.compile(rb">?From (?![ \t]*:)[^\n]*\n")
_SOFT_BREAK = re.compile(rb"=[ \t]*\r?\n")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=_\s-]|[^\s] +[^\s]")
_ESCAPED = re.compile(rb"=([0-9A-Fa-f]{2})")

Headers = dict[str, list[str]]


@dataclass(slots=True)
class Part:
    """One MIME part. `headers` are by lower-case name, unfolded but still encoded; `body` is as transferred (see `encoding`).

    `from_gmail`: Gmail hands out text as UTF-8, under the charset it came with.
    """

    headers: Headers
    mime_type: str = "text/plain"
    params: Mapping[str, str] = field(default_factory=dict)
    disposition: str = ""
    filename: str = ""
    body: bytes = b""
    encoding: str = ""
    declared: bool = True
    from_gmail: bool = False
    children: list[Part] = field(default_factory=list)

    def first(self, name: str) -> str:
        values = self.headers.get(name)
        return values[0] if values else ""

    def content(self, limit: int) -> bytes:
        """At most `limit` bytes of the body, transfer encoding undone."""
        if self.encoding == "base64" and len(_NOT_BASE64.findall(self.body[:400])) < 4:
            return from_base64(self.body[: limit * 3 // 2])[:limit]
        if self.encoding == "quoted-printable":
            return _from_quoted_printable(self.body[: limit * 3])[:limit]
        if self.encoding in ("x-uuencode", "uuencode", "x-uue"):
            return _from_uuencode(self.body[: limit * 2])[:limit]
        return self.body[:limit]

    def walk(self) -> Iterator[Part]:
        """This part and all below it, in order; what is inside attached messages too."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))


def _from_quoted_printable(data: bytes) -> bytes:
    return _ESCAPED.sub(lambda hit: bytes([int(hit.group(1), 16)]), _SOFT_BREAK.sub(b"", data))


def _from_uuencode(data: bytes) -> bytes:
    out = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line.strip():
            continue
        if line.strip() == b"end":
            break
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(out)


def from_bytes(raw: bytes) -> Part:
    """The tree of a whole message. Never raises; what has no header lines becomes one text part without headers."""
    if b"\0" in raw[:MAX_HEADER_BYTES]:
        raw = raw.replace(b"\0", b"")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    envelope = _ENVELOPE.match(raw)
    if envelope:
        raw = raw[envelope.end() :]
    return _parse(raw, 0, [MAX_PARTS], "text/plain")


def _parse(raw: bytes, depth: int, budget: list[int], default_type: str) -> Part:
    budget[0] -= 1
    headers, body = _split(raw)
    part = _described(headers, "", "", default_type)
    part.body = body
    if depth >= MAX_DEPTH or budget[0] <= 0:
        return part
    if part.mime_type.startswith("multipart/"):
        default = "message/rfc822" if part.mime_type == "multipart/digest" else "text/plain"
        pieces = _pieces(body, part.params.get("boundary", ""), budget[0])
        if pieces:
            part.body = b""
        for piece in pieces:
            if budget[0] <= 0:
                break
            part.children.append(_parse(piece, depth + 1, budget, default))
    elif part.mime_type in ("message/rfc822", "message/global"):
        part.children.append(_parse(part.content(len(body)), depth + 1, budget, "text/plain"))
        part.body = b""
    return part


def _split(raw: bytes) -> tuple[Headers, bytes]:
    """Header fields and body. Forgives a missing blank line and a continuation that was not indented."""
    if raw.startswith((b"\n", b"\r\n")):
        return {}, _after_line_end(raw)
    end = _END_OF_HEADERS.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    head = head[:MAX_HEADER_BYTES]
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("cp1252", "replace")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines[0] = lines[0].lstrip()
    headers, used = _fields(lines[:MAX_HEADER_LINES])
    if used < min(len(lines), MAX_HEADER_LINES):
        left = "\n".join(lines[used:]).encode("utf-8", "replace")
        body = left + b"\n\n" + body if body else left
    return headers, body


def _fields(lines: list[str]) -> tuple[Headers, int]:
    headers: Headers = {}
    folded: list[str] = []
    name = ""

    def close() -> None:
        if name:
            headers.setdefault(name, []).append("".join(folded)[:MAX_VALUE].strip())

    for number, line in enumerate(lines):
        if line[:1] in (" ", "\t") and name:
            folded.append(" " + line.strip())
            continue
        match = _FIELD.match(line)
        if match is None:
            following = next((each for each in lines[number + 1 : number + 20] if each[:1] not in (" ", "\t")), "")
            if not name or not _FIELD.match(following) or not line.strip():
                close()
                return headers, number
            folded.append(" " + line.strip())
            continue
        close()
        name, folded = match.group(1).lower(), [match.group(2)]
    close()
    return headers, len(lines)


def _described(headers: Headers, mime_type: str, filename: str, default_type: str) -> Part:
    """A part with its type, parameters, name and transfer encoding read from its headers, else from what is given."""
    value = (headers.get("content-type") or [""])[0]
    main, params = parameters(value)
    main = main.split()[0] if main else ""
    declared = "/" in main
    if not declared:
        main = (mime_type or default_type).lower()
    disposition, more = parameters((headers.get("content-disposition") or [""])[0])
    name = more.get("filename") or params.get("name") or filename
    encoding = (headers.get("content-transfer-encoding") or [""])[0].strip().strip(";\"'").lower()
    return Part(
        headers=headers,
        mime_type=main,
        params=params,
        disposition=disposition,
        filename=one_line(decode_words(name), 255),
        encoding=encoding,
        declared=declared,
    )


def _pieces(body: bytes, boundary: str, limit: int) -> list[bytes]:
    """The parts between boundary lines; a boundary nobody declared is guessed from the first line that looks like one."""
    marker = boundary.encode("utf-8", "replace").rstrip()
    if not marker or b"--" + marker not in body:
        guess = re.search(rb"(?:^|\n)--([^\s][^\r\n]{0,200})\r?\n", body[:65_536])
        if guess is None:
            return []
        marker = guess.group(1).rstrip()
    line = re.compile(rb"(?:^|\r?\n)--" + re.escape(marker) + rb"(--)?[ \t]*(?=\r?\n|$)")
    pieces: list[bytes] = []
    start = -1
    for match in line.finditer(body):
        if start >= 0:
            pieces.append(_after_line_end(body[start : match.start()]))
        start = match.end()
        if match.group(1) or len(pieces) >= limit:
            start = -1
            break
    if start >= 0 and body[start:].strip():  # the closing boundary is missing
        pieces.append(_after_line_end(body[start:]))
    return pieces


def _after_line_end(piece: bytes) -> bytes:
    if piece.startswith(b"\r\n"):
        return piece[2:]
    return piece[1:] if piece.startswith(b"\n") else piece


def from_payload(payload: Mapping[str, Any]) -> Part:
    """The tree of Gmail's `format=full` payload. Keys may be missing, names of headers come in any case."""
    return _from_node(payload, 0, [MAX_PARTS])


def _from_node(node: Mapping[str, Any], depth: int, budget: list[int]) -> Part:
    budget[0] -= 1
    headers: Headers = {}
    for each in list(node.get("headers") or ())[:MAX_HEADER_LINES]:
        if not isinstance(each, Mapping):
            continue
        name, value = each.get("name"), each.get("value")
        if isinstance(name, str) and isinstance(value, str):
            unfolded = " ".join(line.strip() for line in value[:MAX_VALUE].splitlines())
            headers.setdefault(name.strip().lower(), []).append(unfolded.strip())
    part = _described(headers, str(node.get("mimeType") or ""), str(node.get("filename") or ""), "text/plain")
    part.from_gmail = True
    part.encoding = "base64"  # whatever the header says: Gmail has undone that one and wraps the bytes in its own
    data = (node.get("body") or {}).get("data")
    part.body = data.encode("ascii", "ignore") if isinstance(data, str) else b""
    if depth < MAX_DEPTH:
        for child in node.get("parts") or ():
            if budget[0] <= 0:
                break
            if isinstance(child, Mapping):
                part.children.append(_from_node(child, depth + 1, budget))
    return part
