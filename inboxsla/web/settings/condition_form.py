"""Conditions of a rule as rows of a form, and back. Pure; what a condition says comes back the same, whatever it says.

A group stands at a name such as `when` with `when.join` (all, any, none, not_all) and `when.rows.0`, `when.rows.1` … A row's
`about` is the field it asks about, "group" for a group in it, or "code" for what these rows cannot show: that is carried
along as JSON. `bare` marks a group of one that is written without its brackets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from inboxsla.config.document import saying
from inboxsla.domain.rule_reading import FIELDS
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.typed import MOST_ROWS, Typed

GROUP, CODE = "group", "code"
JOINS = ("all", "any", "none", "not_all")
# How many groups inside each other people can still follow; what is deeper is kept as code.
DEEPEST = 5
_NOT = "not "
_BESIDES = {"header": "name", "hours": "calendar", "repeated": "days"}
_COUNTED = ("size", "repeated")
# What browsers change in a line of text.
_NOT_IN_LINES = frozenset("\r\n\0")
BLANK = Typed.of({"about": "subject", "how": "contains", "value": ""})
BLANK_GROUP = Typed.of({"about": GROUP, "join": "any", **{f"rows.0.{key}": text for key, text in BLANK.fields}})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition as it stands in the form. `values` are those of a field that takes several."""

    name: str
    about: str
    how: str
    value: str
    values: tuple[str, ...]
    beside: str

    @property
    def operator(self) -> str:
        return self.how.removeprefix(_NOT)


@dataclass(frozen=True, slots=True)
class Code:
    name: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Group:
    """`depth` counts from 1."""

    name: str
    join: str
    bare: bool
    rows: tuple[Group | Leaf | Code, ...]
    depth: int


# The field for a key of the document: key below the rule → name in the form.
Places = dict[Key, str]


def filled_in(when: Mapping[str, Any], name: str = "when") -> Iterator[tuple[str, str]]:
    """The fields for a condition; for an empty one a row nobody has filled in."""
    if when:
        yield from _group_fields(_as_group(when) or ("all", True, [when]), name, 1)
        return
    yield from ((f"{name}.join", "all"), (f"{name}.bare", "yes"))
    yield from ((f"{name}.rows.0.{key}", text) for key, text in BLANK.fields)


def shape(typed: Typed, name: str = "when") -> Group:
    """What was typed, as a template draws it."""
    return _shape(typed.below(name), name, 1)


def written(typed: Typed, name: str = "when") -> tuple[dict[str, Any], Places]:
    """What was typed as a condition of the document, and where in the form its keys are."""
    places: Places = {}
    return _group_data(shape(typed, name), (name,), places), places


def obeyed(typed: Typed, order: str) -> Typed | None:
    """Orders for rows: “add:when.rows” a condition, “add:when.rows:group” a group, “remove:when.rows:2”; None if it is none."""
    if order.startswith("add:") and order.endswith(f":{GROUP}"):
        return typed.obeyed(order.removesuffix(f":{GROUP}"), BLANK_GROUP)
    return typed.obeyed(order, BLANK)


def field_of(places: Places, key: Key) -> str | None:
    """The field of the nearest key above that has one."""
    found = (places.get(key[:length]) for length in range(len(key), 0, -1))
    return next((name for name in found if name is not None), None)


def _as_group(when: Mapping[str, Any]) -> tuple[str, bool, list[Any]] | None:
    """(how it is joined, bare, its parts), None for a single condition."""
    if len(when) != 1:
        return None
    name, below = next(iter(when.items()))
    if name in ("all", "any") and isinstance(below, list | tuple) and 0 < len(below) <= MOST_ROWS:
        return name, False, list(below)
    if name != "not" or not isinstance(below, Mapping) or (inside := _as_group(below)) is None:
        return None
    join, bare, parts = inside
    if not bare and join in ("all", "any"):
        return ("none" if join == "any" else "not_all"), False, parts
    return "none", True, [below]


def _group_fields(group: tuple[str, bool, list[Any]], name: str, depth: int) -> Iterator[tuple[str, str]]:
    join, bare, parts = group
    yield f"{name}.join", join
    if bare:
        yield f"{name}.bare", "yes"
    for nth, part in enumerate(parts):
        yield from _row_fields(part, f"{name}.rows.{nth}", depth)


def _row_fields(part: Any, name: str, depth: int) -> Iterator[tuple[str, str]]:
    if (leaf := _leaf_fields(part)) is not None:
        yield from ((f"{name}.{key}", text) for key, text in leaf.fields)
    elif isinstance(part, Mapping) and depth < DEEPEST and (group := _as_group(part)) is not None:
        yield f"{name}.about", GROUP
        yield from _group_fields(group, name, depth + 1)
    else:
        yield f"{name}.about", CODE
        yield f"{name}.code", json.dumps(part, ensure_ascii=False)
        yield f"{name}.words", saying.condition(part)


