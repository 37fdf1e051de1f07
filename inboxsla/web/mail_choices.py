"""Which mails somebody wants: a page of one's own."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.services import preferring
from inboxsla.web import who
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs

bp = Blueprint("mail_choices", __name__)


@bp.get("/account/mails")
@needs(Level.SIGNED_IN)
def page() -> str | Response:
    viewer = who.viewer()
    if viewer is None:
        return redirect(url_for("who.ask", next=request.path))
    return render_template("mail_choices.html", viewer=viewer, mine=preferring.of(ports(), viewer.address))


@bp.post("/account/mails")
@needs(Level.SIGNED_IN)
def choose() -> Response:
    viewer = who.viewer()
    if viewer is None:
        return redirect(url_for("who.ask", next=request.path), code=303)
    chosen = request.form.get("reminders", "")
    preferring.change(
        ports(),
        viewer.address,
        viewer.address,
        digest="digest" in request.form,
        reminders=chosen if chosen in preferring.REMINDERS else None,
    )
    flash(_("Saved. It counts from the next mail on."))
    return redirect(url_for(".page"), code=303)
