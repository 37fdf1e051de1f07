"""users.messages and users.messages.attachments."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import changes, payload, sending, views
from .aliases import canonical
from .answers import invalid, not_found
from .context import API, body, mailbox, store
from .listing import page

bp = Blueprint("messages", __name__, url_prefix=API + "/messages")
attachments = Blueprint("attachments", __name__, url_prefix=API + "/messages/<message_id>/attachments")
LARGEST_BATCH = 1000


@bp.get("", endpoint="list")
def list_(user: str) -> Response:
    found = page(of_threads=False)
    answer: dict[str, Any] = {"resultSizeEstimate": found.estimate}
    if found.rows:
        answer["messages"] = [{"id": row["id"], "threadId": row["thread_id"]} for row in found.rows]
    if found.next_token:
        answer["nextPageToken"] = found.next_token
    return jsonify(answer)


@bp.get("/<message_id>")
def get(user: str, message_id: str) -> Response:
    with store().database.reading() as conn:
        form, names = request.args.get("format", "full").lower(), request.args.getlist("metadataHeaders")
        return jsonify(views.message(conn, _row(conn, canonical(message_id)), form, names))


@bp.post("/send")
def send(user: str) -> Response:
    return jsonify(sending.send(store(), mailbox(), body()))


@bp.post("/<message_id>/modify")
def modify(user: str, message_id: str) -> Response:
    given = body()
    with store().database.writing() as conn:
        add, remove = changes.checked(conn, mailbox(), given.get("addLabelIds"), given.get("removeLabelIds"))
        message = changes.message_of(conn, mailbox(), message_id)
        if "DRAFT" in changes.labels_of(conn, mailbox(), message_id):
            raise invalid("Labels cannot be applied to drafts")
        changes.relabel(conn, mailbox(), [message], add, remove, store().dice)
        return jsonify(views.short(conn, mailbox(), message_id, message.thread_id))


@bp.post("/batchModify", endpoint="batchModify")
def batch_modify(user: str) -> tuple[str, int]:
    given = body()
    ids = given.get("ids", [])
    if not isinstance(ids, list) or len(ids) > LARGEST_BATCH:
        raise invalid(f"No more than {LARGEST_BATCH} ids can be changed at once")
    with store().database.writing() as conn:
        add, remove = changes.checked(conn, mailbox(), given.get("addLabelIds"), given.get("removeLabelIds"))
        known = [
            str(i)
            for i in ids
            if conn.execute("SELECT 1 FROM messages WHERE mailbox=? AND id=?", (mailbox(), str(i))).fetchone()
        ]
        changes.relabel(
            conn, mailbox(), [changes.message_of(conn, mailbox(), i) for i in known], add, remove, store().dice
        )
    return "", 204


@bp.post("/<message_id>/trash")
def trash(user: str, message_id: str) -> Response:
    return _move(message_id, ("TRASH",), ("INBOX",))


@bp.post("/<message_id>/untrash")
def untrash(user: str, message_id: str) -> Response:
    return _move(message_id, (), ("TRASH",))


@attachments.get("/<attachment_id>", endpoint="get")
def get_attachment(user: str, message_id: str, attachment_id: str) -> Response:
    with store().database.reading() as conn:
        content = payload.attachment(bytes(_row(conn, message_id)["raw"]), attachment_id)
    if content is None:
        raise invalid("Invalid attachment token")
    return jsonify(size=len(content), data=payload.b64(content))


def _move(message_id: str, add: tuple[str, ...], remove: tuple[str, ...]) -> Response:
    with store().database.writing() as conn:
        message = changes.message_of(conn, mailbox(), message_id)
        changes.relabel(conn, mailbox(), [message], add, remove, store().dice)
        return jsonify(views.short(conn, mailbox(), message_id, message.thread_id))


def _row(conn: sqlite3.Connection, message_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = conn.execute(
        "SELECT * FROM messages WHERE mailbox = ? AND id = ?", (mailbox(), message_id)
    ).fetchone()
    if row is None:
        raise not_found()
    return row
