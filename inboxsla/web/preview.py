"""The preview of the side panel, in the demo only: the simulated mailbox beside the panel, and the gallery of cards.

The page's scripts (static/preview) play Gmail's part: they ask here for the mailbox and for simulated tokens, and call the
add-on's addresses as Google would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol

from flask import Blueprint, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config import zone_list
from inboxsla.errors import InboxSLAError, Missing, TryLater
from inboxsla.services import colleagues, preview, sign_in
from inboxsla.speech import BabelSpeech
from inboxsla.web import forms, who
from inboxsla.web.context import now, one_line, plain, ports, say
from inboxsla.web.guards import Level, needs
from inboxsla.web.preview_words import words


class State(Protocol):
    """One state of the panel for the gallery: its name in words, and what the add-on would answer."""

    @property
    def title(self) -> str: ...

    @property
    def answer(self) -> dict[str, Any]: ...


# From where our pages answer, and how the reader is spoken to, to every state.
States = Callable[[str, BabelSpeech], Iterable[State]]


def room(states: States) -> Blueprint:
    """The pages of the preview; `states` gives what the gallery shows."""
    bp = Blueprint("preview", __name__, url_prefix="/addon/preview")
    bp.add_url_rule("", "page", page)
    bp.add_url_rule("/gallery", "gallery", needs(Level.SIGNED_IN)(lambda: gallery(states)))
    bp.add_url_rule("/threads", "threads", threads)
    bp.add_url_rule("/threads/<thread_id>", "thread", thread)
    bp.add_url_rule("/threads/<thread_id>/answer", "answer", answer, methods=["POST"])
    bp.add_url_rule("/threads/<thread_id>/message", "message", message, methods=["POST"])
    bp.add_url_rule("/threads/<thread_id>/<any(archive, restore, read):move>", "move", move, methods=["POST"])
    bp.add_url_rule("/write", "write", write, methods=["POST"])
    bp.add_url_rule("/persona", "persona", persona, methods=["POST"])
    bp.add_url_rule("/identity", "identity", identity, methods=["POST"])
    bp.register_error_handler(InboxSLAError, _said)
    return bp


@needs(Level.SIGNED_IN)
def page() -> str:
    base, here = ports().settings.server.url, who.viewer()
    return render_template(
        "preview.html",
        address=preview.address(ports()),
        personas=colleagues.everybody(ports()),
        chosen=here.address if here else "",
        ROLES={"agent": _("agent"), "lead": _("lead"), "admin": _("admin")},
        addresses={"message": f"{base}/addon/message", "home": f"{base}/addon/home"},
        links=[
            {"label": _("Settings"), "url": base + url_for("mailboxes.listed")},
            {"label": _("Dashboard"), "url": base + url_for("board.tickets")},
            {"label": _("Help"), "function": f"{base}/addon/help"},
        ],
        addon_base=base,
        words=words(),
    )


def gallery(states: States) -> str:
    preview.address(ports())
    base = ports().settings.server.url
    width = "phone" if request.args.get("width") == "phone" else "panel"
    return render_template(
        "preview_gallery.html",
        states=list(states(base, say())),
        width=width,
        words=words(),
        addon_base=base,
    )


@needs(Level.SIGNED_IN)
def threads() -> Response:
    found = preview.mailbox(ports()).threads(request.args.get("place", "inbox"))
    return jsonify(threads=[_row(each) for each in found])


@needs(Level.SIGNED_IN)
def thread(thread_id: str) -> Response:
    found = preview.mailbox(ports()).thread(thread_id)
    return jsonify(
        thread_id=found["thread_id"],
        subject=one_line(found["subject"]),
        labels=_labels(found["chips"]),
        in_inbox=found["in_inbox"],
        customer=one_line(found["customer"]),
        messages=[_message(each) for each in found["messages"]],
    )


@needs(Level.SIGNED_IN)
def answer(thread_id: str) -> Response:
    preview.answer(ports(), thread_id, request.form.get("persona", ""), request.form.get("text", ""))
    return jsonify({})


@needs(Level.SIGNED_IN)
def message(thread_id: str) -> Response:
    preview.mailbox(ports()).write_back(thread_id, request.form.get("text", ""))
    return jsonify({})


@needs(Level.SIGNED_IN)
def move(thread_id: str, move: str) -> Response:
    box = preview.mailbox(ports())
    {"archive": box.archive, "restore": box.restore, "read": box.read}[move](thread_id)
    return jsonify({})


@needs(Level.SIGNED_IN)
def write() -> Response:
    given = {name: request.form.get(name, "") for name in ("sender", "name", "subject", "text")}
    return jsonify(id=preview.mailbox(ports()).write(**given))


@needs(Level.SIGNED_IN)
def persona() -> Response:
    """Whoever looks as somebody in the preview acts as them on the ticket pages too; answers with what forms carry from now on."""
    chosen = preview.persona(ports(), request.form.get("persona", "")).address
    here = who.viewer()
    if here is not None and here.address == chosen:
        return jsonify(form_token=forms.form_token())
    fresh = sign_in.as_demo(ports(), chosen, who.agent())
    return who.enter(jsonify(form_token=forms.token_of(fresh)), fresh)


@needs(Level.SIGNED_IN)
def identity() -> Response:
    """Tokens for one audience and one persona; whoever asks is signed in and sends the session's form token."""
    return jsonify(preview.identity(ports(), request.form.get("audience", ""), request.form.get("persona", "")))


def _row(found: dict[str, Any]) -> dict[str, Any]:
    at, says = datetime.fromisoformat(found["at"]), _reader()
    return {
        "id": found["thread_id"],
        "who": [one_line(name) for name in found["who"]],
        "count": found["count"],
        "subject": one_line(found["subject"]),
        "snippet": one_line(found["snippet"], ""),
        "unread": found["unread"],
        "labels": _labels(found["chips"]),
        "at": found["at"],
        "time": says.day(at, now()) or says.clock(at),
        "exact": says.exact(at),
    }


def _message(found: dict[str, Any]) -> dict[str, Any]:
    at, says = datetime.fromisoformat(found["at"]), _reader()
    kept = {name: found[name] for name in ("id", "draft", "ours", "automatic", "at")}
    lines = {name: one_line(found[name], "") for name in ("name", "address", "agent", "to")}
    texts = {name: plain(found[name]) for name in ("text", "quoted")}
    return {**kept, **lines, **texts, "time": says.moment(at, now()), "exact": says.exact(at)}


def _reader() -> BabelSpeech:
    """In the zone of the reader, as the page's script tells it, as Gmail does; of the house where it does not."""
    told = request.headers.get("Reader-Zone", "")
    return BabelSpeech(told, say().locale) if told in zone_list.known() else say()


def _labels(chips: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    return [{"name": chip["name"], "background": chip["background"], "text": chip["text"]} for chip in chips]


def _said(error: InboxSLAError) -> tuple[Response, int]:
    """A sentence for the script to show."""
    code = 404 if isinstance(error, Missing) else 503 if isinstance(error, TryLater) else 400
    return jsonify(error=str(error)), code
