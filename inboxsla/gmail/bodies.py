"""Which parts of a message are its text, and which are attachments."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.gmail import html_text
from inboxsla.gmail.charsets import decode_bytes, is_utf8, named_in_html
from inboxsla.gmail.fields import clean_text
from inboxsla.gmail.mime import Part
from inboxsla.gmail.quotes import is_forward, new_text

TEXT_LIMIT = 128 * 1024
HTML_BYTES = html_text.HTML_LIMIT


@dataclass(slots=True)
class _Body:
    """What one place in the tree offers to read: plain text, HTML, or the same twice."""

    plain: str = ""
    html: bytes = b""
    charset: str = ""


def texts(root: Part, subject: str) -> tuple[str, str]:
    """The whole text and the new text of a message."""
    text: list[str] = []
    lines: list[str] = []
    room = TEXT_LIMIT
    for body in _bodies(root):
        if room <= 0:
            break
        # HTML is read where there is nothing else, or where its structure knows more about quotations than the plain text.
        markup = (
            html_text.lines_of(decode_bytes(body.html, body.charset))
            if body.html and (not body.plain or html_text.has_structure(body.html))
            else []
        )
        plain = body.plain or html_text.plain(markup)[:room]
        room -= len(plain)
        text.append(plain.strip("\n"))
        lines += markup or plain.split("\n")
        lines.append("")
    whole = "\n\n".join(each for each in text if each)
    return whole, new_text(lines, forwarded=is_forward(subject))[:TEXT_LIMIT]


def _bodies(root: Part) -> list[_Body]:
    found: list[_Body] = []
    waiting: list[Part] = [root]
    while waiting and len(found) < 50:
        part = waiting.pop()
        if part.mime_type == "multipart/alternative":
            found.append(_alternative(part))
        elif part.mime_type.startswith("multipart/") and part.children:
            waiting.extend(reversed(part.children))
        elif _is_text(part):
            found.append(_read(part))
    return [each for each in found if each.plain.strip() or each.html]


def _alternative(part: Part) -> _Body:
    """The plain and the HTML face of one text, wherever below the alternative they hide."""
    both = _Body()
    for each in part.walk():
        if not _is_text(each):
            continue
        read = _read(each)
        if read.html and not both.html:
            both.html, both.charset = read.html, read.charset
        elif read.plain.strip() and not both.plain:
            both.plain = read.plain
    return both


def _is_text(part: Part) -> bool:
    if part.disposition == "attachment" or part.children:
        return False
    if part.mime_type not in (
        "text/plain",
        "text/html",
        "text",
        "text/enriched",
        "text/x-amp-html",
    ) and not part.mime_type.startswith("multipart/"):
        return False
    return part.mime_type != "text/x-amp-html" and not part.filename


def _read(part: Part) -> _Body:
    charset = part.params.get("charset", "")
    html = part.mime_type == "text/html"
    data = part.content(HTML_BYTES if html else TEXT_LIMIT * 2)
    if part.from_gmail and not data.isascii() and is_utf8(data):
        charset = "utf-8"
    if html or (not part.declared and data[:200].lstrip().lower().startswith((b"<html", b"<!doctype html"))):
        return _Body(html=data, charset=charset or named_in_html(data))
    return _Body(plain=clean_text(decode_bytes(data, charset))[:TEXT_LIMIT])


def attachments(root: Part) -> tuple[str, ...]:
    names: list[str] = []
    waiting = [root]
    while waiting and len(names) < 200:
        part = waiting.pop()
        attached_message = part.mime_type.startswith("message/") and part is not root
        if part.filename:
            names.append(part.filename)
        elif part is not root and (part.disposition == "attachment" or attached_message):
            names.append("unnamed")
        if not attached_message:
            waiting.extend(reversed(part.children))
    return tuple(names)
