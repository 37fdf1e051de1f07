"""What a mail about several tickets says of them together. Pure; texts go through `say`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from inboxsla.domain.clock import State
from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView
from inboxsla.notify.notice import Told

_HOUR = timedelta(hours=1)


_SAME = {Told.TELL_HANDED_OVER: Told.REASSIGNED_TO_YOU}


def several_title(dos: Sequence[Told], say: Speech) -> str:
    """What tickets in one mail have in common, told why each: "3 tickets need you"."""
    count, all_of_them = len(dos), frozenset(_SAME.get(do, do) for do in dos)
    if count == 1:
        mine = all_of_them == {Told.REASSIGNED_TO_YOU}
        return say.text("1 ticket is yours now") if mine else say.text("1 ticket needs you")
    if all_of_them == {Told.REASSIGNED_TO_YOU}:
        return say.text("%(count)s tickets are yours now", count=count)
    if all_of_them == {Told.REASSIGNED_FROM_YOU}:
        return say.text("%(count)s tickets are with somebody else now", count=count)
    return say.text("%(count)s tickets need you", count=count)


def several_counts(views: Sequence[TicketView], say: Speech, *, gone: int = 0) -> str:
    """ "1 overdue, 2 due within the hour"; together the figures are the number of tickets, with those `gone` to others."""
    counted = dict.fromkeys(_COUNTS, 0)
    for view in views:
        counted[_group(view, say)] += 1
    said = [say.text(_COUNTS[group], count=count) for group, count in counted.items() if count]
    return ", ".join([*said, *([say.text("%(count)s with somebody else now", count=gone)] if gone else [])])


_COUNTS = {
    "overdue": "%(count)s overdue",
    "hour": "%(count)s due within the hour",
    "today": "%(count)s due today",
    "later": "%(count)s due later",
    "waiting": "%(count)s with no timer running",
}


def _group(view: TicketView, say: Speech) -> str:
    clock = view.worst.reading if view.worst else None
    if clock is None or clock.state is not State.RUNNING or clock.due_at is None:
        return "waiting"
    if clock.breached:
        return "overdue"
    if clock.due_at - view.now <= _HOUR:
        return "hour"
    return "today" if say.same_day(clock.due_at, view.now) else "later"
