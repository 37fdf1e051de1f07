"""What was promised and kept, counted over many tickets. Pure arithmetic; every length is business time of its own policy.

A running clock past its due instant is a miss already: it will not be met any more. What was closed without a reply was neither
kept nor missed and stands by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, State
from inboxsla.domain.timeline import Metric


@dataclass(frozen=True, slots=True)
class Observed:
    """One ticket as the audit sees it. `is_open` is False for solved ones; `astray` counts staff mails that no customer got."""

    is_open: bool
    clocks: Sequence[ClockReading]
    astray: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """Clocks of one metric. `running` and `paused` are those that can still be met.

    `late_p50` is by how much the missed ones were late (so far, where they still run), in the middle; None if none was.
    """

    metric: Metric
    met: int
    missed: int
    closed_without_reply: int
    running: int
    paused: int
    late_p50: timedelta | None

    @property
    def kept(self) -> float | None:
        """Share of met among met and missed, 0 to 1; None if there is neither."""
        decided = self.met + self.missed
        return self.met / decided if decided else None


@dataclass(frozen=True, slots=True)
class FirstResponse:
    """Business time from a customer's first message to the first human answer. `waiting` counts those still unanswered.

    `astray` counts what staff wrote in customers' threads without the customer among the recipients: none of it is an answer.
    """

    answered: int
    p50: timedelta | None
    p90: timedelta | None
    waiting: int
    astray: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """What happened from `since` on was learned only at `until`; None: it is not learned yet."""

    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What an observed mailbox would have done, were it live: acts by kind (as in `policy.Do`), and open tickets by label.

    `told` are notices to customers by kind (as in `courtesy.CustomerNotice`).
    """

    acts: Mapping[str, int]
    labels: Mapping[str, int]
    told: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """One mailbox as of `as_of` (aware UTC). `messages` counts kept messages by kind. `foreseen` is None unless it is observed.

    `business_day` is the open time of an ordinary day, None where its promises count in different hours. `unseen` are the spans
    in which nothing of the mailbox was seen, and `missed_unseen` how many promises fell due and were missed within them.
    """

    mailbox: str
    kind: str
    began_at: datetime | None
    as_of: datetime
    policies: tuple[str, ...]
    messages: Mapping[str, int]
    kept_aside: int
    tickets: int
    open: int
    first_response: FirstResponse
    promises: tuple[Promise, ...]
    business_day: timedelta | None = None
    unseen: tuple[Unseen, ...] = ()
    missed_unseen: int = 0
    foreseen: Foreseen | None = None

    @property
    def solved(self) -> int:
        return self.tickets - self.open


@dataclass(frozen=True, slots=True)
class Figures:
    """What many tickets add up to."""

    tickets: int
    open: int
    first_response: FirstResponse
    promises: tuple[Promise, ...]
    business_day: timedelta | None


def figures(observed: Iterable[Observed]) -> Figures:
    """Add up tickets, each once; one pass, so that they may be read in pieces."""
    tally = Tally()
    for ticket in observed:
        tally.add(ticket)
    return tally.figures()


class Tally:
    """Tickets added up one by one."""

    def __init__(self) -> None:
        self._tickets = self._open = self._waiting = self._astray = 0
        self._states: Counter[tuple[Metric, State]] = Counter()
        self._late: dict[Metric, list[timedelta]] = {metric: [] for metric in Metric}
        self._answered: list[timedelta] = []
        self._days: set[timedelta] = set()

    def add(self, ticket: Observed) -> None:
        self._tickets += 1
        self._astray += ticket.astray
        self._open += ticket.is_open
        for clock in ticket.clocks:
            state = _decided(clock)
            self._days.add(clock.business_day)
            self._states[clock.metric, state] += 1
            if state is State.MISSED:
                self._late[clock.metric].append(clock.late_by)
            if clock.metric is Metric.FIRST_RESPONSE:
                if clock.ended_at is None:
                    self._waiting += 1
                elif state is not State.CLOSED_WITHOUT_REPLY:
                    self._answered.append(clock.elapsed)

    def figures(self) -> Figures:
        """What they add up to. Updates are left out where nobody promised any."""
        answered = sorted(self._answered)
        first = FirstResponse(
            len(answered), percentile(answered, 50), percentile(answered, 90), self._waiting, self._astray
        )
        promises = [_promise(metric, self._states, sorted(self._late[metric])) for metric in Metric]
        shown = [one for one in promises if one.metric is not Metric.UPDATE or self._has(Metric.UPDATE)]
        day = next(iter(self._days)) if len(self._days) == 1 else None
        return Figures(self._tickets, self._open, first, tuple(shown), day)

    def _has(self, metric: Metric) -> bool:
        return any(found is metric for found, _ in self._states)


def _decided(clock: ClockReading) -> State:
    if clock.breached and clock.state in (State.RUNNING, State.PAUSED):
        return State.MISSED
    return clock.state


def _promise(metric: Metric, states: Mapping[tuple[Metric, State], int], late: Sequence[timedelta]) -> Promise:
    counted = {state: states.get((metric, state), 0) for state in State}
    return Promise(
        metric,
        met=counted[State.MET],
        missed=counted[State.MISSED],
        closed_without_reply=counted[State.CLOSED_WITHOUT_REPLY],
        running=counted[State.RUNNING],
        paused=counted[State.PAUSED],
        late_p50=percentile(late, 50),
    )


def percentile(ordered: Sequence[timedelta], percent: int) -> timedelta | None:
    """The nearest-rank percentile (1 to 100): the smallest value that at least `percent` % of the values do not exceed.

    Always one of the values, so that a person can find the ticket behind it; None where there are none.
    """
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return ordered[rank - 1]
