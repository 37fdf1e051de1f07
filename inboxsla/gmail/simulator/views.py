"""Rows → Gmail's JSON. 64-bit numbers are strings, as in Gmail."""

from __future__ import annotations

import json
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Collection
from typing import Any

from . import changes, payload
from .answers import invalid

FORMATS = ("minimal", "metadata", "full", "raw")


def message(
    conn: sqlite3.Connection, row: sqlite3.Row, form: str = "full", names: Collection[str] = ()
) -> dict[str, Any]:
    """One message in `minimal`, `metadata`, `full` or `raw` form. Raises ApiError 400 for another word."""
    if form not in FORMATS:
        raise invalid(f"Invalid value at 'format': {form}")
    raw = bytes(row["raw"])
    answer: dict[str, Any] = {
        "id": row["id"],
        "threadId": row["thread_id"],
        "labelIds": sorted(changes.labels_of(conn, row["mailbox"], row["id"])),
        "snippet": row["snippet"],
        "sizeEstimate": len(raw),
        "historyId": str(row["history_id"]),
        "internalDate": str(row["internal_ms"]),
    }
    if not answer["labelIds"]:
        del answer["labelIds"]
    if form == "full":
        answer["payload"] = payload.full(raw)
    elif form == "metadata":
        answer["payload"] = payload.headers_only(raw, names)
    elif form == "raw":
        answer["raw"] = urlsafe_b64encode(raw).decode("ascii")
    return answer


def short(conn: sqlite3.Connection, mailbox: str, message_id: str, thread_id: str) -> dict[str, Any]:
    """What modify and send answer with."""
    labels = sorted(changes.labels_of(conn, mailbox, message_id))
    return {"id": message_id, "threadId": thread_id, **({"labelIds": labels} if labels else {})}


def thread(
    conn: sqlite3.Connection, mailbox: str, thread_id: str, form: str = "full", names: Collection[str] = ()
) -> dict[str, Any]:
    """A whole thread, oldest message first. Raises ApiError 404; 400 for `raw`, which threads do not have."""
    if form == "raw":
        raise invalid("Invalid value at 'format': raw")
    changes.messages_of(conn, mailbox, thread_id)
    rows = conn.execute(
        "SELECT * FROM messages WHERE mailbox = ? AND thread_id = ? ORDER BY internal_ms, rowid", (mailbox, thread_id)
    ).fetchall()
    return {
        "id": thread_id,
        "historyId": str(max(row["history_id"] for row in rows)),
        "messages": [message(conn, row, form, names) for row in rows],
    }


def label(row: sqlite3.Row) -> dict[str, Any]:
    """As `labels.list` gives it: no colour, no counts."""
    return {
        "id": row["id"],
        "name": row["name"],
        "messageListVisibility": row["in_message_list"],
        "labelListVisibility": row["in_label_list"],
        "type": row["type"],
    }


def label_with_counts(conn: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """As `labels.get` gives it."""
    counts = conn.execute(
        "SELECT count(*) AS m, count(DISTINCT m.thread_id) AS t, count(u.label_id) AS mu, "
        "count(DISTINCT CASE WHEN u.label_id IS NOT NULL THEN m.thread_id END) AS tu "
        "FROM message_labels l JOIN messages m ON m.mailbox = l.mailbox AND m.id = l.message_id "
        "LEFT JOIN message_labels u ON u.mailbox = m.mailbox AND u.message_id = m.id AND u.label_id = 'UNREAD' "
        "WHERE l.mailbox = ? AND l.label_id = ?",
        (row["mailbox"], row["id"]),
    ).fetchone()
    answer = label(row)
    answer |= {
        "messagesTotal": counts["m"],
        "messagesUnread": counts["mu"],
        "threadsTotal": counts["t"],
        "threadsUnread": counts["tu"],
    }
    if row["background"]:
        answer["color"] = {"backgroundColor": row["background"], "textColor": row["text"]}
    return answer


def history_record(lines: Collection[sqlite3.Row]) -> dict[str, Any]:
    """All lines of one history id as one record; `messages` repeats them, as Gmail's does."""
    arrays = {
        "messageAdded": "messagesAdded",
        "messageDeleted": "messagesDeleted",
        "labelAdded": "labelsAdded",
        "labelRemoved": "labelsRemoved",
    }
    answer: dict[str, Any] = {"id": str(next(iter(lines))["id"]), "messages": []}
    for line in lines:
        plain = {"id": line["message_id"], "threadId": line["thread_id"]}
        labels = json.loads(line["labels"])
        entry: dict[str, Any] = {"message": {**plain, **({"labelIds": labels} if labels else {})}}
        if line["kind"].startswith("label"):
            entry["labelIds"] = json.loads(line["changed"])
        answer["messages"].append(plain)
        answer.setdefault(arrays[line["kind"]], []).append(entry)
    return answer
