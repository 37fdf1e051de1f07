"""users.history."""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import views
from .answers import invalid, not_found
from .context import API, mailbox, number, store, struck_by

bp = Blueprint("history", __name__, url_prefix=API + "/history")
KINDS = ("messageAdded", "messageDeleted", "labelAdded", "labelRemoved")


@bp.get("", endpoint="list")
def list_(user: str) -> Response:
    """Records after `startHistoryId`, oldest first.

    A page looks at `maxResults` records and then leaves out what the filters do not want, so a page may have a nextPageToken but no
    history.
    """
    kinds = request.args.getlist("historyTypes") or list(KINDS)
    if unknown := set(kinds) - set(KINDS):
        raise invalid(f"Invalid value at 'history_types': {unknown.pop()}")
    size = number("maxResults", 100, 500)
    with store().database.reading() as conn:
        box = conn.execute("SELECT history_id, horizon FROM mailboxes WHERE address = ?", (mailbox(),)).fetchone()
        after = _start(box["history_id"], box["horizon"])
        if struck_by("empty_page"):
            return jsonify(historyId=str(box["history_id"]), nextPageToken=_token(after))
        ids = [
            row["id"]
            for row in conn.execute(
                "SELECT DISTINCT id FROM history WHERE mailbox = ? AND id > ? ORDER BY id LIMIT ?",
                (mailbox(), after, size + 1),
            )
        ]
        records: list[dict[str, Any]] = []
        for history_id in ids[:size]:
            lines = conn.execute(
                "SELECT * FROM history WHERE mailbox = ? AND id = ? ORDER BY seq", (mailbox(), history_id)
            ).fetchall()
            if wanted := [
                line for line in lines if line["kind"] in kinds and _labelled(line["labels"], line["changed"])
            ]:
                records.append(views.history_record(wanted))
    answer: dict[str, Any] = {"historyId": str(box["history_id"])}
    if records:
        answer["history"] = records
    if len(ids) > size:
        answer["nextPageToken"] = _token(ids[size - 1])
    return jsonify(answer)


def _labelled(labels: str, changed: str) -> bool:
    wanted = request.args.get("labelId")
    return not wanted or wanted in json.loads(labels) or wanted in json.loads(changed)


def _start(newest: int, horizon: int) -> int:
    """The history id after which to look. Raises ApiError 404 for one that Gmail no longer has, or never had."""
    text = request.args.get("startHistoryId", "")
    if not text.isdigit():
        raise invalid("Missing or invalid startHistoryId")
    if not horizon <= int(text) <= newest:
        raise not_found()
    if token := request.args.get("pageToken"):
        try:
            return int(base64.urlsafe_b64decode(token.encode()).decode("ascii"))
        except ValueError as error:
            raise invalid("Invalid pageToken") from error
    return int(text)


def _token(history_id: int) -> str:
    return base64.urlsafe_b64encode(str(history_id).encode()).decode()
