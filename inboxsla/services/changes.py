"""The change log in words: who changed what, when, and from what to what."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from zoneinfo import ZoneInfo

from inboxsla.domain.durations import NBSP
from inboxsla.services import in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import audit
from inboxsla.storage.audit import Entry, Wanted

PAGE = 50
# Kinds of entries, by how their words begin. What is of none of them is found without a filter.
KINDS: Mapping[str, tuple[str, ...]] = {
    "configuration": ("configuration ", "policy "),
    "mailboxes": ("mailbox ", "labels and mail ", "sealing key "),
    "ways": ("sending account ",),
    "absences": ("absence ",),
    "sessions": ("signed in ", "signed out ", "sign-in "),
    "privacy": ("person forgotten", "figures about single persons"),
}
_SHOWN = 40
# What a spreadsheet would take for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SECRETS = ("token", "secret", "password", "key", "credential", "cookie")


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter as somebody typed it; `begin` and `end` are days in the zone of the house, both included."""

    actor: str = ""
    kind: str = ""
    begin: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: `details` say before → after, a short text each; `more` counts those left out."""

    id: int
    at: datetime
    actor: str
    what: str
    details: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """`older` and `newer` are what to ask for as `before` there; `newer` 0 is the first page, None means there is none."""

    lines: tuple[Line, ...]
    actors: tuple[str, ...]
    older: int | None
    newer: int | None
    zone: str
    is_empty: bool


def page(ports: Ports, asked: Asked, before: int | None) -> Page:
    """A page of the newest entries below the number `before`."""
    zone = in_force.zone(ports)
    wanted = _wanted(asked, zone)
    with ports.db.read() as conn:
        found = audit.page(conn, wanted, before, PAGE + 1)
        shown = found[:PAGE]
        newer = None
        if before is not None:
            newer = (audit.newer(conn, wanted, shown[0].id, PAGE) if shown else None) or 0
        lines = tuple(_line(entry) for entry in shown)
        return Page(
            lines=lines,
            actors=tuple(audit.actors(conn)),
            older=shown[-1].id if len(found) > PAGE else None,
            newer=newer,
            zone=zone,
            is_empty=not audit.page(conn, Wanted(), None, 1),
        )


def as_csv(ports: Ports, asked: Asked) -> Iterator[str]:
    """Every entry of the filter as CSV, newest first, in UTF-8; nothing in it is a formula to a spreadsheet."""
    yield _row("number", "when (UTC)", "who", "what", "before and after")
    for line in _every(ports, asked):
        yield _row(str(line.id), _utc(line.at), line.actor, line.what, "; ".join(line.details))


def as_json_lines(ports: Ports, asked: Asked) -> Iterator[str]:
    """The same as one JSON object a line, with the data as it was kept."""
    with ports.db.read() as conn:
        for entry in audit.every(conn, _wanted(asked, in_force.zone(ports))):
            told = {
                "number": entry.id,
                "at": _utc(entry.at),
                "who": entry.actor,
                "what": entry.what,
                "before": _without_secrets(entry.before),
                "after": _without_secrets(entry.after),
                "words": entry.words,
            }
            yield json.dumps(told, ensure_ascii=False) + "\n"


def _every(ports: Ports, asked: Asked) -> Iterator[Line]:
    with ports.db.read() as conn:
        for entry in audit.every(conn, _wanted(asked, in_force.zone(ports))):
            yield _line(entry, shown=None)


def _wanted(asked: Asked, zone: str) -> Wanted:
    there = ZoneInfo(zone)
    return Wanted(
        actor=asked.actor,
        begins=KINDS.get(asked.kind, ()),
        since=None if asked.begin is None else datetime.combine(asked.begin, clock_time(), there).astimezone(UTC),
        until=None
        if asked.end is None
        else datetime.combine(asked.end + timedelta(days=1), clock_time(), there).astimezone(UTC),
    )


def _line(entry: Entry, shown: int | None = _SHOWN) -> Line:
    told = tuple(_details(entry))
    kept = told if shown is None else told[:shown]
    return Line(entry.id, entry.at, entry.actor, entry.what, kept, len(told) - len(kept))


def _details(entry: Entry) -> Iterator[str]:
    if entry.words is not None:
        yield from map(str, entry.words)
        return
    before, after = _without_secrets(entry.before), _without_secrets(entry.after)
    if before is None and isinstance(after, Mapping):
        yield from (f"{str(key).replace('_', ' ')}: {_said(value)}" for key, value in after.items())
    else:
        yield from _compared("", before, after)


def _compared(name: str, before: Any, after: Any) -> Iterator[str]:
    """Only what differs; lists of sentences are said as they are."""
    if before == after:
        return
    if isinstance(before, Mapping | None) and isinstance(after, Mapping | None):
        for key in dict.fromkeys((*(before or {}), *(after or {}))):
            yield from _compared(
                f"{name}, {key}" if name else str(key), (before or {}).get(key), (after or {}).get(key)
            )
        return
    if before is None and isinstance(after, list) and not name:
        yield from (_said(each) for each in after)
        return
    head = f"{name.replace('_', ' ')}: " if name else ""
    yield f"{head}{_said(before)} → {_said(after)}"


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(_said, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} ({_said(below)})" for key, below in value.items()) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _without_secrets(value: Any) -> Any:
    """Nothing secret is ever written there; should something be one day, it is not shown."""
    if isinstance(value, Mapping):
        return {key: "hidden" if _is_secret(key) else _without_secrets(below) for key, below in value.items()}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value


def _is_secret(key: object) -> bool:
    words = str(key).lower().replace("_", " ").replace("-", " ").split()
    return any(word in _SECRETS or word.rstrip("s") in _SECRETS for word in words)


def _row(*cells: str) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    text = cell.replace(NBSP, " ")
    return f"'{text}" if text.lstrip().startswith(_FORMULAS) else text


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
