"""Signing in: the page that offers the ways there are, one-time links, and in the demo a choice of its people."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.errors import Refused
from inboxsla.services import colleagues, sign_in
from inboxsla.services.ports import Ports
from inboxsla.services.sessions import Gone
from inboxsla.services.sign_in import LinkOver, NotListed
from inboxsla.web import forms, who
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs
from inboxsla.web.refusals import Words, page, typed_here

bp = Blueprint("sign_in", __name__, url_prefix="/sign-in")
Answer = str | Response | tuple[str, int]


def install(app: Flask, with_ports: Ports) -> None:
    app.register_blueprint(bp)
    if with_ports.settings.demo:
        app.add_url_rule("/sign-in/demo", "sign_in_demo", as_demo, methods=["POST"])
    app.register_error_handler(401, _asked_instead)


@bp.get("")
@needs(Level.PUBLIC)
def ask() -> Answer:
    """The ways to sign in; for somebody who is in already, the ways to become somebody else."""
    return ways_in(next_page=request.args.get("next", ""))


@bp.get("/<token>")
@needs(Level.PUBLIC)
def by_link(token: str) -> Answer:
    # Browsers look ahead and chat programs peek; neither is the person the link was made for.
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return ""
    try:
        fresh = sign_in.use(ports(), token, who.agent())
    except LinkOver:
        return redirect(_home()) if who.present() else page(403, _link_over())
    except NotListed as unlisted:
        return page(403, not_listed(unlisted.address))
    return entered(fresh, _home())


@needs(Level.PUBLIC)
def as_demo() -> Answer:
    """One press becomes somebody of the demo. There is no such address anywhere else."""
    forms.check()
    try:
        fresh = sign_in.as_demo(ports(), request.form.get("person", ""), who.agent())
    except Refused:
        return ways_in(_("Choose one of these people."), request.form.get("next", ""), 400)
    return entered(fresh, way_back(request.form.get("next", "")))


def entered(fresh: str, to: str) -> Response:
    """On to a page of ours, with the token of a session that just began."""
    # What was said to a stranger, and their forms, are no matter of whoever is in now.
    session.clear()
    return who.enter(redirect(to, code=303), fresh)


def way_back(path: str) -> str:
    """A path of ours, or where everybody begins: nobody is led elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours and not path.startswith("/sign-in") else _home()


def ways_in(wrong: str = "", next_page: str = "", code: int = 200) -> tuple[str, int]:
    """The page of the ways to sign in. `wrong` is what kept somebody from it, as a sentence."""
    settings, here = ports().settings, who.present()
    shown = render_template(
        "sign_in.html",
        wrong=wrong,
        next=next_page,
        you=here,
        google=settings.google.has_client and not settings.demo,
        domains=settings.sign_in.domains,
        people=colleagues.everybody(ports()) if settings.demo else (),
        commands=(typed_here("sign-in-link"), "make run"),
    )
    return shown, code


def not_listed(address: str) -> Words:
    return Words(
        _("You are not on the people list"),
        _(
            "%(address)s is no agent, lead or admin of a mailbox here. Ask an admin of InboxSLA to put you on the people list, "
            "then sign in again.",
            address=address,
        ),
    )


def _asked_instead(_error: object) -> tuple[str, int]:
    """In place of a page that asks who is there. Whoever signs in is led on to it."""
    said = {
        Gone.ENDED: _("Your session has ended. Sign in again to go on."),
        Gone.UNLISTED: _("You are on no people list here any more, so you were signed out. An admin can put you back."),
        Gone.SET_UP: _("InboxSLA has an admin now, so the setup link has done its work. Sign in as that admin."),
    }
    gone = who.gone()
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    if gone is not None:
        flash(said[gone], "over")
    return ways_in("", wanted, 401)


def _link_over() -> Words:
    return Words(
        _("This link does not open anymore"),
        _("Links work once, and for a day. Ask for a new one, or start InboxSLA again:"),
        (typed_here("sign-in-link"), "make run"),
    )


def _home() -> str:
    return url_for("preview.page" if ports().settings.demo else "board.tickets")
