"""The account of whoever is signed in: their roles and sessions, staying signed in, signing out."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.services import connections, sessions
from inboxsla.services.sessions import Present
from inboxsla.web import forms, who
from inboxsla.web.context import now, ports
from inboxsla.web.guards import Level, needs

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@needs(Level.SIGNED_IN)
def show() -> str:
    here = _here()
    boxes = {box.id: box.address for box in connections.connections(ports())}
    roles = here.viewer.roles if here.viewer else {}
    return render_template(
        "account.html",
        you=here,
        roles=[(boxes.get(mailbox_id, ""), role) for mailbox_id, role in roles.items()],
        sessions=sessions.of(ports(), here),
        base=now(),
    )


@bp.get("/session")
@needs(Level.SIGNED_IN)
def left() -> Response:
    """How long the session lasts unless somebody does something, for the page that warns of its end."""
    return _told(_here())


@bp.post("/stay")
@needs(Level.SIGNED_IN)
def stay() -> Response:
    """Somebody is there and goes on."""
    return _told(sessions.prolong(ports(), _here()))


@bp.post("/sign-out")
@needs(Level.SIGNED_IN)
def sign_out() -> Response:
    flash(_("You are signed out."))
    return who.leave(redirect(url_for("sign_in.ask"), code=303))


@bp.post("/sign-out-everywhere")
@needs(Level.SIGNED_IN)
def sign_out_everywhere() -> Response:
    sessions.sign_out_everywhere(ports(), _here())
    flash(_("You are signed out, in this browser and in every other."))
    return who.leave(redirect(url_for("sign_in.ask"), code=303))


def _told(here: Present) -> Response:
    seconds = max(0, int((here.ends_at - ports().now()).total_seconds()))
    return jsonify(left=seconds, can_stay=here.idle_at < here.session.ends_at, form_token=forms.form_token())


def _here() -> Present:
    return who.present() or abort(401)
