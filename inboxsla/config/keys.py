"""Which keys there are, and which one was probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Settings
from inboxsla.config.webhooks import Webhook
from inboxsla.domain.nearest import did_you_mean

PREFIX = "INBOXSLA_"
Names = tuple[str, ...]

# Tables of tables that people name themselves.
_NAMED: dict[Names, type[BaseModel]] = {("webhooks",): Webhook}

# Tables whose keys are the person's own words. One in config.toml replaces the demo's; a variable sets a single line of it.
WHOLE: frozenset[Names] = frozenset({("calendar", "hours"), ("calendar", "special_days"), ("policy", "pauses")})


def known_keys(model: type[BaseModel] = Settings, above: Names = (), *, in_lists: bool = True) -> Iterator[Names]:
    """Every key that can be set, as written under its tables. Those in a list of tables stand under the list's name;
    without `in_lists` the list itself is the key."""
    for field, info in model.model_fields.items():
        name = info.alias or field
        section = _section(info.annotation)
        if section is None or (get_origin(info.annotation) is not None and not in_lists):
            yield (*above, name)
        else:
            yield from known_keys(section, (*above, name), in_lists=in_lists)


def unknown(key: Key, model: type[BaseModel] = Settings) -> str:
    """Why a key of a file is refused: the sibling it resembles, or the section it belongs to."""
    names = tuple(str(part) for part in key if not isinstance(part, int))
    if near := did_you_mean(names[-1], sorted(_siblings(key, model))):
        return f"there is no such key.{near}"
    elsewhere = [known for known in sorted(set(known_keys(model))) if known[-1] == names[-1]]
    return (
        f"there is no such key here. Did you mean “{'.'.join(elsewhere[0])}”?" if elsewhere else "there is no such key."
    )


def _siblings(key: Key, model: type[BaseModel]) -> set[str]:
    """The keys that may stand where `key` does."""
    at: Any = model
    for part in key[:-1]:
        if get_origin(at) is dict:
            at = get_args(at)[1]
        elif isinstance(part, str):
            section = _section(at)
            known = {info.alias or name: info for name, info in section.model_fields.items()} if section else {}
            if part not in known:
                return set()
            at = known[part].annotation
    section = None if get_origin(at) is dict else _section(at)
    return {info.alias or name for name, info in section.model_fields.items()} if section else set()


def unknown_variable(names: Names) -> str | None:
    """Why a variable is refused, or None if it names a setting."""
    settable = set(known_keys(in_lists=False))
    if names in settable or names[:-1] in WHOLE:
        return None
    if (named := _NAMED.get(names[:1])) and len(names) == 3:
        known = " or ".join(named.model_fields)
        return None if names[2] in named.model_fields else f"there is no such setting of a webhook; there is {known}."
    below = [known for known in sorted(settable) if known[: len(names)] == names]
    if below:
        return f"this is a section. Set one of its keys, for example {variable(below[0])}."
    if (names[0],) in settable and len(names) > 1:
        return f"{variable(names[:1])} is set as a whole, written as in config.toml."
    by_text = {"__".join(known): known for known in settable}
    near = did_you_mean("__".join(names), list(by_text))
    hint = next((f" Did you mean {variable(known)}?" for text, known in by_text.items() if f"“{text}”" in near), "")
    return f"there is no such setting.{hint}"


def variable(names: Names) -> str:
    return PREFIX + "__".join(names).upper()


def _section(annotation: Any) -> type[BaseModel] | None:
    """The model behind `Server` or `tuple[Mailbox, ...]`, None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_section, get_args(annotation))), None)
