"""Addresses in text and in the configuration: found, and written over. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FORGOTTEN = "(forgotten)"


def masked(text: str, address: str, by: str = FORGOTTEN) -> str:
    """The text with the address, however it is spelled, written over; longer addresses that end or begin with it stay."""
    return _pattern(address).sub(by, text)


def names(text: str, address: str) -> bool:
    return _pattern(address).search(text) is not None


def _pattern(address: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.+%-]){re.escape(address)}(?![\w-]|\.\w)", re.IGNORECASE)


def replaced(value: Any, old: Mapping[str, str], address: str, by: str = FORGOTTEN) -> Any:
    """Plain data in which every text that is a key of `old` is what that says, and `address` is written over within texts."""
    if isinstance(value, str):
        return old[value] if value in old else masked(value, address, by)
    if isinstance(value, Mapping):
        return {key: replaced(below, old, address, by) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(below, old, address, by) for below in value]
    return value


def places(body: Mapping[str, Any], address: str) -> tuple[str, ...]:
    """Where a configuration names an address, in words an admin finds it by: “tiers, gold”, “rules, Gold customers”."""
    found: dict[str, None] = {}
    for section, value in body.items():
        for part, below in _parts(value):
            if any(names(text, address) for text in _texts(below)):
                found[", ".join(filter(None, (section.replace("_", " "), part)))] = None
    return tuple(found)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), (name, below)) for name, below in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for row in value:
            is_part = isinstance(row, Mapping)
            yield (str(row.get("name") or row.get("address") or "") if is_part else "", row)
    else:
        yield "", value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, below in value.items():
            yield str(key)
            yield from _texts(below)
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _texts(below)
