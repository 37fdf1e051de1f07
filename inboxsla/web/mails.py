"""Mails that InboxSLA sent, as they were sent, and messages it could not read."""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, render_template, request

from inboxsla.errors import Missing
from inboxsla.services import queries
from inboxsla.services.views import MailPage
from inboxsla.web.context import ID, ports
from inboxsla.web.headers import MAIL_POLICY
from inboxsla.web.live import live_page

bp = Blueprint("mails", __name__)


@bp.get("/mail")
def sent() -> Response:
    return live_page("mails", mails=queries.mails(ports()))


@bp.get(f"/mail/<{ID}:mail_id>")
def mail(mail_id: int) -> str:
    return render_template("mail.html", mail=_mail(mail_id), as_text=request.args.get("as") == "text")


@bp.get(f"/mail/<{ID}:mail_id>/body")
def body(mail_id: int) -> Response:
    # Inside a sandbox a link can only open a page of its own.
    html = re.sub(r"<head\b[^>]*>", lambda head: head[0] + '<base target="_blank">', _mail(mail_id).html, count=1)
    return Response(html, headers={"Content-Security-Policy": MAIL_POLICY})


@bp.get("/kept-aside")
def kept_aside() -> Response:
    return live_page("kept_aside", messages=queries.kept_aside(ports()))


def _mail(mail_id: int) -> MailPage:
    try:
        return queries.mail(ports(), mail_id)
    except Missing:
        abort(404)
