"""users.getProfile."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from .context import API, mailbox, store

bp = Blueprint("profile", __name__, url_prefix=API)


@bp.get("/profile")
def get(user: str) -> Response:
    with store().database.reading() as conn:
        box = conn.execute("SELECT history_id FROM mailboxes WHERE address = ?", (mailbox(),)).fetchone()
        counts = conn.execute(
            "SELECT count(*) AS m, count(DISTINCT thread_id) AS t FROM messages WHERE mailbox = ?", (mailbox(),)
        ).fetchone()
    return jsonify(
        emailAddress=mailbox(), messagesTotal=counts["m"], threadsTotal=counts["t"], historyId=str(box["history_id"])
    )
