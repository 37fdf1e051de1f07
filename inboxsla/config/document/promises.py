"""What can be wrong with a policy although every value in it is right: promises nobody can keep, steps that never come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from inboxsla.config.checks import Complaint
from inboxsla.config.document import kinds, saying
from inboxsla.config.document.lengths import length
from inboxsla.config.document.model import METRICS, PRIORITIES, Metric, Policy, Priority, Step, Target
from inboxsla.config.document.parts import Part, Parts
from inboxsla.config.ladder import not_too_often
from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Calendar
from inboxsla.errors import NoWorkingTime


def complaints(seen: Parts, now: datetime) -> Iterator[Complaint]:
    for part in seen.policies:
        if part.value is not None:
            yield from _thresholds(part, part.value)
            yield from _come_due(part, part.value, seen, now)
            yield from _can_be_kept(part, part.value, seen)
            yield from _steps(part, part.value, seen)
            yield from _closing(part, part.value, seen)


def _thresholds(part: Part[Policy], policy: Policy) -> Iterator[Complaint]:
    medium, urgent = policy.medium_at, policy.urgent_at
    if not medium < urgent < 100:
        key = "urgent_at" if "urgent_at" in part.raw else "medium_at"
        yield (*part.key, key), f"medium_at {medium} and urgent_at {urgent} must rise between 0 and 100."


def _come_due(part: Part[Policy], policy: Policy, seen: Parts, now: datetime) -> Iterator[Complaint]:
    """Lengths of which the calendar has not that much within ten years."""
    for metric, target in policy.targets.promised.items():
        for priority, text in target.lengths.items():
            yield from _comes(_place(part, metric, priority), text, _hours(policy, target), seen, now)
    for name in ("hold_cap", "auto_close", "auto_close_warning"):
        if text := getattr(policy, name):
            yield from _comes((*part.key, name), text, policy.calendar, seen, now)


def _comes(key: Key, text: str, calendar: str, seen: Parts, now: datetime) -> Iterator[Complaint]:
    hours = seen.opening_hours(calendar)
    if hours is None:
        return
    try:
        hours.add(now, length(text, seen.calendar(calendar)))
    except (NoWorkingTime, OverflowError, ValueError):
        yield key, f"“{text}” of opening hours do not come together within ten years. Promise less, or open longer."


def _can_be_kept(part: Part[Policy], policy: Policy, seen: Parts) -> Iterator[Complaint]:
    """Nobody solves before they answer. Lengths can be compared where they count in the same hours, or the solution in all."""
    answer, solution = policy.targets.first_response, policy.targets.resolution
    if answer is None or solution is None or _hours(policy, solution) not in (_hours(policy, answer), kinds.ALWAYS):
        return
    for priority in PRIORITIES:
        first, last = _effective(answer, priority), _effective(solution, priority)
        if not (first and last) or not (priority in answer.lengths or priority in solution.lengths):
            continue
        if length(first, _calendar(policy, answer, seen)) > length(last, _calendar(policy, solution, seen)):
            yield (
                _place(part, "resolution", priority),
                f"nobody can keep this: for {priority} priority the first response may take {first}, longer than the "
                f"resolution with {last}. Make the resolution longer.",
            )


def _steps(part: Part[Policy], policy: Policy, seen: Parts) -> Iterator[Complaint]:
    calendar = seen.calendar(policy.calendar)
    before: list[tuple[object, Step]] = []
    for nth, step in enumerate(policy.steps):
        key = (*part.key, "steps", nth)
        missing = [metric for metric in step.promises if metric not in policy.targets.promised]
        if missing:
            yield (*key, "for"), f"this policy promises no {' and no '.join(missing)}, so this step would never come."
        when = _when(step, calendar)
        if any(when == other_when and _share(step, other) for other_when, other in before):
            same = "" if step.reopened else " for the same promise"
            yield key, f"there are two steps {saying.when(step)}{same}. Put what they do into one."
        before.append((when, step))
        if step.every:
            yield from _too_often((*key, "every"), length(step.every, calendar))
        if step.before and not missing:
            yield from _too_early(key, step, policy, seen)


def _when(step: Step, calendar: Calendar | None) -> object:
    """When it comes, equal for what is the same however it is written."""
    if step.at or step.reopened:
        return step.at, step.reopened
    return step.after is None, step.every is None, length(step.before or step.after or step.every or "1s", calendar)


def _too_often(key: Key, every: timedelta) -> Iterator[Complaint]:
    try:
        not_too_often(every)
    except ValueError as storm:
        yield key, str(storm)


def _too_early(key: Key, step: Step, policy: Policy, seen: Parts) -> Iterator[Complaint]:
    """Complains of the shortest promise that such a step cannot precede."""
    ahead = length(step.before or "", seen.calendar(policy.calendar))
    lengths = [
        (length(text, _calendar(policy, target, seen)), text, metric, priority)
        for metric, target in policy.targets.promised.items()
        if not step.promises or metric in step.promises
        for priority, text in target.lengths.items()
    ]
    shortest, text, metric, priority = min(lengths, default=(ahead, "", METRICS[0], PRIORITIES[0]))
    if shortest < ahead:
        hint = "Write less" if step.promises else "Write less, or say which promises it is for: for = [“resolution”]"
        yield (
            (*key, "before"),
            f"{step.before} before is before the time even starts: {metric} for {priority} is only {text}. {hint}.",
        )


def _closing(part: Part[Policy], policy: Policy, seen: Parts) -> Iterator[Complaint]:
    warning, closing = policy.auto_close_warning, policy.auto_close
    if warning is None:
        if policy.notices.closing:
            yield (*part.key, "notices", "closing"), "the customer is told when the owner is. Set auto_close_warning."
        return
    key = (*part.key, "auto_close_warning")
    calendar = seen.calendar(policy.calendar)
    if closing is None:
        yield key, "this warns of nothing, because auto_close is not set. Set it, or leave this out."
    elif length(warning, calendar) >= length(closing, calendar):
        yield key, f"a warning {warning} ahead comes before the wait of {closing} begins. Write less than auto_close."


def _share(one: Step, other: Step) -> bool:
    return not one.promises or not other.promises or bool(set(one.promises) & set(other.promises))


def _hours(policy: Policy, target: Target) -> str:
    return target.calendar or policy.calendar


def _calendar(policy: Policy, target: Target, seen: Parts) -> Calendar | None:
    return seen.calendar(_hours(policy, target))


def _effective(target: Target, priority: Priority) -> str | None:
    return target.lengths.get(priority) or target.normal


def _place(part: Part[Policy], metric: Metric, priority: Priority) -> Key:
    """Where a target is written: under its priority, or as one for all."""
    key = (*part.key, "targets", metric)
    targets = part.raw.get("targets")
    own = targets.get(metric) if isinstance(targets, Mapping) else None
    return (*key, priority) if isinstance(own, Mapping) and priority in own else key
