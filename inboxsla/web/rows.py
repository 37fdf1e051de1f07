"""The board as a person reads it: groups by urgency, and in each row the time left first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.clock import Urgency
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import URGENCY_WORDS, TicketView, TimeLeft, time_left
from inboxsla.domain.timeline import Status
from inboxsla.web.bars import Bar, bar

SOLVED = "solved"
_ORDER = ("overdue", "urgent", "medium", "low", "paused", "met", "none", SOLVED)
_OVER = frozenset(status.value for status in Status if status.is_over)


@dataclass(frozen=True, slots=True)
class Row:
    view: TicketView
    left: TimeLeft
    bar: Bar | None
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Group:
    """`key` is an urgency or "solved"; it names the icon and the colours."""

    key: str
    name: str
    rows: tuple[Row, ...]


def groups(tickets: Iterable[TicketView], say: Speech) -> tuple[Group, ...]:
    """Most urgent group first, empty ones left out; inside a group the order that was given."""
    found: dict[str, list[Row]] = {key: [] for key in _ORDER}
    for view in tickets:
        found[_key(view)].append(_row(view, say))
    return tuple(Group(key, _name(key, say), tuple(rows)) for key, rows in found.items() if rows)


def _key(view: TicketView) -> str:
    return SOLVED if view.status in _OVER else view.urgency.value


def _name(key: str, say: Speech) -> str:
    return say.text("Solved") if key == SOLVED else say.text(URGENCY_WORDS[Urgency(key)])


def _row(view: TicketView, say: Speech) -> Row:
    left = time_left(view, say)
    if view.status in _OVER:
        kept = say.text("a promise was missed") if view.breached else say.text("every promise was kept")
        return Row(view, TimeLeft(left.head, kept), None, None)
    return Row(
        view,
        left,
        bar(view.worst) if view.worst else None,
        view.worst.reading.due_at if view.worst else None,
    )
