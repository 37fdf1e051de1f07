"""To Google and back: the two addresses of a sign-in with Google."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from flask import Blueprint, abort, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from inboxsla.errors import InboxSLAError, Misused, Refused, TryLater
from inboxsla.services import google_sign_in
from inboxsla.services.sign_in import NotListed
from inboxsla.web import google, tries, who
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.refusals import page
from inboxsla.web.signing_in import entered, not_listed, way_back, ways_in

bp = Blueprint("sign_in_google", __name__, url_prefix="/sign-in/google")
Answer = Response | tuple[str, int]


@bp.get("")
@needs(Level.PUBLIC)
def begin() -> Answer:
    """On to Google."""
    settings = ports().settings
    if settings.demo or not settings.google.has_client:
        abort(404)
    wanted = request.args.get("next", "")
    try:
        begun = google_sign_in.begin(ports(), _back_here(), way_back(wanted) if wanted else "")
    except Refused as wrong:
        return _not_in(wrong)
    answer = redirect(begun.url, code=303)
    answer.set_cookie(
        _cookie(begun.state),
        begun.kept,
        max_age=int(google_sign_in.GOOD_FOR.total_seconds()),
        path=url_for(".begin"),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Lax",
    )
    return answer


@bp.get("/back")
@needs(Level.PUBLIC)
def back() -> Answer:
    """Google sends the browser here."""
    if ports().settings.demo:
        abort(404)
    said = request.args.to_dict()
    name = _cookie(said.get("state", ""))
    kept = request.cookies.get(name, "")
    if not kept and who.present():
        # Whoever goes back in the browser's history is in already.
        return redirect(way_back(""), code=303)
    answer = _finished(said, kept)
    answer.delete_cookie(name, path=url_for(".begin"))
    return answer


def _finished(said: Mapping[str, str], kept: str) -> Response:
    try:
        done = google_sign_in.finish(ports(), google.tokens(), said, kept, who.agent())
    except InboxSLAError as wrong:
        return current_app.make_response(_not_in(wrong))
    return entered(done.token, way_back(done.wanted))


def _not_in(wrong: InboxSLAError) -> tuple[str, int]:
    if isinstance(wrong, NotListed):
        tries.was_for(wrong.address)
        return page(403, not_listed(wrong.address))
    if isinstance(wrong, Misused):
        current_app.logger.error("nobody can sign in with Google: %s", wrong)
    return ways_in(str(wrong), "", 503 if isinstance(wrong, TryLater) else 403)


def _cookie(state: str) -> str:
    """One for each sign-in under way, since people begin in several tabs."""
    return f"{current_app.config['SESSION_COOKIE_NAME']}_{sha256(state.encode()).hexdigest()[:12]}"


def _back_here() -> str:
    """Where Google sends the browser: the name it used for us where none is set, so that its cookie comes along."""
    return (ports().settings.server.base_url or request.host_url.rstrip("/")) + url_for(".back")
