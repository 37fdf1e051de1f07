"""What pydantic found wrong, as sentences a person can act on: place, key, reason, and how it looks right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inboxsla.config.fields import did_you_mean
from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Settings
from inboxsla.config.sources import PREFIX, Source


def sentences(error: ValidationError, source: Source) -> list[str]:
    """One sentence for each thing that is wrong, in the order it is written."""
    found = []
    for details in error.errors(include_url=False):
        key: Key = tuple(part for part in details["loc"] if part != "[key]")
        found.append(sentence(key, _reason(key, details), source))
    return found


def sentence(key: Key, reason: str, source: Source) -> str:
    """“config.toml:12: calendar.zone: …”, or the variable's name where the value comes from the environment."""
    place = _place(key, source)
    if place.startswith(PREFIX):
        return f"{place}: {reason}"
    return f"{place}: {dotted(key)}: {reason}" if key else f"{place}: {reason}"


def dotted(key: Key) -> str:
    """`people[2].zone`: people count from one."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def known_keys(model: type[BaseModel] = Settings, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key that can be set, as written under its tables; those in a list of tables stand under the list's name."""
    for name, info in model.model_fields.items():
        section = _section(info.annotation)
        if section is None:
            yield (*above, name)
        else:
            yield from known_keys(section, (*above, name))


def _place(key: Key, source: Source) -> str:
    """Where the key stands, or else the table it is missing from."""
    for length in range(len(key), 0, -1):
        if place := source.where.get(key[:length]):
            return place
    return next(iter(source.where.values()), "config.toml").partition(":")[0]


def _section(annotation: Any) -> type[BaseModel] | None:
    """The model behind `Server` or `tuple[Mailbox, ...]`, None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section, get_args(annotation))), None)


def _reason(key: Key, details: ErrorDetails) -> str:
    value, kind, about = details.get("input"), details["type"], details.get("ctx", {})
    match kind:
        case "value_error":
            return str(about["error"])
        case "extra_forbidden":
            return _unknown(key)
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
            return f"write a table here: [{dotted(key)}] on a line of its own, its keys below."
    return details["msg"][:1].lower() + details["msg"][1:] + "."


def _choices(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _unknown(key: Key) -> str:
    """An unknown key, with the sibling it resembles or the section it belongs to."""
    names = tuple(str(part) for part in key if not isinstance(part, int))
    keys = sorted(set(known_keys()))
    siblings = sorted(
        {known[len(names) - 1] for known in keys if len(known) >= len(names) and known[: len(names) - 1] == names[:-1]}
    )
    if near := did_you_mean(names[-1], siblings):
        return f"there is no such key.{near}"
    elsewhere = [known for known in keys if known[-1] == names[-1]]
    return (
        f"there is no such key here. Did you mean “{'.'.join(elsewhere[0])}”?" if elsewhere else "there is no such key."
    )


def unknown_variable(key: Key) -> str:
    """The same for a variable; the hint is written as a variable."""
    keys = {"__".join(known).upper(): known for known in known_keys()}
    near = did_you_mean("__".join(map(str, key)), [name.lower() for name in keys])
    hint = near.upper().replace(" DID YOU MEAN “", f" Did you mean “{PREFIX}") if near else ""
    return f"there is no such setting.{hint}"
