"""A policy drawn as a line for each promise: where it becomes medium, urgent, overdue, and the reminder steps on it. Pure.

The first half of the time is drawn at half scale, because nothing much happens there; the rest is true. Places are percents of
the width, so that texts keep their size on every screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from inboxsla.config.document.lengths import length
from inboxsla.config.document.model import PRIORITIES, Metric, Policy, Step
from inboxsla.config.document.parts import ROUND_THE_CLOCK
from inboxsla.config.settings import Calendar
from inboxsla.domain.clock import Urgency

# The line ends a little after the last step, and at twice the promise at the latest.
_SHORTEST, _LONGEST, _TAIL = 1.25, 2.0, 0.06
_HALF = 0.5
# Texts that stand closer together than this share of the width are put on different levels.
_ROOM = 15.0
# Nothing is written closer to the edge than this.
_EDGE = 6.0
LEVELS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one urgency, in percents of the width; `middle` is where its name stands."""

    urgency: Urgency
    x: float
    width: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True, slots=True)
class Handle:
    """A step on the line. `at` is the business time used then; `level` is how far below the line its words stand."""

    step: Step
    x: float
    at: timedelta
    level: int = 0

    @property
    def words_x(self) -> float:
        return min(max(self.x, _EDGE), 100 - _EDGE)

    @property
    def anchor(self) -> str:
        return "start" if self.x < _EDGE else "end" if self.x > 100 - _EDGE else "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """`priority` is the one it is shown for. `beyond` are steps that come later than the line goes."""

    metric: Metric
    priority: str
    target: timedelta
    business_day: timedelta
    pieces: tuple[Piece, ...]
    due: float
    handles: tuple[Handle, ...]
    beyond: tuple[Step, ...]

    @property
    def levels(self) -> int:
        return 1 + max((handle.level for handle in self.handles), default=0)


def lines(policy: Policy, calendars: Mapping[str, Calendar]) -> tuple[Line, ...]:
    """One for each promise; none where its calendar is not there."""
    return tuple(line for metric in policy.targets.promised if (line := _line(metric, policy, calendars)) is not None)


def _line(metric: Metric, policy: Policy, calendars: Mapping[str, Calendar]) -> Line | None:
    target = policy.targets.promised[metric]
    calendar = calendar_of(target.calendar or policy.calendar, calendars)
    own = calendar_of(policy.calendar, calendars)
    if calendar is None or own is None:
        return None
    priority = "normal" if target.normal else next(name for name in PRIORITIES if name in target.lengths)
    promised = length(target.lengths[priority], calendar)
    placed = sorted(_placed(policy.steps, metric, promised, own), key=lambda found: found[0])
    shown = [(used, step) for used, step in placed if used <= promised * _LONGEST]
    end = max(_SHORTEST, *(used / promised for used, _ in shown), policy.urgent_at / 100) + _TAIL
    handles = [Handle(step, _x(used / promised, end), used) for used, step in shown]
    return Line(
        metric,
        priority,
        promised,
        calendar.business_day,
        tuple(_pieces(policy, end)),
        _x(1, end),
        tuple(_apart(handles)),
        tuple(step for used, step in placed if used > promised * _LONGEST),
    )


def calendar_of(name: str, calendars: Mapping[str, Calendar]) -> Calendar | None:
    """Round the clock is there without being written."""
    return Calendar.model_validate(ROUND_THE_CLOCK) if name == "24x7" else calendars.get(name)


def _placed(
    steps: Sequence[Step], metric: Metric, promised: timedelta, calendar: Calendar
) -> Iterator[tuple[timedelta, Step]]:
    """The business time used when each step of this promise comes (first)."""
    for step in steps:
        if step.reopened is not None or (step.promises and metric not in step.promises):
            continue
        if step.at is not None:
            yield promised * step.at / 100, step
        elif step.before is not None:
            used = promised - length(step.before, calendar)
            if used > timedelta():
                yield used, step
        else:
            yield promised + length(step.after or step.every or "", calendar), step


def _pieces(policy: Policy, end: float) -> Iterator[Piece]:
    """Nothing for thresholds that do not rise: those are complained of beside their fields."""
    edges = (0.0, policy.medium_at / 100, policy.urgent_at / 100, 1.0, end)
    if list(edges) != sorted(edges):
        edges = (0.0, 0.0, 0.0, 1.0, end)
    urgencies = (Urgency.LOW, Urgency.MEDIUM, Urgency.URGENT, Urgency.OVERDUE)
    for urgency, begins, ends in zip(urgencies, edges[:-1], edges[1:], strict=True):
        if ends > begins:
            x = _x(begins, end)
            yield Piece(urgency, x, round(_x(ends, end) - x, 2))


def _apart(handles: Iterable[Handle]) -> Iterator[Handle]:
    """Each on the first level on which its words have room."""
    last = [-100.0] * LEVELS
    for handle in handles:
        free = [level for level in range(LEVELS) if handle.words_x - last[level] >= _ROOM]
        level = free[0] if free else last.index(min(last))
        last[level] = handle.words_x
        yield replace(handle, level=level)


def _x(share: float, end: float) -> float:
    return round(100 * _scaled(share) / _scaled(end), 2)


def _scaled(share: float) -> float:
    return share / 2 if share <= _HALF else share - _HALF / 2
