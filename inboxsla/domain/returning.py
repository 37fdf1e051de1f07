"""Customers who keep coming back: which reminder steps the number of reopenings brings, each once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from inboxsla.domain.clock import NO_CHANGES
from inboxsla.domain.escalation import SKIPPED, outcome_of
from inboxsla.domain.policy import Policy, Step
from inboxsla.domain.timeline import Standing

# What such steps go under where others name a promise and its cycle.
REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class DueReturn:
    """A step that is due since the ticket was reopened for the `times`th time, at `instant` (aware UTC)."""

    step: Step
    times: int
    instant: datetime
    outcome: str


def in_force(facts: Standing, policy: Policy, later: Mapping[int, Policy] = NO_CHANGES) -> Policy:
    """The version a ticket is under now; `policy` is the one it began with, `later` those that its events name."""
    for _, version in facts.policies:
        policy = later.get(version, policy)
    return policy


def due_on_return(facts: Standing, policy: Policy, live_since: datetime | None) -> list[DueReturn]:
    """Steps of `policy` not taken yet, while the ticket is open work. Only the highest acts; the others are skipped.

    So is one below a step that was taken before, which a policy made meanwhile may have. `live_since` as in `schedule`.
    """
    if not policy.on_reopening or facts.away or facts.status.is_over:
        return []
    due = [
        DueReturn(step, times, facts.reopenings[times - 1], SKIPPED)
        for times, step in policy.on_reopening.items()
        if times <= len(facts.reopenings) and not taken(facts, times)
    ]
    highest = max((int(times) for metric, times, _ in facts.steps if metric == REOPENED), default=0)
    if due and due[-1].times > highest:
        due[-1] = replace(due[-1], outcome=outcome_of(due[-1].instant, live_since))
    return due


def taken(facts: Standing, times: int) -> bool:
    """Whether the step that so many reopenings bring was taken, or passed over."""
    return (REOPENED, str(times), REOPENED) in facts.steps
