"""Reading mail: plain and HTML messages, and a mailbox file from end to end."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable

from inboxsla.gmail.mbox import read
from inboxsla.gmail.message import parse

MESSAGES = 300
LINE = "The rear light of my bicycle stopped working after two days in the rain, please tell me what to do.\r\n"


def figures() -> Iterable[tuple[str, str, str, bool]]:
    for size in (1, 4, 10):
        yield _row(f"parse, plain, {size} KiB", 750, _plain(size * 1024))
    yield _row("parse, plain and HTML, 10 KiB", 300, _html(10 * 1024))
    plain = _plain(10 * 1024)
    mailbox = b"".join(
        b"From kofi@customer.example Mon Nov 17 15:28:37 2025\n" + plain + b"\n\n" for _ in range(MESSAGES)
    )
    seconds = min(_seconds(lambda: [parse(item.raw) for item in read(io.BytesIO(mailbox))]) for _ in range(3))
    yield "mailbox file, 10 KiB messages", f"{MESSAGES / seconds:,.0f}/s", "≥ 500/s", MESSAGES / seconds >= 500


def _row(name: str, goal: int, raw: bytes) -> tuple[str, str, str, bool]:
    seconds = min(_seconds(lambda: [parse(raw) for _ in range(MESSAGES)]) for _ in range(3))
    return name, f"{MESSAGES / seconds:,.0f}/s", f"≥ {goal:,}/s", MESSAGES / seconds >= goal


def _plain(size: int) -> bytes:
    return _head("text/plain; charset=utf-8") + _text(size).encode()


def _html(size: int) -> bytes:
    text = _text(size // 2)
    html = "".join(f"<p>{line}</p>" for line in text.replace("<", "&lt;").split("\r\n"))
    parts = f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--b\r\nContent-Type: text/html\r\n\r\n<div>{html}<blockquote type=cite>{LINE}</blockquote></div>\r\n--b--\r\n"
    return _head("multipart/alternative; boundary=b") + parts.encode()


def _text(size: int) -> str:
    quoted = "".join(f"> {LINE}" for _ in range(size // len(LINE) // 3))
    return (
        LINE * (size // len(LINE) - size // len(LINE) // 3)
        + "\r\nOn Mon, 5 May 2025 at 10:12, Lumen Velo <support@lumenvelo.example> wrote:\r\n"
        + quoted
    )


def _head(content_type: str) -> bytes:
    received = "Received: from a.example by b.example with ESMTPS id 1; Mon, 5 May 2025 10:00:00 +0000\r\n"
    return (
        f"{received * 4}From: Kofi Mensah <kofi@customer.example>\r\nTo: support@lumenvelo.example\r\nSubject: Re: =?utf-8?q?R=C3=BCcklicht?=\r\n"
        "Message-ID: <2@customer.example>\r\nIn-Reply-To: <1@mail.example>\r\nReferences: <0@mail.example> <1@mail.example>\r\n"
        f"Date: Mon, 5 May 2025 12:00:00 +0200\r\nMIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n"
    ).encode()


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started