def _leaf_fields(part: Any) -> Typed | None:
    """None for what is no single condition, or would not come back the same."""
    if not isinstance(part, Mapping) or len(part) != 1:
        return None
    name, inside = next(iter(part.items()))
    if name == "not" and isinstance(inside, Mapping) and len(inside) == 1 and next(iter(inside)) in FIELDS:
        negated, (name, inside) = _NOT, next(iter(inside.items()))
    else:
        negated = ""
    if name not in FIELDS or not isinstance(inside, Mapping):
        return None
    beside = _BESIDES.get(name)
    operators = [key for key in inside if key != beside]
    if len(operators) != 1:
        return None
    value = inside[operators[0]]
    several = value if isinstance(value, list | tuple) else [value]
    if any(not _NOT_IN_LINES.isdisjoint(str(text)) for text in (*several, inside.get(beside or "", ""))):
        return None
    fields: dict[str, str | list[str]] = {"about": name, "how": f"{negated}{operators[0]}"}
    fields["value"] = [str(each) for each in several] if name == "priority" else "\n".join(map(str, several))
    if beside:
        fields["beside"] = str(inside.get(beside, ""))
    typed = Typed.of(fields)
    return typed if _leaf_data(_leaf(typed, "")) == part else None


def _shape(typed: Typed, name: str, depth: int) -> Group:
    rows: list[Group | Leaf | Code] = []
    for nth, row in enumerate(typed.rows("rows")):
        below, about = f"{name}.rows.{nth}", row.get("about")
        if about == CODE:
            rows.append(Code(below, row.get("code"), row.get("words")))
        elif about != GROUP:
            rows.append(_leaf(row, below))
        elif depth < DEEPEST:
            rows.append(_shape(row, below, depth + 1))
    join = typed.get("join")
    return Group(name, join if join in JOINS else "all", typed.get("bare") == "yes", tuple(rows), depth)


def _leaf(row: Typed, name: str) -> Leaf:
    """A row whose field was just changed keeps what fits the new one."""
    about = row.get("about") if row.get("about") in FIELDS else "subject"
    how = row.get("how")
    if how.removeprefix(_NOT) not in FIELDS[about]:
        how = (_NOT if how.startswith(_NOT) else "") + FIELDS[about][0]
    return Leaf(name, about, how, row.get("value"), row.all("value"), row.get("beside"))


def _leaf_data(leaf: Leaf) -> dict[str, Any]:
    value: Any = leaf.value
    if leaf.operator == "one_of":
        listed = leaf.values if leaf.about == "priority" else leaf.value.splitlines()
        value = list(dict.fromkeys(text.strip() for text in listed if text.strip()))
    elif leaf.about in _COUNTED:
        value = _number(leaf.value)
    inside = {leaf.operator: value}
    if beside := _BESIDES.get(leaf.about):
        inside[beside] = _number(leaf.beside) if leaf.about == "repeated" else leaf.beside
    data = {leaf.about: inside}
    return {"not": data} if leaf.how.startswith(_NOT) else data


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else text


def _group_data(group: Group, key: Key, places: Places) -> dict[str, Any]:
    bare = group.bare and len(group.rows) == 1 and group.join != "not_all"
    above: Key = ("not",) if group.join in ("none", "not_all") else ()
    inside = "any" if group.join in ("any", "none") else "all"
    places.setdefault(key, group.name)
    parts = [
        _row_data(row, (*key, *above) if bare else (*key, *above, inside, nth), places)
        for nth, row in enumerate(group.rows)
    ]
    data: Any = parts[0] if bare else {inside: parts}
    return {"not": data} if above else data


def _row_data(row: Group | Leaf | Code, key: Key, places: Places) -> Any:
    places[key] = row.name
    match row:
        case Group():
            return _group_data(row, key, places)
        case Code():
            places[key] = f"{row.name}.code"
            return _carried(row.code)
    places[key] = f"{row.name}.value"
    inner = (*key, "not", row.about) if row.how.startswith(_NOT) else (*key, row.about)
    if beside := _BESIDES.get(row.about):
        places[(*inner, beside)] = f"{row.name}.beside"
    return _leaf_data(row)


def _carried(code: str) -> Any:
    """What it was; the text itself where it no longer is any condition, which the document then complains about."""
    try:
        return json.loads(code)
    except (ValueError, RecursionError):
        return code
