"""What a ticket's events added up to so far: a `Standing` in the making, and the few moves that change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.timeline import NORMAL, Cycle, Event, Extension, Metric, Outcome, Span, Standing, Status, Taken


@dataclass(slots=True)
class _Cycle:
    """A `Cycle` that may still end."""

    metric: Metric
    key: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(slots=True)
class _Span:
    """A `Span` that may still end."""

    status: str
    start: datetime
    end: datetime | None = None
    reason: str = ""
    by: str | None = None


class SoFar:
    """Changed in place: a copy for every event would take longer than everything else about it.

    The attributes are those of `Standing`, and `back_at`, when it last came back from Spam or Trash, and `closing_since`,
    when what the policy says about closing by itself was last changed; `hold_asked` is until when the last hold was to last.
    At most one span is open per status and one while away, at most one cycle runs per promise.
    """

    __slots__ = (
        "_away_span", "_cycles", "_running", "_spans", "_status_span", "answered_at", "back_at", "channel",
        "closes_at", "closing_since", "customers", "extensions", "first_reply_at", "hold_asked", "hold_keeps_on_reply",
        "hold_until", "last_activity", "last_taken", "last_touched", "opened_at", "owner", "policies", "priorities", "priority",
        "reopenings", "rule", "started_by_staff", "status", "status_reason", "steps", "strategy", "tags", "team", "tier",
        "unreached", "waiting_since", "warned_at", "why",
    )  # fmt: skip

    def __init__(self) -> None:
        self.status = Status.OPEN
        self.status_reason = ""
        self.hold_until: datetime | None = None
        self.hold_asked: datetime | None = None
        self.hold_keeps_on_reply = False
        self.owner: str | None = None
        self.priority = NORMAL
        self.started_by_staff = False
        self.first_reply_at: datetime | None = None
        self.waiting_since: datetime | None = None
        self.last_activity: datetime | None = None
        self.last_touched: datetime | None = None
        self.last_taken: datetime | None = None
        self.opened_at: datetime | None = None
        self.answered_at: datetime | None = None
        self.closes_at: datetime | None = None
        self.warned_at: datetime | None = None
        self.back_at: datetime | None = None
        self.closing_since: datetime | None = None
        self.customers: set[str] = set()
        self.unreached: set[str] = set()
        self.tags: frozenset[str] = frozenset()
        self.rule = self.why = self.tier = self.channel = self.team = ""
        self.strategy: str | None = None
        self.steps: dict[tuple[str, str, str], Taken] = {}
        self.priorities: list[tuple[datetime, str]] = []
        self.policies: list[tuple[datetime, int]] = []
        self.reopenings: list[datetime] = []
        self.extensions: list[Extension] = []
        self._cycles: list[_Cycle] = []
        self._running: dict[Metric, _Cycle] = {}
        self._spans: list[_Span] = []
        self._status_span: _Span | None = None
        self._away_span: _Span | None = None

    def standing(self) -> Standing:
        cycles = tuple([Cycle(c.metric, c.key, c.started_at, c.ended_at, c.outcome) for c in self._cycles])
        return Standing(
            self.status, self.status_reason, self.hold_until, self.hold_keeps_on_reply, self.owner, self.priority,
            self.away, self.started_by_staff, self.first_reply_at, self.waiting_since, self.last_activity,
            self.last_touched, self.opened_at, frozenset(self.customers), self.spans(), cycles, self.steps,
            tuple(self.priorities), tuple(self.policies), self.rule, self.why, self.tags, self.tier, self.channel,
            self.team, self.strategy, self.answered_at, self.closes_at, self.warned_at,
            frozenset(self.unreached), tuple(self.reopenings), tuple(self.extensions), self.last_taken,
        )  # fmt: skip

    def enter(
        self,
        status: Status,
        at: datetime,
        *,
        by: str | None = None,
        reason: str = "",
        until: datetime | None = None,
        keeps_on_reply: bool = False,
    ) -> None:
        """Change the status at `at`, closing the span of the old one. The same status for the same reason goes on."""
        self.hold_until, self.hold_keeps_on_reply = until, keeps_on_reply
        if status is self.status and (status is Status.OPEN or reason == self.status_reason):
            self.status_reason = reason
            return
        if self._status_span is not None:
            self._status_span.end = at
            self._status_span = None
        if status is not Status.OPEN:
            self._status_span = _Span(status, at, None, reason, by)
            self._spans.append(self._status_span)
        self.status, self.status_reason = status, reason

    def leave(self, at: datetime) -> None:
        """Into Spam or Trash."""
        if self._away_span is None:
            self._away_span = _Span("away", at)
            self._spans.append(self._away_span)

    def come_back(self, at: datetime) -> None:
        if self._away_span is not None:
            self._away_span.end = self.back_at = at
            self._away_span = None

    @property
    def away(self) -> bool:
        return self._away_span is not None

    @property
    def since(self) -> datetime | None:
        """When the status it is in began; None while it is open."""
        return None if self._status_span is None else self._status_span.start

    def spans(self) -> tuple[Span, ...]:
        return tuple([Span(span.status, span.start, span.end, span.reason, span.by) for span in self._spans])

    def runs(self, metric: Metric) -> bool:
        return metric in self._running

    def ever_ran(self, metric: Metric) -> bool:
        return any(cycle.metric is metric for cycle in self._cycles)

    def start(self, metric: Metric, event: Event) -> None:
        self._running[metric] = cycle = _Cycle(metric, event.source, event.happened_at)
        self._cycles.append(cycle)

    def stop(self, metrics: Iterable[Metric], at: datetime, outcome: Outcome) -> None:
        for metric in metrics:
            cycle = self._running.pop(metric, None)
            if cycle is not None:
                cycle.ended_at, cycle.outcome = at, outcome

    def resume(self, metrics: tuple[Metric, ...], outcome: Outcome | None = None) -> None:
        """The newest cycle of one of `metrics` (with this outcome, if one is given) goes on as if it had not stopped."""
        for cycle in reversed(self._cycles):
            if cycle.metric in metrics and outcome in (None, cycle.outcome):
                cycle.ended_at = cycle.outcome = None
                self._running[cycle.metric] = cycle
                return
