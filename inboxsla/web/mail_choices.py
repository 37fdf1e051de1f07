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
        return _nobody()
    return render_template("mail_choices.html", viewer=viewer, mine=preferring.of(ports(), viewer.address))


@bp.post("/account/mails")
@needs(Level.SIGNED_IN)
def choose() -> Response:
    viewer = who.viewer()
    if viewer is None:
        return _nobody()
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


def _nobody() -> Response:
    """Whoever sets InboxSLA up is on no people list yet, and gets no mail."""
    flash(_("You are on no people list yet, so no mails go to you."))
    return redirect(url_for("account.show"), code=303)
