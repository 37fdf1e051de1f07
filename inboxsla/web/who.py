"""Who acts: until people sign in with Google, whoever opened the one-time link says once per session who they are."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.services import colleagues, viewers
from inboxsla.services.viewers import Viewer
from inboxsla.web.context import ports

bp = Blueprint("who", __name__)
_PERSON = "person"


def chosen() -> str:
    """The address that was chosen in this session, or empty."""
    return str(session.get(_PERSON, ""))


def become(address: str) -> None:
    """From now on this session acts in the name of somebody who is listed; the caller has looked."""
    session[_PERSON] = address


def viewer() -> Viewer | None:
    """Who acts in this session; None where nobody was chosen, or whoever was is on no people list any more."""
    if not chosen():
        return None
    with ports().db.read() as conn:
        found = viewers.viewer(conn, chosen())
    return None if found is None or found.is_mailbox else found


@bp.get("/you")
def ask() -> str:
    return _page()


@bp.post("/you")
def choose() -> Response | tuple[str, int]:
    wanted = request.form.get("person", "")
    if wanted not in {person.address for person in colleagues.everybody(ports())}:
        return _page(_("Choose one of these people.")), 400
    become(wanted)
    return redirect(_back(request.form.get("next", "")), code=303)


def _page(wrong: str = "") -> str:
    return render_template(
        "you.html",
        people=colleagues.everybody(ports()),
        chosen=chosen(),
        wrong=wrong,
        next=request.values.get("next", ""),
    )


def _back(path: str) -> str:
    """A path of ours, or the board: nobody is led elsewhere."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if ours else url_for("board.tickets")
