"""The rules as a list shows them, and their order as a form holds it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inboxsla.config.document import Document, saying
from inboxsla.config.document.shadows import shadowed
from inboxsla.web.settings.typed import Typed

A_PAGE = 50
_LONGEST = 300
_MOVES = re.compile(r"(up|down|to):names(?::(\d{1,6}))?")
_SHOW = re.compile(r"show:(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Row:
    """One rule in words. `number` counts from 1; `remark` says what looks unintended, "" if nothing does."""

    number: int
    name: str
    when: str
    then: str
    mailboxes: tuple[str, ...]
    stop: bool
    remark: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the rules that fit; pages count from 1."""

    rows: Sequence[Row]
    fitting: int
    page: int
    pages: int


def listed(document: Document, find: str, page: int) -> Listed:
    """The rules whose name or words contain `find`, A_PAGE of them."""
    wanted = find.strip().casefold()
    numbers = [
        number
        for number, rule in enumerate(document.rules, 1)
        if not wanted or wanted in f"{rule.name} {saying.condition(rule.when)} {saying.actions(rule.then)}".casefold()
    ]
    pages = max(1, -(-len(numbers) // A_PAGE))
    page = min(max(page, 1), pages)
    remarks = dict(shadowed(document.rules))
    shown = numbers[(page - 1) * A_PAGE : page * A_PAGE]
    return Listed([_row(document, number, remarks.get(number - 1, "")) for number in shown], len(numbers), page, pages)


def _row(document: Document, number: int, remark: str) -> Row:
    rule = document.rules[number - 1]
    then = "" if rule.then == type(rule.then)() else saying.actions(rule.then)
    remark = remark[:1].upper() + remark[1:]
    return Row(number, rule.name, _cut(saying.condition(rule.when)), _cut(then), rule.mailboxes, rule.stop, remark)


def _cut(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def names(typed: Typed) -> list[str]:
    """The order that a form holds: one line a rule, because a field each would be too many."""
    return list(typed.lines("names"))


def moved(typed: Typed, order: str) -> Typed | None:
    """“up:names:2”, “down:names:2” (from 0), “to:names” (as its fields say, from 1), “show:2” (a page); None if it is none."""
    if shown := _SHOW.fullmatch(order):
        return typed.replaced("page", shown[1])
    match = _MOVES.fullmatch(order)
    if match is None:
        return None
    found = names(typed)
    if match[1] == "to":
        nth, to = _place(typed.get("from")), _place(typed.get("to"))
    else:
        nth = int(match[2] or 0)
        to = nth - 1 if match[1] == "up" else nth + 1
    if not (0 <= nth < len(found) and 0 <= to < len(found)):
        return typed
    found.insert(to, found.pop(nth))
    return typed.replaced("names", "\n".join(found)).replaced("page", str(to // A_PAGE + 1))


def _place(text: str) -> int:
    return int(text) - 1 if text.isascii() and text.isdigit() and len(text) < 7 else -1


def ordered(rules: Sequence[object], held: Sequence[str], name_of: Sequence[str]) -> list[object]:
    """`rules`, named `name_of`, in the order of `held`. Those it does not name keep their place among the others."""
    places = {name: nth for nth, name in enumerate(held)}
    known = sorted((nth for nth, name in enumerate(name_of) if name in places), key=lambda nth: places[name_of[nth]])
    following = iter(known)
    return [rules[next(following)] if name in places else rules[nth] for nth, name in enumerate(name_of)]
