"""Stored timelines under other promises: the same clocks, with the same events, read as if another policy had been in force.

Clocks are replayed, not people: nobody knows who would have answered sooner had the reminder come earlier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.clock import NO_CHANGES, NO_TIME, ClockReading, Running, State, read_clock, runs_of
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.fold import is_by_somebody, standing
from inboxsla.domain.owed_courtesies import closings_announced, in_hindsight
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.returning import in_force
from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.timeline import Event, Kind, Standing, Status

# Events that follow from policies and rules, not from people or customers.
_MADE = frozenset({Kind.POLICY_SET, Kind.STEP_TAKEN, Kind.UNDONE})
_FOLLOWED = ("begins:", "rule:", "configuration:", "raise:", "tag:", "reassign:")
_RULES = ("begins:", "rule:", "configuration:")
_ACTS = frozenset(
    {Kind.STAFF_WROTE, Kind.ANSWERED_ELSEWHERE, Kind.UNARCHIVED, Kind.STATUS_SET, Kind.NOTED, Kind.EXTENDED}
)
MAILS = frozenset(
    {
        Do.REMIND_OWNER,
        Do.NOTIFY_OWNER,
        Do.NOTIFY_TEAM,
        Do.NOTIFY_LEAD,
        Do.NOTIFY_ON_DUTY_LEAD,
        Do.NOTIFY_PERSON,
        Do.WARN_CLOSING,
    }
)


@dataclass(frozen=True, slots=True)
class Replayed:
    """One timeline under one policy, as of one instant. `counts` is False in Spam, Trash, or where it is no ticket.

    `did` counts what reminder steps would have done: each mail to each role once, each reassignment. `told` is what the
    customer would have been told by itself, and when (aware UTC).
    """

    facts: Standing
    clocks: tuple[ClockReading, ...]
    counts: bool
    did: Mapping[Do, int]
    told: tuple[tuple[datetime, CustomerNotice], ...] = ()


def bare(events: Iterable[Event]) -> list[Event]:
    """What people and customers did: a timeline without what policies and rules made of it."""
    return [
        event for event in in_effect(list(events)) if event.kind not in _MADE and not event.source.startswith(_FOLLOWED)
    ]


def ruled(events: Iterable[Event]) -> list[Event]:
    """The same, with what rules said beside the policy: for a ticket whose text is gone, so that nothing can be asked anew."""
    return [
        event
        for event in in_effect(list(events))
        if event.kind not in _MADE and (event.source.startswith(_RULES) or not event.source.startswith(_FOLLOWED))
    ]


def replay(
    events: Sequence[Event], policy: Policy, until: datetime, later: Mapping[int, Policy] = NO_CHANGES
) -> Replayed:
    """Read a timeline at `until` (aware UTC) under `policy`; `later` as in `decide`."""
    habits = {key: version.habits for key, version in later.items()} if later else {}
    facts = standing(events, policy.habits, until, habits)
    runs = runs_of(facts, policy, later)
    counts = not facts.away and facts.status is not Status.NOT_A_TICKET
    clocks = tuple([read_clock(run, until) for run in runs])
    if not counts:
        return Replayed(facts, clocks, counts, {})
    acted = [event.happened_at for event in in_effect(list(events)) if _is_act(event)]
    newest = in_force(facts, policy, later)
    came = [
        *(
            (step, _times(run, step, clock, acted, until))
            for run, clock in zip(runs, clocks, strict=True)
            for step in run.policy.steps_of(run.cycle.metric)
        ),
        *((step, 1) for step in _on_return(facts, newest)),
    ]
    told = in_hindsight(facts, runs, newest, until)
    return Replayed(facts, clocks, counts, _done(came, len(closings_announced(facts, newest, until))), tuple(told))


def _on_return(facts: Standing, policy: Policy) -> Iterator[Step]:
    return (step for times, step in policy.on_reopening.items() if times <= len(facts.reopenings))


def _done(steps: Iterable[tuple[Step, int]], closings: int) -> Counter[Do]:
    """Steps, each with how often it came; and how many closings were announced."""
    did: Counter[Do] = Counter()
    for step, times in steps:
        for do in step.do if times else ():
            did[do] += times * len(step.targets(do))
    if closings:
        did[Do.WARN_CLOSING] = closings
    return did


def _times(run: Running, step: Step, clock: ClockReading, acted: Sequence[datetime], until: datetime) -> int:
    """How often the step came; one that repeats, until the clock stopped or somebody acted (at one of the instants `acted`)."""
    if step.every is None:
        return int(_came(run, step, clock, until))
    due = run.instant_of(run.target) if clock.elapsed > run.target + step.every else None
    if due is None:
        return 0
    ended = min(at for at in (*acted, run.cycle.ended_at or until) if at >= due)
    return max(-(-(run.elapsed(min(ended, until)) - run.target) // step.every) - 1, 0)


def _is_act(event: Event) -> bool:
    """Whether somebody did something on the ticket, which ends what repeats."""
    if event.kind is Kind.ASSIGNED:
        return event.data.get("owner") is not None and is_by_somebody(event)
    return event.kind in _ACTS and event.data.get("where") != "label"


def _came(run: Running, step: Step, clock: ClockReading, until: datetime) -> bool:
    """Whether the step fell due before the clock stopped: by the time used, and by instants only where that does not tell."""
    budget = step.budget(run.target)
    if budget <= NO_TIME or clock.elapsed < budget:
        return False
    if clock.elapsed > budget:
        return True
    instant = run.instant_of(budget)
    return instant is not None and instant < (run.cycle.ended_at or until)


def missed(clocks: Iterable[ClockReading]) -> frozenset[tuple[str, str]]:
    """The cycles that were not kept, by promise and key; what was closed without a reply is neither."""
    return frozenset(
        (clock.metric.value, clock.key)
        for clock in clocks
        if clock.breached and clock.state is not State.CLOSED_WITHOUT_REPLY
    )
