"""The simulator's own pages: see the mailbox, write in as a customer, answer as an agent, archive."""

from __future__ import annotations

import re

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from . import reading, shown, visiting
from .answers import ApiError, invalid
from .context import store
from .stories import hands
from .stories.texts import texts

bp = Blueprint("face", __name__, template_folder="templates")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_CSS_ID = re.compile(r"[A-Za-z0-9_]+")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@bp.before_request
def same_origin() -> None:
    """A form on another site must not write here."""
    if request.method == "POST" and request.headers.get("Origin") != request.host_url.rstrip("/"):
        raise ApiError(403, "forbidden", "This form was not sent from the simulator's own page.", "PERMISSION_DENIED")


@bp.after_request
def guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/")
def inbox() -> str:
    address, place = _address(), request.args.get("place", "inbox")
    chips = shown.Chips(address)
    rows = [
        shown.row(messages, address, chips)
        for messages in reading.threads(store(), address, shown.PLACES.get(place, "INBOX"), shown.SHOWN)
    ]
    with store().database.reading() as conn:
        count = conn.execute(
            "SELECT count(DISTINCT m.thread_id) FROM messages m JOIN message_labels l ON l.mailbox = m.mailbox AND l.message_id = m.id "
            "WHERE m.mailbox = ? AND l.label_id = 'INBOX'",
            (address,),
        ).fetchone()[0]
    return render_template(
        "inbox.html", address=address, place=place, rows=rows, open=count, mailboxes=store().mailboxes()
    )


@bp.get("/threads/<thread_id>")
def thread_page(thread_id: str) -> str:
    return _thread(thread_id)


def _thread(thread_id: str, empty: str = "") -> str:
    """The page of a thread; `empty` is the form that was sent without a text."""
    address = _address()
    messages = reading.thread(store(), address, thread_id)
    labels = shown.labels_of(messages)
    return render_template(
        "thread.html",
        address=address,
        thread_id=thread_id,
        subject=shown.subject(messages),
        chips=shown.Chips(address).of(labels),
        in_inbox="INBOX" in labels,
        choices=_choices(address),
        messages=[shown.message(message) for message in messages],
        agents=texts().agents,
        agent=request.form.get("agent"),
        empty=empty,
        zone=store().zone,
        other=hands.customer_of(address, messages).name,
    )


@bp.route("/write", methods=["GET", "POST"])
def write() -> str | AnyResponse | tuple[str, int]:
    address = _address()
    given = {name: " ".join(request.form.get(name, "").split()) for name in ("name", "sender", "subject")}
    text = request.form.get("text", "").strip()
    if request.method == "GET":
        return render_template("write.html", address=address, given={})
    if not visiting.is_a_letter(given["sender"], given["subject"], text):
        mistake = "A mail needs an address such as ada@visitor.example, a subject and some text."
        return render_template("write.html", address=address, given={**given, "text": text}, mistake=mistake), 400
    placed = visiting.writes_in(store(), address, given["sender"], given["name"], given["subject"], text)
    return redirect(url_for("face.thread_page", thread_id=placed.thread_id, mailbox=address), 303)


@bp.post("/threads/<thread_id>/answer")
def answer(thread_id: str) -> AnyResponse | tuple[str, int]:
    agent = next((agent for agent in texts().agents if agent.address == request.form.get("agent")), None)
    if agent is None:
        raise invalid("Nobody on the team has this address.")
    if not (text := _written()):
        return _thread(thread_id, empty="answer"), 400
    store().reply_as(_address(), thread_id, agent.address, text, agent_name=agent.name)
    return _back_to(thread_id)


@bp.post("/threads/<thread_id>/message")
def write_back(thread_id: str) -> AnyResponse | tuple[str, int]:
    if not (text := _written()):
        return _thread(thread_id, empty="message"), 400
    hands.writes_back(store(), _address(), thread_id, text, store().now())
    return _back_to(thread_id)


@bp.post("/threads/<thread_id>/place")
def move(thread_id: str) -> AnyResponse:
    if request.form.get("to") == "inbox":
        store().restore(_address(), thread_id)
        return _back_to(thread_id)
    store().archive(_address(), thread_id)
    return redirect(url_for("face.inbox", mailbox=_address()), 303)


@bp.post("/threads/<thread_id>/label")
def label(thread_id: str) -> AnyResponse:
    chosen = request.form.get("label", "")
    if chosen not in reading.labels(store(), _address()):
        raise invalid("There is no such label here.")
    on = request.form.get("to") == "on"
    store().relabel(_address(), thread_id, add=(chosen,) if on else (), remove=() if on else (chosen,))
    return _back_to(thread_id)


def _choices(address: str) -> list[tuple[str, str]]:
    """(id, name) of each label that is no folder, in the order of their names."""
    known = {key: name for key, (name, _, _) in reading.labels(store(), address).items()}
    folders = {name.rpartition("/")[0] for name in known.values()}
    return sorted(((key, name) for key, name in known.items() if name not in folders), key=lambda each: each[1])


@bp.get("/face.css")
def style() -> Response:
    """The page's style, and one class for each label's colours: the policy allows no style in the page itself."""
    rules = [render_template("style.css")]
    for address in store().mailboxes():
        for label_id, (_, background, text) in reading.labels(store(), address).items():
            if _CSS_ID.fullmatch(label_id) and _COLOUR.fullmatch(background) and _COLOUR.fullmatch(text):
                rules.append(f".chip.{shown.css_class(address, label_id)} {{ background:{background}; color:{text} }}")
    return Response("\n".join(rules), mimetype="text/css")


def _address() -> str:
    boxes = store().mailboxes()
    asked = request.args.get("mailbox", "").lower()
    if asked and asked not in boxes or not boxes:
        raise invalid("There is no such mailbox here.")
    return asked or boxes[0]


def _written() -> str:
    return request.form.get("text", "").strip()


def _back_to(thread_id: str) -> AnyResponse:
    return redirect(url_for("face.thread_page", thread_id=thread_id, mailbox=_address()), 303)
