"""A form as a template draws it: what was typed, and what is wrong with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from inboxsla.web.settings import page_words
from inboxsla.web.settings.typed import Typed

Key = tuple[str | int, ...]
_NOT_IN_IDS = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Complaint:
    """`name` is the field, "" for what belongs to none; `words` a sentence."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Form:
    """`over` is the version of the configuration it was made from, 0 if none was ever saved."""

    typed: Typed
    over: int
    complaints: tuple[Complaint, ...] = ()
    # What templates ask for most often, made once.
    _wrong: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        wrong: dict[str, str] = {}
        for each in self.complaints:
            wrong[each.name] = f"{wrong[each.name]} {each.words}" if each.name in wrong else each.words
        object.__setattr__(self, "_wrong", wrong)

    def value(self, name: str) -> str:
        return self.typed.get(name)

    def ticked(self, name: str, value: str) -> bool:
        """Whether a tick, or one choice of several, is set."""
        return value in self.typed.all(name)

    def rows(self, prefix: str) -> range:
        """The numbers of the rows of a list, which are always 0, 1, 2 …"""
        return range(len(self.typed.rows(prefix)))

    def wrong(self, name: str) -> str:
        """What is wrong with a field; "" if nothing is."""
        return self._wrong.get(name, "")

    @staticmethod
    def id(name: str) -> str:
        """The id of the field with that name in the page."""
        return "f-" + _NOT_IN_IDS.sub("-", name)


def at_fields(
    complaints: Iterable[tuple[Key, str]],
    part: Key,
    field_of: Callable[[Key], str | None],
    typed: Typed,
    name_of: Callable[[Key], str],
) -> tuple[Complaint, ...]:
    """Complaints about a document brought to the fields of a form that edits the part of it at `part`.

    `field_of` may name the field of a key below the part. Otherwise it is the field named like the key or, where there is none,
    like the nearest key above it. What lies elsewhere in the document belongs to no field; `name_of` says how people call it.
    """
    found = []
    for key, told in complaints:
        reason = page_words.said(told)
        below = key[len(part) :] if key[: len(part)] == part else None
        name = "" if below is None else field_of(below)
        if name is None:
            name = _nearest(below or (), typed)
        elsewhere = "" if name else name_of(key)
        found.append(Complaint(name, f"“{elsewhere}”: {reason}" if elsewhere else _sentence(reason)))
    return tuple(dict.fromkeys(found))


def _nearest(key: Key, typed: Typed) -> str:
    names = {name for name, _ in typed.fields}
    for length in range(len(key), 0, -1):
        name = ".".join(str(each) for each in key[:length])
        if name in names or any(each.startswith(f"{name}.") for each in names):
            return name
    return ""


def _sentence(reason: str) -> str:
    """As it stands by itself, beside its field: beginning like a sentence."""
    return reason[:1].upper() + reason[1:]
