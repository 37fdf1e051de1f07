"""Mails that InboxSLA sent, as they were sent, and messages it could not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, render_template, request

from inboxsla.errors import Missing
from inboxsla.services import queries
from inboxsla.services.views import KeptAside, MailPage
from inboxsla.web import who
from inboxsla.web.context import ID, ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.headers import MAIL_POLICY
from inboxsla.web.live import live_page

bp = Blueprint("mails", __name__)
# A reason of an import ends with where in which file; its source is an id that means nothing to a person.
_IN_FILE = re.compile(r"(?P<why>.*) \((?P<place>message \d+ of .*), at byte \d+\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Aside:
    """A message kept aside, as the list shows it."""

    why: str
    place: str
    from_file: bool
    mailbox: str
    since: datetime


@bp.get("/mail")
@needs(Level.AGENT)
def sent() -> Response:
    return live_page("mails", mails=queries.mails(ports(), sees=who.sees()))


@bp.get(f"/mail/<{ID}:mail_id>")
@needs(Level.AGENT)
def mail(mail_id: int) -> str:
    return render_template("mail.html", mail=_mail(mail_id), as_text=request.args.get("as") == "text")


@bp.get(f"/mail/<{ID}:mail_id>/body")
@needs(Level.AGENT)
def body(mail_id: int) -> Response:
    # Inside a sandbox a link can only open a page of its own.
    html = re.sub(r"<head\b[^>]*>", lambda head: head[0] + '<base target="_blank">', _mail(mail_id).html, count=1)
    return Response(html, headers={"Content-Security-Policy": MAIL_POLICY})


@bp.get("/kept-aside")
@needs(Level.AGENT)
def kept_aside() -> Response:
    return live_page("kept_aside", messages=[_aside(message) for message in queries.kept_aside(ports(), who.sees())])


def _aside(message: KeptAside) -> Aside:
    placed = _IN_FILE.fullmatch(message.reason)
    why, place = (placed["why"], placed["place"]) if placed else (message.reason, message.source)
    why = _sentence(why.replace("its From_ line", "the line it begins with"))
    place = _capital(place) if placed else place
    return Aside(why, place, placed is not None, message.mailbox, message.learned_at)


def _sentence(text: str) -> str:
    return _capital(text) if text.endswith((".", "?", "!")) else f"{_capital(text)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mail(mail_id: int) -> MailPage:
    try:
        return queries.mail(ports(), mail_id, who.sees())
    except Missing:
        abort(404)
