"""Parts of a document in words, for lists and for what a change would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inboxsla.config.document import kinds
from inboxsla.config.document.model import METRICS, PRIORITIES, Absence, Policy, Step, Target, Then

_COMPARED = {
    "is": "is",
    "contains": "contains",
    "starts_with": "starts with",
    "matches": "matches",
    "one_of": "is one of",
    "at_least": "is at least",
}
_DOES = {
    "remind_owner": "remind the owner",
    "notify_owner": "tell the owner",
    "notify_team": "tell the team",
    "notify_lead": "tell the lead",
    "notify_on_duty_lead": "tell the lead on duty",
    "reassign": "hand over",
    "raise_priority": "raise the priority",
}


def spaced(name: str) -> str:
    return name.replace("_", " ")


def quoted(text: object) -> str:
    return f"“{text}”"


def promise(policy: Policy) -> str:
    """“first response 30m; resolution 2h; round the clock”."""
    promised = policy.targets.promised.items()
    parts = [f"{'an update every' if metric == 'update' else spaced(metric)} {target(of)}" for metric, of in promised]
    return "; ".join([*parts, hours(policy.calendar)])


def target(of: Target) -> str:
    """“4h”, or “30m (critical, high), 12h (low), 6h otherwise”."""
    by_length: dict[str, list[str]] = {}
    for priority, text in of.lengths.items():
        if text != of.normal:
            by_length.setdefault(text, []).append(priority)
    parts = [f"{text} ({', '.join(priorities)})" for text, priorities in by_length.items()]
    if of.normal:
        parts.append(f"{of.normal} otherwise" if parts else of.normal)
    return ", ".join([*parts, *([hours(of.calendar)] if of.calendar else [])])


def hours(calendar: str) -> str:
    return "round the clock" if calendar == kinds.ALWAYS else f"in the hours of {quoted(calendar)}"


def step(written: Step) -> str:
    """“at 75 %: remind the owner (resolution)”."""
    told = [f"tell {address}" for address in written.notify]
    told += [f"add the tag {quoted(tag)}" for tag in written.add_tag]
    told += [f"post to the webhook {quoted(name)}" for name in written.webhook]
    only = f" ({', '.join(spaced(metric) for metric in written.promises)})" if written.promises else ""
    return f"{when(written)}: {', '.join([*(_DOES[do] for do in written.do), *told])}{only}"


def when(written: Step) -> str:
    """“at 75 %”, “1h before it is due”, “after 2 reopenings”."""
    if written.reopened is not None:
        return f"after {written.reopened} reopening{'' if written.reopened == 1 else 's'}"
    if written.at is not None:
        return f"at {written.at} %"
    if written.every is not None:
        return f"every {written.every} after it was due"
    return f"{written.before} before it is due" if written.before else f"{written.after} after it was due"


def absence(written: Absence) -> str:
    instead = f", {written.substitute} stands in" if written.substitute else ""
    return f"away from {written.begins}, back on {written.until}{instead}"


def condition(when: Mapping[str, Any], depth: int = 0) -> str:
    """“subject contains “outage” and not (sender is one of a@x.example)”; a condition without mistakes."""
    ((name, below),) = when.items()
    if name in ("all", "any"):
        joined = (" and " if name == "all" else " or ").join(condition(each, depth + 1) for each in below)
        return f"({joined})" if depth and len(below) > 1 else joined
    if name == "not":
        return f"not ({condition(below)})"
    if name == "hours":
        return f"it is {'in' if below['is'] == 'open' else 'out of'} the hours of {quoted(below['calendar'])}"
    if name == "repeated":
        return f"the customer opened at least {below['at_least']} tickets in the last {below['days']} days"
    subject = f"header {below['name']}" if name == "header" else spaced(name)
    operator = next(each for each in below if each in _COMPARED)
    value = below[operator]
    said = ", ".join(quoted(each) for each in value) if isinstance(value, list | tuple) else quoted(value)
    return f"{subject} {_COMPARED[operator]} {said}"


def actions(then: Then) -> str:
    """“policy “Outage”, priority critical, tag “urgent””."""
    parts = [
        f"{name} {quoted(value) if name in ('policy', 'tier', 'channel', 'team') else value}"
        for name in ("policy", "priority", "tier", "channel", "team", "owner", "strategy", "status")
        if (value := getattr(then, name)) is not None
    ]
    parts += [f"tag {quoted(tag)}" for tag in then.tags]
    parts += [f"no longer tag {quoted(tag)}" for tag in then.untag]
    if then.not_a_ticket is not None:
        parts.append("not a ticket" if then.not_a_ticket else "a ticket")
    return ", ".join(parts) or "nothing"


def leaf(value: Any) -> str:
    """One value of a table, as a change shows it."""
    if value is None or value == "":
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(leaf(each) for each in value) or "none"
    return str(value)


def label(path: tuple[str, ...]) -> str:
    """“first response for critical” for targets.first_response.critical; other keys as they are called."""
    shown = [spaced(part) for part in path if part != "targets"]
    if len(path) > 1 and path[-2] in METRICS and path[-1] in PRIORITIES:
        return shown[-2] if path[-1] == "normal" else f"{shown[-2]} for {shown[-1]}"
    return " ".join(shown)
