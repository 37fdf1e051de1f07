"""The board as a table and as JSON."""

from __future__ import annotations

import json
from typing import Any

from rich import box
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from inboxsla.config.program import typed
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
_BAR = 20
# From this many columns on whole addresses fit; below the second a table says only what cannot be left out.
_WIDE = 180
_ROOMY = 140
SUBJECT = "Ticket"
_LEAST_SUBJECT = 12
_LEFT = "Time left"
# Below this many columns the owner gives way too.
_TIGHT = 72
_MAILBOX = "Mailbox"
_STATUS = "Status"
_ROOMY_COLUMNS = ("#", SUBJECT, "From", _MAILBOX, "Owner", _STATUS, "Urgency", _LEFT)
_NARROW_COLUMNS = ("#", SUBJECT, "Owner", "Urgency", _LEFT)
# Whose mailbox it is says more than who owns it, where there is no room for both.
_NARROW_COLUMNS_OF_SEVERAL = ("#", SUBJECT, _MAILBOX, "Urgency", _LEFT)
_TIGHT_COLUMNS = ("#", SUBJECT, "Urgency", _LEFT)


def as_json(board: Board) -> str:
    """A JSON list, one object per ticket, in the order of the board. Instants are ISO 8601 in UTC, `time_left` is as in the table."""
    say = English(board.zone)
    return json.dumps([_object(view, say) for view in board.tickets], indent=2)


def _object(view: TicketView, say: English) -> dict[str, Any]:
    left = time_left(view, say)
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


def as_table(board: Board) -> str:
    """The board as a table that fits the window; piped, one ticket a line without colours."""
    say, screen, roomy = English(board.zone), on_screen(), width() >= _ROOMY
    alarms = "".join(f"! {plain(words)}\n" for words in board.alarms) + _first_readings(board, say)
    if not board.tickets:
        return _empty(board) + alarms
    names = _columns(several=len(board.listed) > 1)
    cells = [_cells(view, say, screen=screen, roomy=roomy) for view in board.tickets]
    rows = [[row[name] for name in names] for row in cells]
    widest = {name: max(len(name), *(row[name].cell_len for row in cells)) for name in names}
    # The subject gives way where the window is narrow, then the time; a number that is cut names no ticket.
    free = width() - 3 * len(names) - sum(widest[name] for name in names if name not in (SUBJECT, _LEFT))
    widest[_LEFT] = min(widest[_LEFT], max(free - _LEAST_SUBJECT, _LEAST_SUBJECT))
    widest[SUBJECT] = max(free - widest[_LEFT], _LEAST_SUBJECT)
    table = Table(box=box.SIMPLE_HEAD if screen else None, pad_edge=False, header_style="bold" if screen else "")
    for name in names:
        least = None if name in (SUBJECT, _LEFT) else widest[name]
        justify: JustifyMethod = "right" if name == "#" else "left"
        table.add_column(
            name, justify=justify, no_wrap=True, overflow="ellipsis", min_width=least, max_width=widest[name]
        )
    for row in rows:
        table.add_row(*row)
    more = f"… and {board.more:,} more; --limit shows them.\n" if board.more else ""
    return rendered(table) + more + alarms


def _first_readings(board: Board, say: English) -> str:
    """A line with a bar for each mailbox that is read for the first time."""
    lines = ""
    for box_ in board.listed:
        if (first := box_.first_reading) is not None:
            full = first.percent * _BAR // 100
            bar = "█" * full + "░" * (_BAR - full)
            lines += f"{bar} Reading {plain(box_.address)}: {plain(first.words(say))}. New mail is read meanwhile.\n"
    return lines


def _columns(*, several: bool) -> tuple[str, ...]:
    """Those there is room for; mailboxes are told apart where there are several."""
    if width() >= _ROOMY:
        without = _MAILBOX if not several else _STATUS if width() < _WIDE else ""
        return tuple(name for name in _ROOMY_COLUMNS if name != without)
    if width() < _TIGHT:
        return _TIGHT_COLUMNS
    return _NARROW_COLUMNS_OF_SEVERAL if several else _NARROW_COLUMNS


def _mailbox(view: TicketView) -> str:
    if width() >= _WIDE:
        return plain(view.mailbox, 40) + (" (imported)" if view.as_of else "")
    return "(imported)" if view.as_of else plain(view.mailbox.partition("@")[0], 14)


def _cells(view: TicketView, say: English, *, screen: bool, roomy: bool) -> dict[str, Text]:
    left, style = time_left(view, say), _COLOURS.get(view.urgency, "")
    both = f"{left.head}, {left.detail}" if left.detail and roomy else left.head
    cells = [
        Text(str(view.id)),
        Text(plain(view.subject, 300 if screen else _PIPED_SUBJECT) or "(no subject)"),
        Text(plain(view.requester_name or view.requester, 28)),
        Text(_mailbox(view)),
        Text(plain(view.owner_name or "nobody", 20 if roomy else 14)),
        Text(STATUS_WORDS.get(view.status, AWAY)),
        Text(URGENCY_WORDS[view.urgency], style),
        Text(plain(both), style),
    ]
    return dict(zip(_ROOMY_COLUMNS, cells, strict=True))


def _empty(board: Board) -> str:
    if board.counts["all"]:
        return f"No tickets here; there are {board.counts['all']:,} in all (--show all).\n"
    if not board.listed:
        return (
            f"No tickets yet, and no mailbox either. Connect one with `{typed('connect ADDRESS')}`, or read a file with "
            f"`{typed('import')}`.\n"
        )
    known = (f"  {plain(box_.address)}: {plain(box_.trouble) or 'nothing wrong'}\n" for box_ in board.listed)
    soon = " They appear here as soon as a customer's mail is read." if any(b.is_read for b in board.listed) else ""
    return f"No tickets yet.{soon}\n" + "".join(known)
