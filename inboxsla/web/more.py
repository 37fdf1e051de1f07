"""Everything there is to go to, on a page of its own: what the narrow bar of a phone has no room for."""

from __future__ import annotations

from flask import Blueprint, render_template

from inboxsla.web.guards import Level, needs

bp = Blueprint("more", __name__)


@bp.get("/more")
@needs(Level.SIGNED_IN)
def page() -> str:
    return render_template("more.html")
