"""Which reminder steps are due and not yet taken, and what is left of them after downtime."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inboxsla.domain.clock import Running
from inboxsla.domain.policy import Step
from inboxsla.domain.timeline import Standing, Taken

_NOTHING = timedelta(0)
ACTED, SKIPPED, OBSERVED = "acted", "skipped", "observed"


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step of one running cycle whose `instant` (aware UTC) has come. `arming` counts from 1 how often it was armed.

    `short`: it is skipped because the promise is too short for it.
    """

    run: Running
    step: Step
    instant: datetime
    arming: int
    outcome: str
    short: bool = False

    @property
    def percent(self) -> int:
        """How much of the promise is used when it comes."""
        step, target = self.step, self.run.target
        used = step.budget(target) if step.every is None else self.run.elapsed(self.instant)
        return round(used / target * 100)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What one cycle's ladder says now: steps to record, and the next instant at which one falls due."""

    due: tuple[DueStep, ...]
    next_at: datetime | None


def schedule(run: Running, facts: Standing, now: datetime, live_since: datetime | None) -> Schedule:
    """Steps of a cycle that runs at `now`. Only the highest due one acts; the others are recorded as skipped.

    Steps due before `live_since` are skipped: nobody is mailed about the past. Without `live_since` the mailbox is only
    observed, and the highest step is recorded as what would have happened. A step that was taken is due again only if its
    instant has moved to after the moment at which it was taken; one that repeats, as `repetition` says.
    """
    due: list[DueStep] = []
    ahead: list[datetime] = []
    for step in run.policy.steps_of(run.cycle.metric):
        taken = facts.steps.get((run.cycle.metric, run.cycle.key, step.key))
        came = _once(run, step, taken, now) if step.every is None else repetition(run, step.every, taken, facts, now)
        if came.due_at is not None:
            arming = 1 if taken is None else taken.times + 1
            short = run.policy.is_skipped(step, run.cycle.metric, run.target)
            due.append(DueStep(run, step, came.due_at, arming, SKIPPED, short))
        if came.next_at is not None:
            ahead.append(came.next_at)
    due.sort(key=lambda one: one.instant)
    if due and not due[-1].short:
        due[-1] = replace(due[-1], outcome=outcome_of(due[-1].instant, live_since))
    return Schedule(tuple(due), min(ahead, default=None))


@dataclass(frozen=True, slots=True)
class Coming:
    """When a step fell due without having been taken, and when it will next, in aware UTC; None: it did not, it will not."""

    due_at: datetime | None = None
    next_at: datetime | None = None


def _once(run: Running, step: Step, taken: Taken | None, now: datetime) -> Coming:
    instant = instant_of(run, step)
    if instant is None or (taken is not None and instant <= taken.at):
        return Coming()
    return Coming(due_at=instant) if instant <= now else Coming(next_at=instant)


def repetition(run: Running, every: timedelta, taken: Taken | None, facts: Standing, now: datetime) -> Coming:
    """A step that repeats: `every` (business time) after the due instant, and as long after each time it was taken.

    Counted from when it was taken, not from when it should have been, so that it never comes more often than set; what fell
    due meanwhile is one. It ends when somebody takes the ticket or does anything on it after the due instant.
    """
    if _is_looked_after(run, facts):
        return Coming()
    used = run.elapsed(now)
    since = run.target if taken is None else max(run.target, run.elapsed(taken.at))
    times = (used - since) // every
    if times < 1:
        return Coming(next_at=run.instant_of(since + every))
    return Coming(run.instant_of(since + times * every), run.instant_of(used + every))


def _is_looked_after(run: Running, facts: Standing) -> bool:
    """Whether somebody has acted since the promise ran out; who acted on an overdue ticket knows that it is."""
    due = run.instant_of(run.target)
    return due is not None and any(at is not None and at >= due for at in (facts.last_touched, facts.last_taken))


def instant_of(run: Running, step: Step) -> datetime | None:
    """When the step comes (first); None if it would lie before the start or beyond ten years, or a pause that lasts is before it."""
    budget = step.budget(run.target)
    return run.instant_of(budget) if budget > _NOTHING else None


def outcome_of(instant: datetime, live_since: datetime | None) -> str:
    """What becomes of the highest step that fell due at `instant`: nobody is told of what was before the mailbox was live."""
    if live_since is None:
        return OBSERVED
    return ACTED if instant >= live_since else SKIPPED
