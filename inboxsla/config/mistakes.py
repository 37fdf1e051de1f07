"""What pydantic found wrong, as sentences a person can act on: place, key, reason, and how it looks right."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inboxsla.config import keys
from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Settings
from inboxsla.config.sources import Source
from inboxsla.domain.nearest import did_you_mean


def sentences(error: ValidationError, source: Source, model: type[BaseModel] = Settings) -> list[str]:
    """One sentence for each thing that is wrong, in the order it is written. `model` is what the whole should have been."""
    return [sentence(key, reason, source) for key, reason in reasons(error, source, model)]


def reasons(
    error: ValidationError, source: Source, model: type[BaseModel], told: Collection[Key] = ()
) -> list[tuple[Key, str]]:
    """The same apart: where it stands, and what is wrong. Nothing about what stands below the keys in `told` (of at most two parts)."""
    found = []
    for details in error.errors(include_url=False):
        key = _as_written(tuple(part for part in details["loc"] if part != "[key]"), source.tree)
        if key[:1] not in told and key[:2] not in told:
            found.append((key, _reason(key, details, model)))
    return found


def sentence(key: Key, reason: str, source: Source) -> str:
    """“config.toml:12: calendar.zone: …”, or the variable's name where the value comes from the environment."""
    place = _place(key, source)
    if place.startswith(keys.PREFIX):
        return f"{place}: {reason}"
    return ": ".join(part for part in (place, dotted(key), reason) if part)


def line(mistake: str) -> int:
    """The line of the file a sentence names; what has none comes first."""
    named = re.match(r"[^:]*:(\d+): ", mistake)
    return int(named[1]) if named else 0


def dotted(key: Key) -> str:
    """`people[2].zone`: people count from one."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _place(key: Key, source: Source) -> str:
    """Where the key stands, or else the table it is missing from."""
    for length in range(len(key), 0, -1):
        if place := source.where.get(key[:length]):
            return place
    return next(iter(source.where.values()), "").partition(":")[0]


def _as_written(key: Key, tree: Mapping[str, Any]) -> Key:
    """The key without what only the shorthand's long form has: “4h” is all there is, not its `normal`."""
    at: Any = tree
    for depth, part in enumerate(key):
        if isinstance(at, Mapping):
            at = at.get(part)
        elif isinstance(at, list) and isinstance(part, int):
            at = at[part]
        else:
            return key[:depth]
        if at is None:
            return key[: depth + 1]
    return key


def _reason(key: Key, details: ErrorDetails, model: type[BaseModel]) -> str:
    value, kind, about = details.get("input"), details["type"], details.get("ctx", {})
    match kind:
        case "value_error":
            return str(about["error"])
        case "extra_forbidden":
            return keys.unknown(key, model)
        case "missing":
            return "this is missing."
        case "literal_error":
            choices = str(about["expected"]).replace("'", "")
            return f"“{value}” is not known here. Write {choices}.{did_you_mean(str(value), _choices(choices))}"
        case "greater_than_equal" | "less_than_equal":
            return f"“{value}” is too {'small' if 'ge' in about else 'large'}. The limit is {about.get('ge', about.get('le'))}."
        case "bool_parsing" | "bool_type":
            return f"“{value}” is neither true nor false."
        case "string_type":
            return "write text in quotes."
        case "string_too_short":
            return "this is empty."
        case "tuple_type":
            return "write a list in square brackets here."
        case "model_type" | "dict_type":
            if any(isinstance(part, int) for part in key):
                return f"write a table here: {f'{key[-1]} = ' if isinstance(key[-1], str) else ''}{{…}}."
            return f"write a table here: [{dotted(key)}] on a line of its own, its keys below."
    return details["msg"][:1].lower() + details["msg"][1:] + "."


def _choices(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")
