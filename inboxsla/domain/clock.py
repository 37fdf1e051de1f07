"""One promise read at one instant, and the worst of a ticket's promises."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.policy import Policy, share
from inboxsla.domain.timeline import NORMAL, Cycle, Metric, Outcome, Span, Standing
from inboxsla.errors import NoWorkingTime

NO_TIME = timedelta(0)
NO_CHANGES: Mapping[int, Policy] = MappingProxyType({})


class Urgency(StrEnum):
    """What the label says, least urgent first."""

    NONE = "none"
    MET = "met"
    PAUSED = "paused"
    LOW = "low"
    MEDIUM = "medium"
    URGENT = "urgent"
    OVERDUE = "overdue"


class State(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CLOSED_WITHOUT_REPLY = "closed_without_reply"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One cycle at `now`. Instants are aware UTC, durations are business time of the policy's calendar.

    `due_at` is None while paused before it: then there is only `left`; and where the calendar has not that much time within
    ten years: then it is never breached. `left` is negative when overdue. `elapsed` stops
    when the clock stops. `late_by` freezes when it stops. `breached` counts from the due instant, whenever it was noticed.
    `business_day` is the open time of an ordinary day.
    """

    metric: Metric
    key: str
    state: State
    urgency: Urgency
    target: timedelta
    started_at: datetime
    elapsed: timedelta
    left: timedelta
    due_at: datetime | None
    breached: bool
    late_by: timedelta
    ended_at: datetime | None
    business_day: timedelta = timedelta(hours=24)

    @property
    def fraction(self) -> float:
        return self.elapsed / self.target


@dataclass(frozen=True, slots=True)
class Running:
    """What is needed to say when a share of one cycle's target is used up.

    `policy` is the version it counts under and `since` when its target took effect, None if it was so from the start. A cycle
    that has ended keeps the policy and the target it had and knows of no stop after its end, so that nothing that happens
    later changes what is read from it. `used` is the business time used up when each of `stopped` began.
    """

    cycle: Cycle
    policy: Policy
    target: timedelta
    stopped: tuple[tuple[datetime, datetime | None], ...]
    calendar: BusinessCalendar
    since: datetime | None = None
    used: tuple[timedelta, ...] = ()

    def instant_of(self, budget: timedelta) -> datetime | None:
        """When that much business time is used.

        None if a pause that still lasts begins before that, or the calendar has not that much time within ten years.
        """
        before = bisect_left(self.used, budget)
        since = self.stopped[before - 1][1] if before else self.cycle.started_at
        if since is None:
            return None
        try:
            return self.calendar.add(since, budget - self.used[before - 1] if before else budget)
        except NoWorkingTime:
            return None

    def elapsed(self, until: datetime) -> timedelta:
        """Business time used up at `until`, without what was stopped."""
        total, since = NO_TIME, self.cycle.started_at
        for (start, end), used in zip(self.stopped, self.used, strict=True):
            if start >= until:
                break
            if end is None or end >= until:
                return used
            total, since = used, end
        return total + self.calendar.between(since, until)


def stopped_spans(
    spans: Iterable[Span], statuses: frozenset[str], since: datetime, until: datetime | None = None
) -> tuple[tuple[datetime, datetime | None], ...]:
    """The union of the spans in `statuses` between `since` and `until`, in order. `spans` are in order of their starts.

    Without `until` the last may be open (None).
    """
    merged: list[tuple[datetime, datetime | None]] = []
    for span in spans:
        start, end = span.start, span.end
        if until is not None and start >= until:
            break
        if span.status not in statuses or (end is not None and end <= since):
            continue
        if until is not None and (end is None or end > until):
            end = until
        last_start, last_end = merged[-1] if merged else (start, start)
        if not merged or (last_end is not None and start > last_end):
            merged.append((max(start, since), end))
        else:
            merged[-1] = (last_start, None if last_end is None or end is None else max(last_end, end))
    return tuple(merged)


def running(cycle: Cycle, facts: Standing, policy: Policy, later: Mapping[int, Policy] = NO_CHANGES) -> Running | None:
    """The cycle with its target and stops, or None if the policy in force promises nothing for it.

    `policy` is the version the ticket began with, `later` holds those that its events name.
    """
    policy, target, since = _terms(cycle, facts, policy, later)
    if target is None:
        return None
    calendar = policy.calendar_of(cycle.metric)
    stops = stopped_spans(facts.spans, policy.pauses_for(cycle.metric), cycle.started_at, cycle.ended_at)
    return Running(cycle, policy, target, stops, calendar, since, _used(calendar, cycle.started_at, stops))


def _used(
    calendar: BusinessCalendar, since: datetime, stops: Iterable[tuple[datetime, datetime | None]]
) -> tuple[timedelta, ...]:
    """Business time used up when each stop begins."""
    used, total = [], NO_TIME
    for start, end in stops:
        total += calendar.between(since, start)
        used.append(total)
        since = end or start  # only the last has no end
    return tuple(used)


def _terms(
    cycle: Cycle, facts: Standing, policy: Policy, later: Mapping[int, Policy]
) -> tuple[Policy, timedelta | None, datetime | None]:
    """Policy and target in force (or in force when the cycle ended), and since when if they changed on the way."""
    metric, priority, more, since = cycle.metric, NORMAL, NO_TIME, None
    target, hours = policy.target(metric, priority), policy.calendar_of(metric)
    for at, change in _changes(cycle, facts):
        if cycle.ended_at is not None and at >= cycle.ended_at:
            break
        before = target, hours
        if isinstance(change, str):
            priority = change
        elif isinstance(change, timedelta):
            more += change
        else:
            policy = later.get(change, policy)
            hours = policy.calendar_of(metric)
        promised = policy.target(metric, priority)
        target = promised if promised is None else promised + more
        if (target, hours) != before:
            since = at
    return policy, target, since


