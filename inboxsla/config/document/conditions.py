"""The conditions of rules, as plain data: what is wrong with them. They nest to any depth; text comparisons ignore case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import re2

from inboxsla.config.checks import Complaint
from inboxsla.config.document import kinds
from inboxsla.config.document.model import PRIORITIES
from inboxsla.config.document.parts import Parts, unknown
from inboxsla.config.places import Path as Key
from inboxsla.domain.nearest import did_you_mean

BOTH = ("all", "any")
TEXT_OPERATORS = ("is", "contains", "starts_with", "matches", "one_of")
TEXT_FIELDS = (
    "sender", "domain", "organisation", "tier", "recipient", "subject", "body", "header", "attachment", "label", "channel",
    "tag", "priority",
)  # fmt: skip
FIELDS = (*TEXT_FIELDS, "hours", "size", "repeated")

# What only values of the document can be, and what these are called.
_CHOSEN_FROM = {"organisation": "organisations", "tier": "tiers", "tag": "tags"}
_DEEPEST = 40
_DAYS = 3650


def complaints(when: Any, key: Key, seen: Parts, depth: int = 0) -> Iterator[Complaint]:
    """`key` is where the condition `when` stands."""
    if not isinstance(when, Mapping) or len(when) != 1:
        many = isinstance(when, Mapping) and len(when) > 1
        hint = (
            "Join several with all = [{…}, {…}] or any = [{…}, {…}]"
            if many
            else "Write it like {subject = {contains = “outage”}}"
        )
        yield key, f"a condition looks at one thing. {hint}."
        return
    ((name, below),) = when.items()
    here = (*key, str(name))
    if depth > _DEEPEST:
        yield here, f"conditions are nested more than {_DEEPEST} deep here. Nobody could follow that."
    elif name in BOTH:
        yield from _several(str(name), below, here, seen, depth)
    elif name == "not":
        yield from complaints(below, here, seen, depth + 1)
    elif name not in FIELDS:
        known = [*FIELDS, *BOTH, "not"]
        yield (
            here,
            f"“{name}” is nothing a rule can look at.{did_you_mean(str(name), known) or f' It can look at {_or(known)}.'}",
        )
    elif not isinstance(below, Mapping):
        yield here, f"say how {name} is compared, for example {name} = {{{_EXAMPLES.get(str(name), 'is = “…”')}}}."
    else:
        yield from _CHECKS.get(str(name), _text)(str(name), below, here, seen)


def _several(name: str, below: Any, here: Key, seen: Parts, depth: int) -> Iterator[Complaint]:
    if not isinstance(below, list | tuple) or not below:
        yield here, f"write at least one condition here: {name} = [{{…}}, {{…}}]."
        return
    for nth, condition in enumerate(below):
        yield from complaints(condition, (*here, nth), seen, depth + 1)


def _text(name: str, below: Mapping[str, Any], here: Key, seen: Parts) -> Iterator[Complaint]:
    extra = {"name"} if name == "header" else set()
    if name == "header" and not (isinstance(below.get("name"), str) and below["name"].strip()):
        yield here, "say which header: {name = “X-Priority”, is = “1”}."
    given = [operator for operator in below if operator not in extra]
    if len(given) != 1:
        yield here, f"compare once, with {_or(TEXT_OPERATORS)}."
        return
    operator, value = given[0], below[given[0]]
    place = (*here, operator)
    if operator not in TEXT_OPERATORS:
        yield (
            place,
            f"“{operator}” compares nothing here. Write {_or(TEXT_OPERATORS)}.{did_you_mean(operator, list(TEXT_OPERATORS))}",
        )
        return
    values = value if operator == "one_of" else [value]
    if (
        not isinstance(values, list | tuple)
        or not values
        or any(not isinstance(v, str) or not v.strip() for v in values)
    ):
        yield place, "write a list of texts: [“a”, “b”]." if operator == "one_of" else "write text in quotes."
        return
    if operator == "matches" and (reason := unreadable(str(value))):
        yield place, reason
    if operator in ("is", "one_of"):
        for nth, each in enumerate(values):
            yield from _exists(name, each, (*place, nth) if operator == "one_of" else place, seen)


def _exists(name: str, value: str, place: Key, seen: Parts) -> Iterator[Complaint]:
    if name in _CHOSEN_FROM:
        known, what = seen.names(_CHOSEN_FROM[name]), _CHOSEN_FROM[name]
    elif name == "priority":
        known, what = list(PRIORITIES), "priorities"
    else:
        return
    if value.strip().lower() not in {each.lower() for each in known}:
        yield place, unknown(value, known, what)


def _hours(name: str, below: Mapping[str, Any], here: Key, seen: Parts) -> Iterator[Complaint]:
    yield from _only(("is", "calendar"), below, here)
    if below.get("is") not in ("open", "closed"):
        yield here, "say whether it is in or out of hours: {is = “closed”, calendar = “office”}."
    calendar = below.get("calendar")
    if not isinstance(calendar, str):
        yield here, "say whose hours are meant: calendar = “office”."
    elif calendar not in (*seen.calendars, kinds.ALWAYS):
        yield (*here, "calendar"), unknown(calendar, seen.names("calendars"), "calendars")


def _size(name: str, below: Mapping[str, Any], here: Key, seen: Parts) -> Iterator[Complaint]:
    yield from _only(("at_least",), below, here)
    if "at_least" not in below:
        yield here, "say how large: size = {at_least = “5 MB”}."
        return
    try:
        kinds.size(below["at_least"])
    except ValueError as wrong:
        yield (*here, "at_least"), str(wrong)


def _repeated(name: str, below: Mapping[str, Any], here: Key, seen: Parts) -> Iterator[Complaint]:
    yield from _only(("at_least", "days"), below, here)
    for word, most, meaning in (("at_least", 10_000, "how many tickets"), ("days", _DAYS, "within how many days")):
        number = below.get(word)
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
            place = (*here, word) if word in below else here
            yield (
                place,
                f"say {meaning} with a whole number from 1 to {most:,}: repeated = {{at_least = 2, days = 30}}.",
            )


def _only(known: tuple[str, ...], below: Mapping[str, Any], here: Key) -> Iterator[Complaint]:
    for name in below:
        if name not in known:
            yield (*here, name), f"there is no such key here. Write {_or(known)}.{did_you_mean(name, list(known))}"


def unreadable(pattern: str) -> str:
    """Why a regular expression cannot be used; "" if it can. RE2 reads it, which never takes long to compare."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as wrong:
        said = wrong.args[0].decode(errors="replace") if isinstance(wrong.args[0], bytes) else str(wrong)
        return f"“{pattern}” is not a regular expression we can use ({said}). Look-around and back-references are not possible."
    return ""


def _or(words: tuple[str, ...] | list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


_EXAMPLES: Mapping[str, str] = {
    "hours": "is = “closed”, calendar = “office”",
    "size": "at_least = “5 MB”",
    "repeated": "at_least = 2, days = 30",
    "header": "name = “X-Priority”, is = “1”",
}
_CHECKS: Mapping[str, Callable[[str, Mapping[str, Any], Key, Parts], Iterator[Complaint]]] = {
    "hours": _hours,
    "size": _size,
    "repeated": _repeated,
}
