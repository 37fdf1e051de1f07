"""users.threads."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import changes, views
from .context import API, body, mailbox, store
from .listing import page

bp = Blueprint("threads", __name__, url_prefix=API + "/threads")


@bp.get("", endpoint="list")
def list_(user: str) -> Response:
    found = page(of_threads=True)
    answer: dict[str, Any] = {"resultSizeEstimate": found.estimate}
    if found.rows:
        with store().database.reading() as conn:
            answer["threads"] = [
                {
                    "id": row["thread_id"],
                    "snippet": row["snippet"],
                    "historyId": str(
                        conn.execute(
                            "SELECT max(history_id) FROM messages WHERE mailbox = ? AND thread_id = ?",
                            (mailbox(), row["thread_id"]),
                        ).fetchone()[0]
                    ),
                }
                for row in found.rows
            ]
    if found.next_token:
        answer["nextPageToken"] = found.next_token
    return jsonify(answer)


@bp.get("/<thread_id>")
def get(user: str, thread_id: str) -> Response:
    form, names = request.args.get("format", "full").lower(), request.args.getlist("metadataHeaders")
    with store().database.reading() as conn:
        return jsonify(views.thread(conn, mailbox(), thread_id, form, names))


@bp.post("/<thread_id>/modify")
def modify(user: str, thread_id: str) -> Response:
    given = body()
    with store().database.writing() as conn:
        add, remove = changes.checked(conn, mailbox(), given.get("addLabelIds"), given.get("removeLabelIds"))
        return _move(thread_id, add, remove)


@bp.post("/<thread_id>/trash")
def trash(user: str, thread_id: str) -> Response:
    return _move(thread_id, ["TRASH"], ["INBOX"])


@bp.post("/<thread_id>/untrash")
def untrash(user: str, thread_id: str) -> Response:
    return _move(thread_id, [], ["TRASH"])


def _move(thread_id: str, add: list[str], remove: list[str]) -> Response:
    with store().database.writing() as conn:
        store().relabel(mailbox(), thread_id, add, remove)
        messages = changes.messages_of(conn, mailbox(), thread_id)
        return jsonify(id=thread_id, messages=[views.short(conn, mailbox(), m.message_id, thread_id) for m in messages])
