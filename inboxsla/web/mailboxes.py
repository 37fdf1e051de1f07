"""The mailboxes: how they stand, connecting and disconnecting them, making them live, and the switch that stops all writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.config.fields import address as read_address
from inboxsla.errors import InboxSLAError, Missing, TryLater
from inboxsla.services import connecting, disconnecting, exporting, setup, writing
from inboxsla.services import foreseen as foreseeing
from inboxsla.services.connections import Connection, connections
from inboxsla.services.viewers import may_see
from inboxsla.web import guards, who
from inboxsla.web.context import ID, now, ports, say
from inboxsla.web.forms import form_token
from inboxsla.web.guards import Level, needs
from inboxsla.web.live import live_page

bp = Blueprint("mailboxes", __name__, url_prefix="/settings/mailboxes")
# In a session: its consent was begun while setting up, and leads back there.
SETTING_UP = "setting_up"
# How long one press of “Disconnect” takes labels off: nobody looks at a page that does not come.
PATIENCE = timedelta(seconds=10)

Answer = str | Response | tuple[str, int]


@bp.get("")
@needs(Level.AGENT)
def listed() -> Answer:
    return _page()


@bp.post("/connect")
@needs(Level.HOUSE)
def connect() -> Answer:
    written = request.form.get("address", "")
    try:
        address = read_address(written)
        url = connecting.begin_for_browser(ports(), address, way_back(), form_token())
    except (ValueError, InboxSLAError) as wrong:
        return _page(str(wrong), written)
    # Browsers apply form-action to where a form is redirected, and Google may lead on to anybody's sign-in: hence a page between.
    return render_template("on_to_google.html", url=url, address=address)


@bp.get("/connected")
@needs(Level.HOUSE)
def connected() -> Answer:
    """Google sends the browser here."""
    setting_up = session.pop(SETTING_UP, False)
    try:
        done = connecting.finish_for_browser(ports(), request.args.to_dict(), form_token(), guards.actor())
    except InboxSLAError as wrong:
        if not setting_up:
            return _page(str(wrong))
        flash(str(wrong), "wrong")
        return redirect(url_for("start.mailbox"))
    words = {
        "observed": _(
            "%(address)s is connected and observed: it is read from now on, nothing is written and nobody is mailed."
        ),
        "live": _("%(address)s is connected again and goes on live."),
    }[done.mailbox.mode]
    flash(words % {"address": done.mailbox.address})
    return redirect(url_for("start.mailbox" if setting_up else ".listed"))


@bp.get(f"/<{ID}:mailbox_id>/observed")
@needs(Level.AGENT)
def foreseen(mailbox_id: int) -> Response:
    try:
        found = foreseeing.foreseen(ports(), mailbox_id, say())
    except Missing:
        abort(404)
    return live_page("foreseen", page=found, base=now())


@bp.get(f"/<{ID}:mailbox_id>/live")
@needs(Level.ADMIN)
def before_live(mailbox_id: int) -> Answer:
    """Asks, with what it touches: mails that went out cannot be called back."""
    box = _found(mailbox_id)
    return render_template("make_live.html", box=box, page=foreseeing.foreseen(ports(), mailbox_id, say(), limit=0))


@bp.post(f"/<{ID}:mailbox_id>/live")
@needs(Level.ADMIN)
def live(mailbox_id: int) -> Answer:
    box = _found(mailbox_id)
    return _done(
        lambda: setup.live(ports(), box.address, guards.actor()),
        _("%(address)s is live: labels are written and people are mailed from now on.", address=box.address),
    )


@bp.get(f"/<{ID}:mailbox_id>/disconnect")
@needs(Level.ADMIN)
def before_disconnecting(mailbox_id: int) -> Answer:
    """Asks, with what it touches."""
    box = _found(mailbox_id)
    try:
        goes = disconnecting.goes(ports(), box.address)
    except InboxSLAError as wrong:
        return _page(str(wrong))
    return render_template("disconnect.html", box=box, goes=goes)


@bp.post(f"/<{ID}:mailbox_id>/disconnect")
@needs(Level.ADMIN)
def disconnect(mailbox_id: int) -> Answer:
    box, keep = _found(mailbox_id), "keep" in request.form
    until = ports().now() + PATIENCE

    def moved(_more: int) -> None:
        if ports().now() > until:
            raise TryLater(_("There are many threads, and labels come off a part at a time"))

    try:
        receipt = disconnecting.disconnect(
            ports(), box.address, guards.actor(), keep=keep, moved=moved, again=_("Go on below.")
        )
    except InboxSLAError as wrong:
        return _page(str(wrong))
    return render_template("disconnected.html", box=box, receipt=receipt, keep=keep)


@bp.get(f"/<{ID}:mailbox_id>/tickets.jsonl")
@needs(Level.ADMIN)
def export(mailbox_id: int) -> Response:
    """Everything that disconnecting would delete, to be kept elsewhere first."""
    box = _found(mailbox_id)
    lines = (f"{line}\n" for line in exporting.lines(ports(), box.address))
    named = {"Content-Disposition": f'attachment; filename="tickets-{mailbox_id}.jsonl"'}
    return Response(lines, mimetype="application/x-ndjson", headers=named)


@bp.post("/stop")
@needs(Level.HOUSE)
def stop() -> Answer:
    return _done(lambda: writing.stop(ports(), guards.actor()), _("Labels and mail are stopped. Reading goes on."))


@bp.post("/resume")
@needs(Level.HOUSE)
def resume() -> Answer:
    return _done(lambda: writing.resume(ports(), guards.actor()), _("Labels and mail go on."))


def _done(act: Callable[[], None], words: str) -> Answer:
    try:
        act()
    except InboxSLAError as wrong:
        return _page(str(wrong))
    flash(words)
    return redirect(url_for(".listed"), code=303)


def _page(wrong: str = "", written: str = "") -> Answer:
    found = _seen()
    page = render_template(
        "mailboxes.html",
        boxes=found,
        wrong=wrong,
        written=written,
        stopped=writing.stopped(ports()),
        base=now(),
    )
    return (page, 400) if wrong else page


def _found(mailbox_id: int) -> Connection:
    return next((box for box in _seen() if box.id == mailbox_id), None) or abort(404)


def _seen() -> list[Connection]:
    """The mailboxes there are for whoever asks."""
    sees = who.sees()
    return [box for box in connections(ports()) if may_see(sees, box.id)]


def way_back() -> str:
    """Where Google sends the browser, whichever page it left: the name it used for us, so that its session comes along."""
    base = ports().settings.server.base_url or request.host_url.rstrip("/")
    return base + url_for("mailboxes.connected")
