"""What is done on the page of a ticket: plain forms that work without script, each through one service."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from inboxsla.domain.ticket_view import TicketView, time_left
from inboxsla.errors import Missing
from inboxsla.services import acting, panel_forms, queries
from inboxsla.services.acting import Acted
from inboxsla.services.acts import ACTS
from inboxsla.services.viewers import Viewer
from inboxsla.web import act_forms, act_menu, who
from inboxsla.web.context import ID, LARGEST_ID, ports, say
from inboxsla.web.forms import FIELD, form_token
from inboxsla.web.guards import Level, needs
from inboxsla.web.refusals import Words, page

bp = Blueprint("acts", __name__)
_OURS = frozenset({FIELD, "act", "seen", "nonce"})
Answer = str | Response | tuple[str, int]


@bp.get(f"/tickets/<{ID}:ticket_id>/<name>")
@needs(Level.AGENT)
def ask(ticket_id: int, name: str) -> Answer:
    """The form of one act, on a page of its own."""
    if name not in ACTS or not act_menu.asks(ACTS[name]):
        abort(404)
    viewer = who.viewer()
    if viewer is None:
        return _nobody()
    return _form(ticket_id, name, viewer)


@bp.post(f"/tickets/<{ID}:ticket_id>/act")
@needs(Level.AGENT)
def act(ticket_id: int) -> Answer:
    """Do one act; what was typed comes back with what is wrong about it."""
    name, viewer = request.form.get("act", ""), who.viewer()
    here = url_for("board.ticket", ticket_id=ticket_id)
    if viewer is None:
        return _nobody()
    if name not in ACTS:
        abort(404)
    fields = {key: value for key, value in request.form.items() if key not in _OURS}
    seen = request.form.get("seen", type=_seen)
    try:
        done = acting.act(
            ports(), viewer, ticket_id, name, fields, seen=seen, source=_source(ticket_id, name, fields), say=say()
        )
    except Missing:
        abort(404)
    if done.outcome == "refused" and act_menu.asks(ACTS[name]):
        return _form(ticket_id, name, viewer, Back(done, fields, seen)), 422
    flash(done.notice, "undo" if done.offers_undo else done.outcome)
    return redirect(here, code=303)


def _nobody() -> tuple[str, int]:
    """Whoever sets InboxSLA up is nobody whom a ticket could name."""
    return page(
        403,
        Words(
            _("Sign in as a person"),
            _(
                "You are signed in by the setup link, and what is done with a ticket is written down in somebody's name. Nothing "
                "was changed. Put yourself on the people list, then sign in as yourself."
            ),
            back=True,
        ),
    )


def nonce(view: TicketView, name: str) -> str:
    """Of a button that stands on the page: the same until something happens, so that pressing twice acts once."""
    return blake2b(f"{form_token()}:{view.id}:{view.seen}:{name}".encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Back:
    """A form that was sent and not taken: why, what was typed, and what its reader had seen of the ticket."""

    acted: Acted
    typed: Mapping[str, str]
    seen: int | None


def _form(ticket_id: int, name: str, viewer: Viewer, back: Back | None = None) -> str:
    try:
        shown = queries.ticket(ports(), ticket_id, say(), sees=who.sees())
    except Missing:
        abort(404)
    view, spec = shown.view, ACTS[name]
    if not viewer.may_see(shown.mailbox.id):
        abort(404)
    found = panel_forms.choices(ports(), viewer, ticket_id, name)
    known = act_forms.Known(view, act_forms.people(found.people, say()), found.reasons)
    return render_template(
        "act.html",
        view=view,
        left=time_left(view, say()),
        spec=spec,
        fields=act_forms.fields(spec, known, say(), back.typed if back else None),
        complaints=back.acted.complaints if back else {},
        refused=back.acted.notice if back else "",
        seen=back.seen if back else view.seen,
        nonce=secrets.token_urlsafe(12),
        you=viewer,
    )


def _source(ticket_id: int, name: str, fields: Mapping[str, str]) -> str | None:
    given = request.form.get("nonce", "")
    if not given:
        return None
    told = repr(sorted(fields.items()))
    return "page:" + blake2b(f"{given}:{ticket_id}:{name}:{told}".encode(), digest_size=16).hexdigest()


def _seen(text: str) -> int:
    return min(abs(int(text)), LARGEST_ID)
