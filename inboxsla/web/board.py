"""The board and the page of one ticket. Both keep themselves fresh: see `live_page`."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from inboxsla.domain.ticket_view import time_left
from inboxsla.errors import Missing
from inboxsla.services import links, queries
from inboxsla.services.viewers import Viewer
from inboxsla.services.views import MailboxState, TicketPage
from inboxsla.web import act_menu, acts, clocks, rows, who
from inboxsla.web.context import ID, LARGEST_ID, now, ports, say, zone
from inboxsla.web.guards import Level, needs
from inboxsla.web.live import live_page

bp = Blueprint("board", __name__)
SHOWS = ("open", "nobody", "solved", "all")
PAGE, MOST = 200, 2000


@bp.get("/")
@needs(Level.SIGNED_IN)
def home() -> AnyResponse:
    return redirect(url_for(".tickets"))


@bp.get("/dashboard")
@needs(Level.SIGNED_IN)
def dashboard() -> AnyResponse:
    """Where the side panel's menu leads, whatever page shows the figures."""
    return redirect(url_for(".tickets"))


@bp.get("/settings")
@needs(Level.SIGNED_IN)
def settings() -> AnyResponse:
    return redirect(url_for("mailboxes.listed"))


@bp.get("/tickets")
@needs(Level.SIGNED_IN)
def tickets() -> Response:
    show = request.args.get("show", "open")
    show = show if show in SHOWS else "open"
    mailbox = request.args.get("mailbox", type=_id)
    limit = min(max(request.args.get("limit", PAGE, type=int), PAGE), MOST)
    board = queries.board(ports(), show=show, mailbox_id=mailbox, limit=limit, sees=who.sees())
    shown = board.listed
    return live_page(
        "board",
        board=board,
        groups=rows.groups(board.tickets, say()),
        show=show,
        mailbox=mailbox,
        more_limit=min(limit + PAGE, MOST) if board.more and limit < MOST else None,
        # What to name where one mailbox is meant; nothing while several are shown.
        address=shown[0].address if len(shown) == 1 else "",
        as_of=shown[0].as_of if len(shown) == 1 else None,
        retired=len(shown) == 1 and shown[0].mode == "retired",
        # Whether some mailboxes are shown only when they are chosen; and whether the others are more than files.
        apart=len({box.kind for box in board.mailboxes}) > 1 or any(box.mode == "retired" for box in board.mailboxes),
        connected=any(_in_gmail(box) for box in board.mailboxes) or not any(box.as_of for box in board.mailboxes),
    )


@bp.get(f"/tickets/<{ID}:ticket_id>")
@needs(Level.AGENT)
def ticket(ticket_id: int) -> Response:
    you = who.viewer()
    try:
        page = queries.ticket(ports(), ticket_id, say(), you, who.sees())
    except Missing:
        abort(404)
    view = page.view
    # What is past is said from today, so that its days carry their dates.
    base = now() if view.as_of else view.now
    cards = clocks.live(view, say(), base)
    in_gmail = _in_gmail(page.mailbox)
    return live_page(
        "ticket",
        page=page,
        you=you,
        nonce=acts.nonce,
        acts_possible=in_gmail,
        bar=_bar(page, you) if you and in_gmail else None,
        view=view,
        base=base,
        cards=cards,
        headline=None if cards else time_left(view, say()),
        ended=clocks.ended(view, say()),
        gmail=links.gmail_url(ports().settings, view.mailbox, view.thread_id) if in_gmail else None,
        zone=zone(),
    )


def _bar(page: TicketPage, you: Viewer) -> act_menu.Bar | None:
    return act_menu.bar(page.view, you, page.mailbox.id, say(), undoes=page.undoes)


def _id(text: str) -> int:
    return min(abs(int(text)), LARGEST_ID)


def _in_gmail(box: MailboxState) -> bool:
    return box.kind == "gmail" and box.mode != "retired"
