"""What a document would change, in words: part by part, old value and new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from inboxsla.config.document import saying
from inboxsla.config.document.model import Document, MailboxPolicy, Person, Policy, Rule, Team
from inboxsla.config.fields import WEEKDAYS
from inboxsla.config.settings import Calendar

What = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """`section` is a key of the document, `name` the part of it, or "" for a value that stands by itself.

    `details` are short texts: for a change “first response for normal: 4h → 6h”.
    """

    section: str
    name: str
    what: What
    details: tuple[str, ...] = ()


def differences(old: Document, new: Document) -> tuple[Change, ...]:
    """Everything that differs in meaning; what is only written differently is no change."""
    return tuple(_all(old, new))


def in_words(changes: Iterable[Change]) -> Iterator[str]:
    """“policies Outage: first response for normal: 4h → 6h”, “rules Gold added: if …”: a line for each detail."""
    for change in changes:
        what = change.what if change.what != "changed" else ""
        head = " ".join(filter(None, (saying.spaced(change.section), change.name, what)))
        yield from (f"{head}: {detail}" for detail in change.details)
        if not change.details:
            yield head


def _all(old: Document, new: Document) -> Iterator[Change]:
    for section in ("default_policy", "hold_reasons", "tags"):
        if details := tuple(_changed((), getattr(old, section), getattr(new, section))):
            yield Change(section, "", "changed", tuple(each.removeprefix(": ") for each in details))
    if details := tuple(_changed((), _dumped(old.privacy), _dumped(new.privacy))):
        yield Change("privacy", "", "changed", details)
    if details := tuple(_changed((), _dumped(old.labels), _dumped(new.labels))):
        yield Change("labels", "", "changed", details)
    yield from _section("calendars", old.calendars, new.calendars, _calendar)
    yield from _section("tiers", old.tiers, new.tiers, lambda listed: {"": listed})
    yield from _section("organisations", old.organisations, new.organisations, lambda listed: {"": listed})
    yield from _section("policies", _named(old.policies), _named(new.policies), _policy)
    yield from _section("rules", _named(old.rules), _named(new.rules), _rule)
    yield from _moved("rules", [rule.name for rule in old.rules], [rule.name for rule in new.rules])
    yield from _section("people", _addressed(old.people), _addressed(new.people), _person)
    yield from _section("teams", _named(old.teams), _named(new.teams), _dumped)
    yield from _section("mailboxes", _addressed(old.mailboxes), _addressed(new.mailboxes), _dumped)
    if details := tuple(_changed((), _dumped(old.notifications), _dumped(new.notifications))):
        yield Change("notifications", "", "changed", details)


def _section(
    section: str, old: Mapping[str, Any], new: Mapping[str, Any], plain: Callable[[Any], dict[str, Any]]
) -> Iterator[Change]:
    for name in old:
        if name not in new:
            yield Change(section, name, "removed")
    for name, part in new.items():
        if name not in old:
            yield Change(section, name, "added", tuple(_summary(part)))
        # Equal parts differ in nothing, and comparing them takes far less time than writing out all they say.
        elif old[name] != part and (details := tuple(_changed((), plain(old[name]), plain(part)))):
            yield Change(section, name, "changed", details)


def _moved(section: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """As few as explain the new order of those that are in both."""
    was, now = [name for name in old if name in new], [name for name in new if name in old]
    kept = {
        name
        for block in SequenceMatcher(None, was, now, autojunk=False).get_matching_blocks()
        for name in now[block.b : block.b + block.size]
    }
    for name in now:
        if name not in kept:
            yield Change(section, name, "moved", (f"from place {old.index(name) + 1} to {new.index(name) + 1}",))


def _changed(path: tuple[str, ...], old: Any, new: Any) -> Iterator[str]:
    """“hold cap: not set → 5 business days”; lists say what came and what went."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from _changed((*path, key), old.get(key), new.get(key))
    elif old != new and isinstance(old, Mapping | None) and isinstance(new, Mapping | None):
        yield from _changed(path, old or {}, new or {})
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        parts = [*(f"+ {saying.leaf(each)}" for each in come), *(f"− {saying.leaf(each)}" for each in gone)]
        if not parts and list(old) != list(new):
            parts = ["in another order"]
        if parts:
            yield f"{saying.label(path)}: {'; '.join(parts)}".removeprefix(": ")
    elif old != new:
        yield f"{saying.label(path)}: {saying.leaf(old)} → {saying.leaf(new)}"


def _summary(part: Any) -> Iterator[str]:
    match part:
        case Policy():
            yield saying.promise(part) + ("" if part.enabled else "; switched off")
        case Rule():
            yield f"if {saying.condition(part.when)}"
            yield f"then {saying.actions(part.then)}" + ("; no rule after it is looked at" if part.stop else "")
        case Person():
            yield f"{part.name}, {part.role}"
        case Team():
            yield f"{', '.join(part.members) or part.person}; {saying.spaced(part.strategy)}"
        case MailboxPolicy():
            yield f"policy {part.policy or 'by default'}, team {part.team or 'everybody'}"
        case Calendar():
            days = len(part.holidays)
            yield f"{part.zone}, {days or 'no'} holiday{'' if days == 1 else 's'}"
        case _:
            yield saying.leaf(part)


def _named(parts: Sequence[Any]) -> dict[str, Any]:
    return {part.name: part for part in parts}


def _addressed(parts: Sequence[Any]) -> dict[str, Any]:
    return {part.address: part for part in parts}


def _dumped(part: Any) -> dict[str, Any]:
    return {key: value for key, value in part.model_dump(mode="json", by_alias=True).items() if key != "address"}


def _calendar(calendar: Calendar) -> dict[str, Any]:
    said = {day: ", ".join("–".join(period) for period in calendar.hours.get(day, ())) or "closed" for day in WEEKDAYS}
    special = {
        day: ", ".join("–".join(period) for period in periods) or "closed"
        for day, periods in calendar.special_days.items()
    }
    return _dumped(calendar) | {"hours": said, "special_days": special}


def _policy(policy: Policy) -> dict[str, Any]:
    return _dumped(policy) | {"steps": [saying.step(step) for step in policy.steps]}


def _rule(rule: Rule) -> dict[str, Any]:
    return _dumped(rule) | {"when": saying.condition(rule.when), "then": rule.then.model_dump(mode="json")}


def _person(person: Person) -> dict[str, Any]:
    return _dumped(person) | {"absences": [saying.absence(absence) for absence in person.absences]}
