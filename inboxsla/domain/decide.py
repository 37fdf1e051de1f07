"""The only composition: a timeline, a policy and an instant become a reading, steps taken, acts owed and the next wake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.clock import Reading, Running, State, Urgency, read_ticket, running
from inboxsla.domain.escalation import ACTED, DueStep, schedule
from inboxsla.domain.fold import standing
from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.timeline import Event, Kind, Metric, Standing, Status

_ROLE = {Do.REMIND_OWNER: "owner", Do.NOTIFY_OWNER: "owner", Do.NOTIFY_LEAD: "lead", Do.REASSIGN: "owner"}


@dataclass(frozen=True, slots=True)
class Act:
    """Something owed to the outside: `do` for whoever has `role` when it is carried out. `key` is unique for ever (per ticket)."""

    key: str
    do: Do
    role: str
    metric: Metric
    cycle: str
    percent: int
    instant: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from a timeline at one instant. `wake_at` is strictly later: until then nothing changes by time alone."""

    facts: Standing
    reading: Reading
    steps_taken: tuple[Event, ...]
    acts: tuple[Act, ...]
    wants_owner: bool
    wake_at: datetime | None


def decide(events: Iterable[Event], policy: Policy, now: datetime, live_since: datetime | None) -> Decision:
    """Decide at `now` (aware UTC). `live_since` is None while the mailbox is only observed.

    Deciding again with `steps_taken` added to the events gives the same reading, no steps and no acts.
    """
    events = list(events)
    facts = standing(events, policy.habits, now)
    reading = read_ticket(facts, policy, now)
    runs = _open_runs(facts, reading, policy)
    taken: list[DueStep] = []
    # Gmail's clock may be ahead of ours: what is known but has not happened yet is read when it has.
    wakes: list[datetime | None] = [facts.hold_until, *(event.happened_at for event in events)]
    for run in runs:
        plan = schedule(run, policy.ladder, facts, now, live_since)
        taken.extend(plan.due)
        wakes.append(plan.next_at)
        wakes.extend(run.instant_at(percent) for percent in (policy.medium_at, policy.urgent_at, 100))
    acts = [act for due in taken if due.outcome == ACTED for act in _acts(due)]
    return Decision(
        facts=facts,
        reading=reading,
        steps_taken=tuple(_event(due, now) for due in taken),
        acts=tuple(acts),
        wants_owner=facts.owner is None and bool(runs),
        wake_at=min((at for at in wakes if at is not None and at > now), default=None),
    )


def _open_runs(facts: Standing, reading: Reading, policy: Policy) -> list[Running]:
    if reading.urgency is Urgency.NONE or facts.away or facts.status is Status.NOT_A_TICKET:
        return []
    live = {clock.key + clock.metric for clock in reading.clocks if clock.state is State.RUNNING}
    found = (running(cycle, facts, policy) for cycle in facts.cycles if cycle.key + cycle.metric in live)
    return [run for run in found if run is not None]


def _name(due: DueStep) -> str:
    cycle = due.run.cycle
    return f"{cycle.metric}/{cycle.key}/{due.step.key}/{due.arming}"


def _event(due: DueStep, now: datetime) -> Event:
    cycle = due.run.cycle
    data = {
        "metric": cycle.metric.value,
        "cycle": cycle.key,
        "step": due.step.key,
        "instant": due.instant.isoformat(),
        "outcome": due.outcome,
    }
    return Event(Kind.STEP_TAKEN, now, f"step:{_name(due)}", data=data)


def _acts(due: DueStep) -> list[Act]:
    cycle = due.run.cycle
    return [
        Act(f"{_name(due)}/{do}", do, _ROLE[do], cycle.metric, cycle.key, due.step.percent, due.instant)
        for do in due.step.do
    ]
