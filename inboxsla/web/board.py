"""The board and the page of one ticket. Both keep themselves fresh: see `live_page`."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inboxsla.errors import Missing
from inboxsla.services import links, queries
from inboxsla.services.views import Board
from inboxsla.web import clocks, rows
from inboxsla.web.context import ID, LARGEST_ID, ports, say
from inboxsla.web.live import live_page

bp = Blueprint("board", __name__)
SHOWS = ("open", "nobody", "solved", "all")
PAGE, MOST = 200, 2000


@bp.get("/")
def home() -> AnyResponse:
    return redirect(url_for(".tickets"))


@bp.get("/tickets")
def tickets() -> Response:
    show = request.args.get("show", "open")
    show = show if show in SHOWS else "open"
    mailbox = request.args.get("mailbox", type=_id)
    limit = min(max(request.args.get("limit", PAGE, type=int), PAGE), MOST)
    board = queries.board(ports(), show=show, mailbox_id=mailbox, limit=limit)
    return live_page(
        "board",
        board=board,
        groups=rows.groups(board.tickets, say()),
        show=show,
        mailbox=mailbox,
        more_limit=min(limit + PAGE, MOST) if board.more and limit < MOST else None,
        address=_one_address(board, mailbox),
    )


@bp.get(f"/tickets/<{ID}:ticket_id>")
def ticket(ticket_id: int) -> Response:
    try:
        page = queries.ticket(ports(), ticket_id, say())
    except Missing:
        abort(404)
    view = page.view
    return live_page(
        "ticket",
        page=page,
        view=view,
        cards=clocks.live(view, say()),
        ended=clocks.ended(view, say()),
        gmail=links.gmail_url(ports().settings, view.mailbox, view.thread_id) if page.mailbox.kind == "gmail" else None,
        zone=ports().settings.calendar.zone,
    )


def _id(text: str) -> int:
    return min(abs(int(text)), LARGEST_ID)


def _one_address(board: Board, mailbox_id: int | None) -> str:
    """The address to name where one is meant; empty while several are shown."""
    shown = [box.address for box in board.mailboxes if mailbox_id in (None, box.id)]
    return shown[0] if len(shown) == 1 else ""
