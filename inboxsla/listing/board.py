"""The board as a table and as JSON."""

from __future__ import annotations

import json
from typing import Any

from rich import box
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from inboxsla.config import Settings
from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import STATUS_WORDS, URGENCY_WORDS, TicketView, time_left
from inboxsla.listing.words import instant, on_screen, plain, rendered, width
from inboxsla.services.views import Board

AWAY = "In spam or trash"
_COLOURS = {
    Urgency.OVERDUE: "bold red",
    Urgency.URGENT: "red",
    Urgency.MEDIUM: "yellow",
    Urgency.MET: "green",
    Urgency.PAUSED: "cyan",
}
_PIPED_SUBJECT = 80
# Below this many columns a table says only what cannot be left out.
_ROOMY = 140
SUBJECT = "Ticket"
_LEAST_SUBJECT = 12
_ROOMY_COLUMNS = ("#", SUBJECT, "From", "Owner", "Status", "Urgency", "Time left")
_NARROW_COLUMNS = ("#", SUBJECT, "Owner", "Urgency", "Time left")


def as_json(board: Board) -> str:
    """A JSON list, one object per ticket, most pressing first. Times are ISO 8601 in UTC."""
    return json.dumps([_object(view) for view in board.tickets], indent=2)


def _object(view: TicketView) -> dict[str, Any]:
    left = time_left(view, English("UTC"))
    return {
        "id": view.id,
        "subject": view.subject,
        "requester": view.requester,
        "requester_name": view.requester_name,
        "owner": view.owner,
        "status": view.status,
        "priority": view.priority,
        "urgency": view.urgency.value,
        "next_due": instant(view.next_due),
        "time_left": plain(f"{left.head}, {left.detail}" if left.detail else left.head),
        "breached": view.breached,
        "waiting_since": instant(view.waiting_since),
        "last_activity": instant(view.last_activity),
        "mailbox": view.mailbox,
        "thread_id": view.thread_id,
    }


def as_table(board: Board, settings: Settings) -> str:
    """The board as a table that fits the window; piped, one ticket a line without colours."""
    alarms = "".join(f"! {plain(words)}\n" for words in board.alarms)
    if not board.tickets:
        return _empty(board) + alarms
    say, screen, roomy = English(settings.calendar.zone), on_screen(), width() >= _ROOMY
    names = _ROOMY_COLUMNS if roomy else _NARROW_COLUMNS
    rows = [_cells(view, say, screen=screen, roomy=roomy) for view in board.tickets]
    # The subject gives way where the window is narrow; everything else is short and is read first.
    others = sum(
        max(len(name), *(row[at].cell_len for row in rows)) for at, name in enumerate(names) if name != SUBJECT
    )
    table = Table(box=box.SIMPLE_HEAD if screen else None, pad_edge=False, header_style="bold" if screen else "")
    for name in names:
        room = max(width() - others - 3 * len(names), _LEAST_SUBJECT) if name == SUBJECT else None
        justify: JustifyMethod = "right" if name == "#" else "left"
        table.add_column(name, justify=justify, no_wrap=True, overflow="ellipsis", max_width=room)
    for row in rows:
        table.add_row(*row)
    more = f"… and {board.more:,} more; --limit shows them.\n" if board.more else ""
    return rendered(table) + more + alarms


def _cells(view: TicketView, say: English, *, screen: bool, roomy: bool) -> list[Text]:
    left, style = time_left(view, say), _COLOURS.get(view.urgency, "")
    both = f"{left.head}, {left.detail}" if left.detail and roomy else left.head
    cells = [
        Text(str(view.id)),
        Text(plain(view.subject, 300 if screen else _PIPED_SUBJECT) or "(no subject)"),
        Text(plain(view.requester_name or view.requester, 28)),
        Text(plain(view.owner_name or "nobody", 20 if roomy else 14)),
        Text(STATUS_WORDS.get(view.status, AWAY)),
        Text(URGENCY_WORDS[view.urgency], style),
        Text(plain(both), style),
    ]
    return cells if roomy else [cells[0], cells[1], cells[3], cells[5], cells[6]]


def _empty(board: Board) -> str:
    if board.counts.get("all", 0):
        return f"No tickets here; there are {board.counts['all']:,} in all (--show all).\n"
    if not board.mailboxes:
        return (
            "No tickets yet, and no mailbox either. Name one in config.toml, or read a file with `inboxsla import`.\n"
        )
    known = (f"  {plain(box_.address)}: {plain(box_.trouble) or 'nothing wrong'}\n" for box_ in board.mailboxes)
    return "No tickets yet. They appear here as soon as a customer's mail is read.\n" + "".join(known)
