"""A document as TOML that people read and edit: keys in one order, a word on every section. `reading` reads it back as the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit.items import SingleKey

from inboxsla.config.document.house import Labels
from inboxsla.config.document.model import (
    METRICS,
    PRIORITIES,
    Document,
    MailboxPolicy,
    Person,
    Policy,
    Rule,
    Team,
    Then,
)
from inboxsla.config.fields import WEEKDAYS
from inboxsla.config.settings import Calendar

_WIDE = 110
_HEAD = """\
# What this help desk promises, and to whom: calendars, policies, rules, people and teams.
# Change it, see what would follow with `inboxsla config import FILE --dry-run`, then leave that option out.
# docs/configuration.md explains every key."""
_ABOUT = {
    "privacy": "How long text stays after a ticket was solved. Figures stay for ever.",
    "calendars": "Opening hours. Promises and people refer to them by name; 24x7 is there without being written.",
    "tiers": "Customer tiers: addresses, and domains with @ in front.",
    "organisations": "Organisations and the domains they write from.",
    "policies": "What is promised. Every change makes a new version; tickets keep explaining themselves by theirs.",
    "rules": "Looked at in this order. For each thing a rule can give, the first that matches decides; tags add up.",
    "people": "The staff. Whoever is not listed is a customer when writing.",
    "teams": "Who shares work, and how it finds its owner.",
    "mailboxes": "What tickets of a mailbox get where no rule decides, and what is known of its mail.",
    "labels": "Labels in Gmail: which there are, what they are called under their prefix, and their colours.",
    "notifications": "How many mails the staff get, and which.",
}
_MODELS: Mapping[str, type[BaseModel]] = {
    "policies": Policy,
    "rules": Rule,
    "people": Person,
    "teams": Team,
    "mailboxes": MailboxPolicy,
}
_ORDER = {
    "targets": METRICS,
    "hours": WEEKDAYS,
    "then": tuple(Then.model_fields),
    "steps": ("at", "before", "after", "every", "reopened", "do", "for", "notify", "add_tag", "webhook"),
    "absences": ("from", "until", "substitute"),
}
# Tables that get a header of their own below their policy or calendar.
_TABLES = ("targets", "pauses", "hours", "special_days")
_DATES = ("holidays", "from", "until")


def to_toml(body: Mapping[str, Any]) -> str:
    """`body` is a document as plain data, without mistakes."""
    lines = [_HEAD, ""]
    # An empty list of tables has no header of its own, so it must stand above the first one.
    sections = [name for name in Document.model_fields if name in _ABOUT and (body.get(name) or name not in _MODELS)]
    lines += _pairs(_sorted(body, tuple(Document.model_fields)), leave=sections)
    for section in sections:
        if section in body:
            lines += ["", "", f"# {_ABOUT[section]}", *_section(section, body[section])]
    return "\n".join(lines) + "\n"


def _section(section: str, written: Any) -> Iterator[str]:
    if section == "calendars":
        if not written:
            yield f"[{section}]"
        for nth, name in enumerate(sorted(written)):
            yield from ([""] if nth else [])
            yield from _table(f"{section}.{_key(name)}", "[{}]", written[name], tuple(Calendar.model_fields))
    elif section in _MODELS:
        known = tuple(info.alias or name for name, info in _MODELS[section].model_fields.items())
        for nth, row in enumerate(written):
            yield from ([""] if nth else [])
            yield from _table(section, "[[{}]]", row, known)
    else:
        yield f"[{section}]"
        yield from _pairs(
            _sorted(written, tuple(Labels.model_fields)) if section == "labels" else dict(sorted(written.items()))
        )


def _table(path: str, header: str, row: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    ordered = _sorted(row, known)
    below = [name for name, value in ordered.items() if name in _TABLES and isinstance(value, Mapping)]
    yield header.format(path)
    yield from _pairs(ordered, leave=below)
    for name in below:
        yield f"[{path}.{name}]"
        yield from _pairs(_sorted(ordered[name], _ORDER.get(name, ())))


def _pairs(table: Mapping[str, Any], leave: list[str] | None = None) -> list[str]:
    return [f"{_key(name)} = {_value(value, name)}" for name, value in table.items() if name not in (leave or ())]


def _value(value: Any, name: str = "", indent: str = "") -> str:
    """On one line if that is short; otherwise, and for steps, each item of a list on a line of its own."""
    short = _inline(value, name)
    if len(indent) + len(short) <= _WIDE and not (name == "steps" and len(value) > 1):
        return short
    if isinstance(value, list | tuple) and value:
        items = "".join(f"{indent}  {_value(item, name, indent + '  ')},\n" for item in value)
        return f"[\n{items}{indent}]"
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {_value(below, key, indent)}" for key, below in _of(value, name).items())
        return f"{{{', '.join(pairs)}}}"
    return short


def _inline(value: Any, name: str = "") -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_key(key)} = {_inline(below, key)}" for key, below in _of(value, name).items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(item, name) for item in value)}]"
    if isinstance(value, str) and name in _DATES and _is_date(value):
        return value
    if isinstance(value, str) and "\\" in value and "'" not in value and value.isprintable():
        # Regular expressions stay readable between single quotes.
        return f"'{value}'"
    return str(tomlkit.item(value).as_string())


def _of(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _sorted(value, _ORDER.get(name, (*PRIORITIES, "calendar") if name in METRICS else ()))


def _sorted(table: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """The known keys in their order, then the others."""
    return {name: table[name] for name in (*(key for key in known if key in table), *table) if table[name] is not None}


def _key(name: str) -> str:
    return str(SingleKey(name).as_string())


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
