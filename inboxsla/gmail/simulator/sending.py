"""users.messages.send: what Gmail does to a mail on its way out."""

from __future__ import annotations

import json
import re
import sqlite3
from email.utils import format_datetime, formataddr
from typing import Any

from . import letters, mime, views
from .answers import ApiError, invalid, not_found
from .mailroom import place, thread_for
from .payload import unb64
from .store import Store

LARGEST = 36_700_160


def send(store: Store, mailbox: str, given: dict[str, Any]) -> dict[str, Any]:
    """Send `raw`, perhaps into `threadId`. Mailboxes of this simulator among the recipients receive it. Raises ApiError 400, 404."""
    original = _raw(given)
    wanted = given.get("threadId") or None
    if wanted is not None and not re.fullmatch(r"[0-9a-f]{1,16}", str(wanted)):
        raise invalid("Invalid thread_id value")
    asked = mime.facts(original)
    if not asked.recipients:
        raise invalid("Recipient address required")
    if any(not re.fullmatch(r"[^@\s]+@[^@\s]+", address) for address in asked.recipients):
        raise invalid("Invalid To header")
    with store.database.writing() as conn:
        raw = _as_sent(store, conn, mailbox, original, asked)
        facts = mime.facts(raw)
        thread_id = _thread(conn, mailbox, wanted, facts)
        moment = int(store.now().timestamp() * 1000)
        to_self = mailbox in {address.lower() for address in asked.recipients}
        labels = ("SENT", "INBOX", "UNREAD") if to_self else ("SENT",)
        sent = place(
            conn,
            mailbox,
            raw,
            labels=labels,
            internal_ms=moment,
            placed_ms=moment,
            dice=store.dice,
            thread_id=thread_id,
            facts=facts,
        )
        for other in {address.lower() for address in asked.recipients} - {mailbox}:
            if conn.execute("SELECT 1 FROM mailboxes WHERE address = ?", (other,)).fetchone():
                store.deliver(other, raw)
        return views.short(conn, mailbox, sent.message_id, sent.thread_id)


def _raw(given: dict[str, Any]) -> bytes:
    text = given.get("raw")
    if not isinstance(text, str) or not text:
        raise invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required")
    try:
        raw = unb64(text)
    except ValueError as error:
        raise invalid("Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed") from error
    if len(raw) > LARGEST:
        raise ApiError(413, "uploadTooLarge", "The message is too large", "INVALID_ARGUMENT")
    return raw


def _as_sent(store: Store, conn: sqlite3.Connection, mailbox: str, raw: bytes, asked: mime.Facts) -> bytes:
    """A new Message-ID, no Bcc, a sender that belongs to the account."""
    drop, add = {"message-id", "bcc"}, [("Message-ID", letters.message_id())]
    aliases = json.loads(
        conn.execute("SELECT aliases FROM mailboxes WHERE address = ?", (mailbox,)).fetchone()["aliases"]
    )
    name, address = mime.person(asked.sender)
    if address.lower() not in {mailbox, *aliases}:
        drop.add("from")
        add.append(("From", formataddr((name, mailbox))))
        if asked.sender:
            add.append(("X-Google-Original-From", asked.sender))
    if not re.search(rb"(?im)^date:", raw.partition(b"\r\n\r\n")[0].partition(b"\n\n")[0]):
        add.append(("Date", format_datetime(store.now())))
    return mime.edited(raw, drop=drop, add=add)


def _thread(conn: sqlite3.Connection, mailbox: str, wanted: object, facts: mime.Facts) -> str | None:
    """The wanted thread, if the mail refers to it and has its subject; else a new one. Without `threadId` the headers alone never join."""
    if wanted is None:
        return None
    if not conn.execute("SELECT 1 FROM messages WHERE mailbox = ? AND thread_id = ?", (mailbox, wanted)).fetchone():
        raise not_found()
    return str(wanted) if thread_for(conn, mailbox, facts) == wanted else None
