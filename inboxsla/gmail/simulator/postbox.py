"""/_sim/box/…: the mailbox as a person sees it, for a page of another program. JSON in, JSON out; times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from . import control, reading, shown, visiting
from .answers import invalid
from .context import body, store
from .mailroom import Placed
from .reading import Kept
from .stories import hands

bp = Blueprint("postbox", __name__, url_prefix="/_sim/box")
bp.before_request(control.only_programs)


@bp.get("/threads")
def threads() -> Response:
    """`?mailbox=&place=inbox|sent|all`: the newest threads, newest first."""
    address, label = control.box_of(request.args), shown.PLACES.get(request.args.get("place", "inbox"), "INBOX")
    chips = shown.Chips(address)
    rows = [shown.row(messages, address, chips) for messages in reading.threads(store(), address, label, shown.SHOWN)]
    return jsonify(mailbox=address, threads=[_said(row) for row in rows])


@bp.get("/threads/<thread_id>")
def thread(thread_id: str) -> Response:
    address = control.box_of(request.args)
    messages = reading.thread(store(), address, thread_id)
    return jsonify(_thread(address, thread_id, messages))


@bp.post("/threads/<thread_id>/answer")
def answer(thread_id: str) -> Response:
    """{agent, name, text, mailbox?}: a member of staff answers from the shared mailbox."""
    given = body()
    return _placed(
        store().reply_as(
            control.box_of(given), thread_id, str(given["agent"]), _text(given), agent_name=str(given.get("name", ""))
        )
    )


@bp.post("/threads/<thread_id>/message")
def message(thread_id: str) -> Response:
    """{text, mailbox?}: the customer of the thread writes again."""
    given = body()
    return _placed(hands.writes_back(store(), control.box_of(given), thread_id, _text(given), store().now()))


@bp.post("/threads/<thread_id>/read")
def read(thread_id: str) -> Response:
    """Somebody opened it."""
    address = control.box_of(body())
    if "UNREAD" in shown.labels_of(reading.thread(store(), address, thread_id)):
        store().relabel(address, thread_id, remove=("UNREAD",))
    return jsonify({})


@bp.post("/write")
def write() -> Response:
    """{sender, name, subject, text, mailbox?}: a visitor writes in as a customer."""
    given = body()
    address = control.box_of(given)
    sender, name, subject = (" ".join(str(given.get(key, "")).split()) for key in ("sender", "name", "subject"))
    text = str(given.get("text", "")).strip()
    if not visiting.is_a_letter(sender, subject, text):
        raise invalid("A mail needs an address such as ada@visitor.example, a subject and some text.")
    return _placed(visiting.writes_in(store(), address, sender, name, subject, text))


def _text(given: dict[str, Any]) -> str:
    text = str(given.get("text", "")).strip()
    if not text:
        raise invalid("Nothing was sent: there is no text.")
    return text


def _thread(address: str, thread_id: str, messages: list[Kept]) -> dict[str, Any]:
    labels = shown.labels_of(messages)
    return {
        "thread_id": thread_id,
        "subject": shown.subject(messages),
        "chips": shown.Chips(address).of(labels),
        "in_inbox": "INBOX" in labels,
        "customer": hands.customer_of(address, messages).name,
        "messages": [_said(shown.message(kept)) for kept in messages],
    }


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "at": values["at"].isoformat()}


def _placed(placed: Placed) -> Response:
    return jsonify(id=placed.message_id, threadId=placed.thread_id)


bp.register_error_handler(LookupError, control.misused)
bp.register_error_handler(TypeError, control.misused)
bp.register_error_handler(ValueError, control.misused)