def _changes(cycle: Cycle, facts: Standing) -> list[tuple[datetime, str | int | timedelta]]:
    """What may change the target of a cycle, oldest first: a priority, a policy version, or time given to this cycle alone."""
    given = [(x.at, x.length) for x in facts.extensions if x.key == cycle.key and x.metric == cycle.metric]
    changes: list[tuple[datetime, str | int | timedelta]] = [*facts.priorities, *facts.policies, *given]
    if sum(map(bool, (facts.priorities, facts.policies, given))) > 1:
        changes.sort(key=lambda change: change[0])
    return changes


def read_clock(run: Running, now: datetime) -> ClockReading:
    """Read one cycle at `now` (aware UTC). The reading stays true until the next instant it names."""
    cycle, ended_at = run.cycle, run.cycle.ended_at
    until = now if ended_at is None else min(ended_at, now)
    elapsed, due = run.elapsed(until), run.instant_of(run.target)
    missed = due if due is None or run.since is None else max(due, run.since)
    late = NO_TIME
    if missed is not None and until > missed:
        late = elapsed - (run.target if missed is due else run.elapsed(missed))
    breached = missed is not None and (until > missed or (until == missed and ended_at is None))
    state = _state(run, breached, now)
    if state is State.RUNNING:
        urgency = _urgency(run, elapsed)
    else:
        urgency = Urgency.PAUSED if state is State.PAUSED else Urgency.MET if state is State.MET else Urgency.NONE
    shown_due = None if state is State.PAUSED and not breached else due
    return ClockReading(
        cycle.metric, cycle.key, state, urgency, run.target, cycle.started_at, elapsed, run.target - elapsed,
        shown_due, breached, late, ended_at, run.calendar.business_day,
    )  # fmt: skip


def _state(run: Running, breached: bool, now: datetime) -> State:
    if run.cycle.outcome is Outcome.CLOSED_WITHOUT_REPLY:
        return State.CLOSED_WITHOUT_REPLY
    if run.cycle.ended_at is not None:
        return State.MISSED if breached else State.MET
    if run.stopped and any(start <= now and (end is None or now < end) for start, end in run.stopped):
        return State.PAUSED
    return State.RUNNING


def _urgency(run: Running, elapsed: timedelta) -> Urgency:
    """By the time used: as much as `budget` is used up exactly from `run.instant_of(budget)` on."""
    if elapsed >= run.target:
        return Urgency.OVERDUE
    if elapsed >= share(run.target, run.policy.urgent_at):
        return Urgency.URGENT
    return Urgency.MEDIUM if elapsed >= share(run.target, run.policy.medium_at) else Urgency.LOW


@dataclass(frozen=True, slots=True)
class Reading:
    """All of a ticket's clocks at one instant, oldest first, and what its label says."""

    clocks: tuple[ClockReading, ...]
    urgency: Urgency

    @property
    def worst(self) -> ClockReading | None:
        """The running clock that needs attention first; else the paused one with least left."""
        live = [c for c in self.clocks if c.state is State.RUNNING]
        if live:
            return min(live, key=_pressing)
        paused = [c for c in self.clocks if c.state is State.PAUSED]
        return min(paused, key=lambda c: c.left) if paused else None

    @property
    def breached(self) -> bool:
        return any(clock.breached for clock in self.clocks)


_ORDER = {urgency: rank for rank, urgency in enumerate(Urgency)}


def _pressing(clock: ClockReading) -> tuple[int, bool, datetime]:
    return (-_ORDER[clock.urgency], clock.due_at is None, clock.due_at or clock.started_at)


def read_ticket(facts: Standing, policy: Policy, now: datetime, later: Mapping[int, Policy] = NO_CHANGES) -> Reading:
    """Every clock of a ticket at `now`, and the one urgency its label shows (DESIGN §5.20)."""
    return read_runs(runs_of(facts, policy, later), facts, now)


def runs_of(facts: Standing, policy: Policy, later: Mapping[int, Policy] = NO_CHANGES) -> list[Running]:
    """Every cycle that something is promised for, oldest first."""
    return [run for cycle in facts.cycles if (run := running(cycle, facts, policy, later)) is not None]


def read_runs(runs: Iterable[Running], facts: Standing, now: datetime) -> Reading:
    clocks = tuple(read_clock(run, now) for run in runs)
    if facts.away or facts.status.value == "not_a_ticket":
        return Reading(clocks, Urgency.NONE)
    return Reading(clocks, _shown(clocks))


def _shown(clocks: Sequence[ClockReading]) -> Urgency:
    """Running clocks first, then paused, then met; a ticket with a miss and nothing running shows none of them.

    A promise closed without a reply was neither kept nor missed, so it does not take "met" from the others.
    """
    live = [clock.urgency for clock in clocks if clock.state is State.RUNNING]
    if live:
        return max(live, key=lambda urgency: _ORDER[urgency])
    if any(clock.state is State.PAUSED for clock in clocks):
        return Urgency.PAUSED
    states = {clock.state for clock in clocks}
    if State.MET in states and not any(clock.breached for clock in clocks):
        return Urgency.MET
    return Urgency.NONE
