"""Conditions from plain data, every mistake in them complained about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from inboxsla.domain import conditions
from inboxsla.domain.conditions import Condition, Every, Opposite, Some, Text
from inboxsla.domain.folding import fold, fold_address, fold_in_address, plain
from inboxsla.domain.policy import PRIORITIES
from inboxsla.domain.rule_names import Page, example, shown
from inboxsla.domain.rule_words import any_of, quoted

DEEPEST = 50
OPERATORS = ("is", "contains", "starts_with", "matches", "one_of", "at_least")
_TEXT = ("is", "contains", "starts_with", "matches", "one_of")
# Field → the operators it can be asked with.
FIELDS = {
    **dict.fromkeys(("sender", "domain", "organisation", "tier", "recipient", "subject", "body", "header"), _TEXT),
    **dict.fromkeys(("attachment", "label", "channel", "tag"), _TEXT),
    "hours": ("is",),
    "size": ("at_least",),
    "repeated": ("at_least",),
    "priority": ("is", "one_of", "at_least"),
}
# What a field needs besides its operator.
_BESIDES = {"header": "name", "hours": "calendar", "repeated": "days"}
_NAMED = ("tier", "organisation", "tag", "channel")
_MAY_BE_EMPTY = ("subject", "body")
_GROUPS = ("all", "any", "not")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_HEADER_NAME = re.compile(r"[!-9;-~]+")
_SIZE = re.compile(r"(\d{1,12}(?:[.,]\d{1,3})?)\s*(bytes?|b|kb|mb|gb|kib|mib|gib)?", re.I)
_BYTES = {"k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_LONGEST_PATTERN = 1000
_MOST_DAYS = 3660


def read(data: object, page: Page) -> Condition | None:
    """The condition that `data` describes, or None after complaining."""
    return _read(data, page, "when", 1)


def _read(data: object, page: Page, where: str, depth: int) -> Condition | None:
    if depth > DEEPEST:
        page.complain("when", f"conditions are nested more than {DEEPEST} deep. Say it with fewer levels.")
        return None
    if not isinstance(data, Mapping):
        page.complain(where, f'{shown(data)} is not a condition. Write it like {{subject = {{contains = "outage"}}}}.')
        return None
    if len(data) != 1:
        page.complain(where, _not_one(list(map(str, data))))
        return None
    name, inside = next(iter(data.items()))
    below = f"{where}.{name}"
    if name in ("all", "any"):
        return _group(name, inside, page, below, depth)
    if name == "not":
        part = _read(inside, page, below, depth + 1)
        return Opposite(part) if part else None
    if name not in FIELDS:
        page.unknown(name, (*FIELDS, *_GROUPS), "something a rule can ask about", where)
        return None
    if not isinstance(inside, Mapping):
        page.complain(below, f"say how to compare: {{{name} = {{{FIELDS[name][0]} = {example(inside)}}}}}.")
        return None
    return _leaf(name, inside, page, below)


def _not_one(names: list[str]) -> str:
    if not names:
        return 'this condition is empty. Write what must be so, for example {subject = {contains = "outage"}}.'
    return f"{' and '.join(names[:5])} stand side by side. Write all = [{{…}}, {{…}}] or any = [{{…}}, {{…}}]."


def _group(name: str, inside: object, page: Page, where: str, depth: int) -> Condition | None:
    if not isinstance(inside, list | tuple):
        page.complain(where, f"write a list of conditions in square brackets: {name} = [{{…}}, {{…}}].")
        return None
    if not inside:
        page.complain(where, "this list of conditions is empty.")
        return None
    parts = [_read(part, page, f"{where}[{number}]", depth + 1) for number, part in enumerate(inside, 1)]
    whole = tuple(part for part in parts if part is not None)
    return (Every if name == "all" else Some)(whole)


def _leaf(name: str, inside: Mapping[str, object], page: Page, where: str) -> Condition | None:
    besides = _BESIDES.get(name)
    operators = [key for key in inside if key != besides]
    for operator in operators:
        if operator not in OPERATORS:
            page.unknown(operator, FIELDS[name], "a way to compare", where)
        elif operator not in FIELDS[name]:
            page.complain(where, f"{operator} does not fit {name}. Write {any_of(FIELDS[name])}.")
    if besides and besides not in inside:
        page.complain(where, f"{besides} is missing. {_missing(name, page)}")
    if len(operators) > 1:
        page.complain(where, f"{' and '.join(map(str, operators))} stand side by side. Give each its own condition.")
    elif not operators:
        page.complain(where, f"this says nothing to compare with. Write {any_of(FIELDS[name])}.")
    if len(operators) != 1 or operators[0] not in FIELDS[name] or (besides and besides not in inside):
        return None
    operator, operand = operators[0], inside[operators[0]]
    match name:
        case "hours":
            return _hours(operand, inside["calendar"], page, where)
        case "size":
            return _size(operand, page, where)
        case "repeated":
            return _repeated(operand, inside["days"], page, where)
        case "priority":
            return _priority(operator, operand, page, where)
    field = _header(inside["name"], page, where) if name == "header" else name
    operands = _operands(name, operator, operand, page, f"{where}.{operator}")
    return Text.of(field, operator, operands) if field and operands else None


def _missing(name: str, page: Page) -> str:
    if name == "header":
        return 'Write {header = {name = "X-Priority", is = "1"}}.'
    if name == "repeated":
        return "Write {repeated = {at_least = 2, days = 30}}."
    return f'Write {{hours = {{is = "closed", calendar = "{next(iter(page.names.of("calendar")), "office")}"}}}}.'


def _header(name: object, page: Page, where: str) -> str | None:
    written = page.text(name, f"{where}.name")
    if written is None:
        return None
    if not _HEADER_NAME.fullmatch(written):
        page.complain(f"{where}.name", f"{quoted(written)} is not the name of a header. Write it like X-Priority.")
        return None
    return f"header {written}"


def _operands(name: str, operator: str, operand: object, page: Page, where: str) -> dict[str, str]:
    """Folded → as written; empty after a complaint."""
    if operator == "one_of":
        listed = page.texts(operand, where)
    elif operand == "" and operator == "is" and name in _MAY_BE_EMPTY:
        return {"": ""}
    elif isinstance(operand, list | tuple):
        page.complain(where, f"this takes one text. Write {_for_lists(name, operator)}.")
        return {}
    elif operator == "matches":
        return _pattern(operand, page, where)
    else:
        text = page.text(operand, where)
        listed = [] if text is None else [text]
    exact = operator in ("is", "one_of")
    read = {}
    for written in listed:
        known = _spelled(name, written, page, where) if exact else written
        if known is not None:
            read[_folded(name, known, exact)] = known
    return read


def _folded(name: str, written: str, exact: bool) -> str:
    if name not in ("sender", "recipient", "domain"):
        return fold(written)
    folded = fold_address(written) if exact else fold_in_address(written)
    return folded.removeprefix("@") if name == "domain" else folded


def _for_lists(name: str, operator: str) -> str:
    one = f'{{{name} = {{{operator} = "…"}}}}'
    return "one_of for a list" if operator == "is" else f"any = [{one}, {one}] for several"


def _spelled(name: str, written: str, page: Page, where: str) -> str | None:
    """What is compared as a whole can be checked: it must exist, or at least be an address."""
    if name in _NAMED:
        return page.named(name, written, where)
    if name in ("sender", "recipient") and not _ADDRESS.fullmatch(written):
        hint = "" if name == "recipient" else ' For everybody of a domain write {domain = {is = "big.example"}}.'
        page.complain(where, f"{quoted(written)} is not a mail address.{hint}")
        return None
    if name == "domain" and "@" in written.removeprefix("@"):
        page.complain(where, f"{quoted(written)} is not a domain. Write what stands behind the @.")
        return None
    return written


def _pattern(operand: object, page: Page, where: str) -> dict[str, str]:
    if page.text(operand, where) is None or not isinstance(operand, str):
        return {}
    if len(operand) > _LONGEST_PATTERN:
        page.complain(where, f"this pattern is longer than {_LONGEST_PATTERN} characters. Make several rules of it.")
        return {}
    pattern = plain(operand)
    if wrong := page.broken(pattern):
        page.complain(where, f"the pattern {quoted(operand)} cannot be used {wrong}")
        return {}
    return {pattern: operand}


def _hours(operand: object, calendar: object, page: Page, where: str) -> Condition | None:
    name = page.text(calendar, f"{where}.calendar")
    found = page.named("calendar", name, f"{where}.calendar") if name else None
    if operand not in ("open", "closed"):
        page.unknown(operand, ("open", "closed"), "known here", f"{where}.is")
        return None
    return conditions.Hours(found, operand == "open") if found else None


def _size(operand: object, page: Page, where: str) -> Condition | None:
    count = 0
    if isinstance(operand, int) and not isinstance(operand, bool):
        count = operand
    elif isinstance(operand, str) and (read := _SIZE.fullmatch(operand.strip())):
        factor = _BYTES.get((read[2] or "").lower().removesuffix("b"), 1)
        count = round(float(read[1].replace(",", ".")) * factor)
    if count <= 0:
        page.complain(f"{where}.at_least", f'{shown(operand)} is not a size. Write it like "5 MB" or "200 kB".')
        return None
    return conditions.Size(count)


def _repeated(operand: object, days: object, page: Page, where: str) -> Condition | None:
    for key, value, most in (("at_least", operand, 10_000), ("days", days, _MOST_DAYS)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            page.complain(f"{where}.{key}", f"{shown(value)} is not a whole number from 1 to {most}.")
            return None
    return conditions.Repeated(int(str(operand)), timedelta(days=int(str(days))))


def _priority(operator: str, operand: object, page: Page, where: str) -> Condition | None:
    written = operand if operator == "one_of" else [operand]
    listed = page.texts(written, f"{where}.{operator}")
    unknown = [one for one in listed if one not in PRIORITIES]
    for one in unknown:
        page.unknown(one, PRIORITIES, "a priority", f"{where}.{operator}")
    if unknown or not listed:
        return None
    if operator == "at_least":
        wanted = PRIORITIES[: PRIORITIES.index(listed[0]) + 1]
        return conditions.Priority(frozenset(wanted), f"at least {listed[0]}")
    return conditions.Priority(frozenset(listed), " or ".join(listed))
