"""Where a document names a calendar: who would miss it, and the same document with another name for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inboxsla.config.document.model import Document, Policy


@dataclass(frozen=True, slots=True)
class Uses:
    """Names of the policies, people and rules that name it."""

    policies: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.policies or self.people or self.rules)


def uses(document: Document) -> dict[str, Uses]:
    """Calendar → who names it; those that nobody names are left out."""
    policies: dict[str, list[str]] = {}
    for policy in document.policies:
        for name in _of_policy(policy):
            policies.setdefault(name, []).append(policy.name)
    people: dict[str, list[str]] = {}
    for person in document.people:
        if person.calendar:
            people.setdefault(person.calendar, []).append(person.name)
    rules: dict[str, list[str]] = {}
    for rule in document.rules:
        for name in dict.fromkeys(_of_condition(rule.when)):
            rules.setdefault(name, []).append(rule.name)
    return {
        name: Uses(*(tuple(found.get(name, ())) for found in (policies, people, rules)))
        for name in {*policies, *people, *rules}
    }


def rename(body: dict[str, Any], old: str, new: str) -> None:
    """Give a calendar of `body` (plain data of a document) another name wherever it is named."""
    calendars = body.get("calendars", {})
    body["calendars"] = {new if name == old else name: calendar for name, calendar in calendars.items()}
    for row in (*body.get("policies", ()), *body.get("people", ())):
        _renamed(row, old, new)
        for target in (row.get("targets") or {}).values():
            _renamed(target, old, new)
    for rule in body.get("rules", ()):
        for condition in _conditions(rule.get("when")):
            _renamed(condition, old, new)


def _renamed(row: Any, old: str, new: str) -> None:
    if isinstance(row, dict) and isinstance(row.get("calendar"), str) and row["calendar"].strip() == old:
        row["calendar"] = new


def _of_policy(policy: Policy) -> dict[str, None]:
    targets = (target.calendar for target in policy.targets.promised.values())
    return dict.fromkeys(name for name in (policy.calendar, *targets) if name)


def _of_condition(when: Any) -> Iterator[str]:
    for condition in _conditions(when):
        if isinstance(name := condition.get("calendar"), str):
            yield name.strip()


def _conditions(when: Any) -> Iterator[Any]:
    """What stands under “hours”, however deep it is nested."""
    if isinstance(when, Mapping):
        for name, below in when.items():
            if name == "hours" and isinstance(below, Mapping):
                yield below
            else:
                yield from _conditions(below)
    elif isinstance(when, list | tuple):
        for each in when:
            yield from _conditions(each)
