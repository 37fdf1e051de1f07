"""What another configuration would mean for tickets that are open now: whose urgency changes, and what would be late at once.

Only clocks are read, no reminder steps: the same urgency as `decide` gives, from the events that can change it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from inboxsla.domain.clock import NO_CHANGES, Urgency, read_runs, runs_of
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.decide import live_clocks
from inboxsla.domain.fold import standing
from inboxsla.domain.owed_courtesies import foreseen
from inboxsla.domain.policy import Policy
from inboxsla.domain.returning import in_force
from inboxsla.domain.timeline import Event, Kind

# Events that start, stop, pause or change no clock, that no closing by itself depends on, and that no rule asks about …
NOBODY_READS = frozenset(
    {Kind.MACHINE_WROTE, Kind.STEP_TAKEN, Kind.NOTED, Kind.ESCALATED, Kind.MUTED, Kind.CUSTOMER_TOLD}
)
# … and with those that rules leave alone because somebody said so.
NO_CLOCK_READS = NOBODY_READS | {Kind.ASSIGNED, Kind.TAGGED, Kind.CLASSIFIED, Kind.ROUTED}
# How many tickets are named that would be overdue at once.
NAMED = 5
_RANK = {urgency: rank for rank, urgency in enumerate(Urgency)}


@dataclass(frozen=True, slots=True)
class Outlook:
    """A ticket's urgency at one instant, and when what is most pressing on it is (or was) due: aware UTC, None if never.

    `tells` is what its customer is told by itself later, if nothing happens before.
    """

    urgency: Urgency
    due_at: datetime | None
    tells: frozenset[CustomerNotice] = frozenset()


@dataclass(frozen=True, slots=True)
class Move:
    """How many tickets go from one urgency to another."""

    before: Urgency
    after: Urgency
    count: int

    @property
    def is_more_urgent(self) -> bool:
        return _RANK[self.after] > _RANK[self.before]


@dataclass(slots=True)
class Counting:
    """What becomes of open tickets, added up one by one. `overdue` is (due, id) of those that would be overdue at once.

    `tells` counts what their customers would be told and are not told now.
    """

    moves: Counter[tuple[Urgency, Urgency]] = field(default_factory=Counter)
    overdue: list[tuple[datetime, int]] = field(default_factory=list)
    tells: Counter[CustomerNotice] = field(default_factory=Counter)

    def add(self, ticket_id: int, before: Urgency, after: Outlook, now: datetime) -> None:
        if before is after.urgency:
            return
        self.moves[before, after.urgency] += 1
        if after.urgency is Urgency.OVERDUE:
            self.overdue.append((after.due_at or now, ticket_id))

    def told(self) -> tuple[Move, ...]:
        """What becomes most urgent first."""
        found = [Move(before, after, count) for (before, after), count in self.moves.items()]
        return tuple(sorted(found, key=lambda move: (-_RANK[move.after], -_RANK[move.before])))

    def first_overdue(self) -> list[int]:
        """Those that have been due longest, at most as many as are named."""
        return [ticket_id for _, ticket_id in sorted(self.overdue)[:NAMED]]


def outlook(
    events: Sequence[Event],
    policy: Policy,
    now: datetime,
    later: Mapping[int, Policy] = NO_CHANGES,
    live_since: datetime | None = None,
) -> Outlook:
    """Read a timeline at `now` (aware UTC); events of NO_CLOCK_READS may be left out. The others are as in `decide`."""
    facts = standing(events, policy.habits, now, {key: version.habits for key, version in later.items()})
    runs = runs_of(facts, policy, later)
    reading = read_runs(runs, facts, now)
    worst = reading.worst
    newest = in_force(facts, policy, later)
    coming = foreseen(facts, live_clocks(runs, facts, reading), newest, live_since) if live_since is not None else ()
    tells = frozenset(each.notice for each in coming if each.at > now)
    return Outlook(reading.urgency, None if worst is None else worst.due_at, tells)
