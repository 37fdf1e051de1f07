"""users.getProfile and users.settings.sendAs."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from .context import API, mailbox, store
from .reading import aliases

bp = Blueprint("profile", __name__, url_prefix=API)
send_as = Blueprint("sendAs", __name__, url_prefix=API + "/settings/sendAs")


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


@send_as.get("", endpoint="list")
def list_(user: str) -> Response:
    """The account's own address first; every alias was confirmed."""
    others = sorted(aliases(store(), mailbox()) - {mailbox()})
    own = {"sendAsEmail": mailbox(), "displayName": "", "isPrimary": True, "isDefault": True}
    confirmed = [{"sendAsEmail": each, "displayName": "", "verificationStatus": "accepted"} for each in others]
    return jsonify(sendAs=[own, *confirmed])
