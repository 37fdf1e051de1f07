"""Which reminder steps are due and not yet taken, and what is left of them after downtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inboxsla.domain.clock import Running
from inboxsla.domain.policy import Step
from inboxsla.domain.timeline import Standing

_NOTHING = timedelta(0)
ACTED, SKIPPED, OBSERVED = "acted", "skipped", "observed"


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step of one running cycle whose `instant` (aware UTC) has come. `arming` counts from 1 how often it was armed."""

    run: Running
    step: Step
    instant: datetime
    arming: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one cycle's ladder says now: steps to record, and the next instant at which one falls due."""

    due: tuple[DueStep, ...]
    next_at: datetime | None


def schedule(run: Running, facts: Standing, now: datetime, live_since: datetime | None) -> Schedule:
    """Steps of a cycle that runs at `now`. Only the highest due one acts; the others are recorded as skipped.

    Steps due before `live_since` are skipped: nobody is mailed about the past. Without `live_since` the mailbox is only
    observed, and the highest step is recorded as what would have happened. A step that was taken is due again only if its
    instant has moved to after the moment at which it was taken.
    """
    due: list[DueStep] = []
    ahead: list[datetime] = []
    for step in run.policy.steps_of(run.cycle.metric):
        instant = instant_of(run, step)
        if instant is None:
            continue
        taken = facts.steps.get((run.cycle.metric, run.cycle.key, step.key))
        if taken is not None and instant <= taken.at:
            continue
        if instant > now:
            ahead.append(instant)
            continue
        arming = 1 if taken is None else taken.times + 1
        due.append(DueStep(run, step, instant, arming, SKIPPED))
    if due:
        due.sort(key=lambda one: one.instant)
        due[-1] = replace(due[-1], outcome=outcome_of(due[-1].instant, live_since))
    return Schedule(tuple(due), min(ahead, default=None))


def instant_of(run: Running, step: Step) -> datetime | None:
    """When the step comes; None if it would lie before the start or beyond ten years, or a pause that lasts is before it."""
    budget = step.budget(run.target)
    return run.instant_of(budget) if budget > _NOTHING else None


def outcome_of(instant: datetime, live_since: datetime | None) -> str:
    """What becomes of the highest step that fell due at `instant`: nobody is told of what was before the mailbox was live."""
    if live_since is None:
        return OBSERVED
    return ACTED if instant >= live_since else SKIPPED
