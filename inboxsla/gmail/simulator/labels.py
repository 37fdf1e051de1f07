"""users.labels."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Blueprint, Response, jsonify

from . import changes, views
from .answers import invalid, not_found
from .context import API, body, mailbox, store

bp = Blueprint("labels", __name__, url_prefix=API + "/labels")
IN_LABEL_LIST = ("labelShow", "labelShowIfUnread", "labelHide")
IN_MESSAGE_LIST = ("show", "hide")


@bp.get("", endpoint="list")
def list_(user: str) -> Response:
    with store().database.reading() as conn:
        rows = conn.execute("SELECT * FROM labels WHERE mailbox = ? ORDER BY type, rowid", (mailbox(),)).fetchall()
    return jsonify(labels=[views.label(row) for row in rows])


@bp.get("/<label_id>")
def get(user: str, label_id: str) -> Response:
    with store().database.reading() as conn:
        return jsonify(views.label_with_counts(conn, _row(conn, label_id)))


@bp.post("")
def create(user: str) -> Response:
    given = body()
    name = changes.checked_name(given.get("name"))
    background, text = changes.checked_colour(given.get("color"))
    in_label_list = _one_of(given.get("labelListVisibility", "labelShow"), IN_LABEL_LIST, "labelListVisibility")
    in_message_list = _one_of(given.get("messageListVisibility", "show"), IN_MESSAGE_LIST, "messageListVisibility")
    with store().database.writing() as conn:
        changes.refuse_duplicate(conn, mailbox(), name)
        number = conn.execute(
            "UPDATE mailboxes SET next_label = next_label + 1 WHERE address = ? RETURNING next_label", (mailbox(),)
        ).fetchone()[0]
        label_id = f"Label_{number}"
        row = (mailbox(), label_id, name, name.casefold(), "user", background, text, in_label_list, in_message_list)
        conn.execute("INSERT INTO labels VALUES (?,?,?,?,?,?,?,?,?)", row)
    return _answer(label_id)


@bp.patch("/<label_id>")
def patch(user: str, label_id: str) -> Response:
    return _change(label_id, body())


@bp.put("/<label_id>")
def update(user: str, label_id: str) -> Response:
    given = body()
    if given.get("id", label_id) != label_id:
        raise invalid("Label ID in body does not match that in the URL")
    return _change(label_id, given)


@bp.delete("/<label_id>")
def delete(user: str, label_id: str) -> tuple[str, int]:
    with store().database.writing() as conn:
        if _row(conn, label_id)["type"] == "system":
            raise invalid("Invalid delete request")
        # The label also comes off its messages; Gmail tells of that in history.
        threads = conn.execute(
            "SELECT DISTINCT m.thread_id FROM messages m JOIN message_labels l ON l.mailbox = m.mailbox AND l.message_id = m.id "
            "WHERE l.mailbox = ? AND l.label_id = ?",
            (mailbox(), label_id),
        ).fetchall()
        for row in threads:
            store().relabel(mailbox(), row["thread_id"], remove=(label_id,))
        conn.execute("DELETE FROM labels WHERE mailbox = ? AND id = ?", (mailbox(), label_id))
    return "", 204


def _change(label_id: str, given: dict[str, Any]) -> Response:
    with store().database.writing() as conn:
        row = _row(conn, label_id)
        if row["type"] == "system":
            raise invalid("Invalid update request")
        name = changes.checked_name(given.get("name", row["name"]))
        changes.refuse_duplicate(conn, mailbox(), name, besides=label_id)
        background, text = (
            changes.checked_colour(given["color"]) if given.get("color") else (row["background"], row["text"])
        )
        in_label_list = _one_of(
            given.get("labelListVisibility", row["in_label_list"]), IN_LABEL_LIST, "labelListVisibility"
        )
        in_message_list = _one_of(
            given.get("messageListVisibility", row["in_message_list"]), IN_MESSAGE_LIST, "messageListVisibility"
        )
        conn.execute(
            "UPDATE labels SET name=?, folded=?, background=?, text=?, in_label_list=?, in_message_list=? WHERE mailbox=? AND id=?",
            (name, name.casefold(), background, text, in_label_list, in_message_list, mailbox(), label_id),
        )
    return _answer(label_id)


def _answer(label_id: str) -> Response:
    """What create, patch and update give back: colour but no counts, and no `type`."""
    with store().database.reading() as conn:
        row = _row(conn, label_id)
        answer = views.label(row)
    del answer["type"]
    if row["background"]:
        answer["color"] = {"backgroundColor": row["background"], "textColor": row["text"]}
    return jsonify(answer)


def _row(conn: sqlite3.Connection, label_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = conn.execute(
        "SELECT * FROM labels WHERE mailbox = ? AND id = ?", (mailbox(), label_id)
    ).fetchone()
    if row is None:
        raise not_found()
    return row


def _one_of(value: object, allowed: tuple[str, ...], name: str) -> str:
    if value not in allowed:
        raise invalid(f"Invalid value at '{name}': {value}")
    return str(value)
