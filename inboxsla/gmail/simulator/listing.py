"""What messages.list and threads.list share: the search, Spam and Trash, pages."""

from __future__ import annotations

import base64
import sqlite3
from dataclasses import dataclass

from flask import request

from . import search
from .answers import invalid
from .context import mailbox, number, store

DEFAULT_PAGE, LARGEST_PAGE = 100, 500


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` newest first; `estimate` is as unreliable as Gmail's."""

    rows: list[sqlite3.Row]
    next_token: str | None
    estimate: int


def page(of_threads: bool) -> Page:
    """The rows this request asks for: messages, or the newest matching message of each thread. Raises ApiError 400."""
    size = number("maxResults", DEFAULT_PAGE, LARGEST_PAGE)
    condition, params = _condition()
    inner = f"SELECT m.id, m.thread_id, m.internal_ms, m.history_id, m.snippet FROM messages m WHERE {condition}"
    if of_threads:
        # SQLite gives the other columns from the row that has the maximum.
        inner = inner.replace("m.internal_ms,", "max(m.internal_ms) AS internal_ms,") + " GROUP BY m.thread_id"
    after_ms, after_id = _place(request.args.get("pageToken", ""))
    with store().database.reading() as conn:
        rows = conn.execute(
            f"SELECT * FROM ({inner}) WHERE internal_ms < ? OR (internal_ms = ? AND id < ?) ORDER BY internal_ms DESC, id DESC LIMIT ?",
            (*params, after_ms, after_ms, after_id, size + 1),
        ).fetchall()
    more = len(rows) > size
    last = rows[size - 1] if more else None
    token = base64.urlsafe_b64encode(f"{last['internal_ms']}:{last['id']}".encode()).decode() if last else None
    return Page(rows[:size], token, 201 if more else len(rows))


def _condition() -> tuple[str, list[object]]:
    q = request.args.get("q", "")
    now = store().now()
    clauses, everywhere = search.where(q, now)
    if q and store().search_lag:
        # Gmail's search learns of new mail a little later than history does.
        clauses.append(("m.placed_ms <= ?", [int((now - store().search_lag).timestamp() * 1000)]))
    labels = request.args.getlist("labelIds")
    for label_id in labels:
        clauses.append(search.has_label(label_id))
    if not everywhere and request.args.get("includeSpamTrash", "").lower() != "true":
        for hidden in {"SPAM", "TRASH"} - set(labels):
            sql, found = search.has_label(hidden)
            clauses.append((f"NOT {sql}", found))
    sql = " AND ".join(["m.mailbox = ?", *(f"({text})" for text, _ in clauses)])
    return sql, [mailbox(), *(value for _, values in clauses for value in values)]


def _place(token: str) -> tuple[int, str]:
    if not token:
        return 2**62, ""
    try:
        when, _, message_id = base64.urlsafe_b64decode(token.encode()).decode("ascii").partition(":")
        return int(when), message_id
    except ValueError as error:
        raise invalid("Invalid pageToken") from error
