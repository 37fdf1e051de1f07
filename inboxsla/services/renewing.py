"""Which policy versions another configuration would bring, and whether its rules could decide otherwise than they did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.config.document import Document
from inboxsla.domain.examples import Example, example
from inboxsla.domain.policy import Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.timeline import Event, Kind
from inboxsla.remembering import Lru
from inboxsla.services.in_force import InForce, starting_from
from inboxsla.storage import configurations, policies
from inboxsla.storage.types import as_json, from_json

# What of a document decides which policy and priority a ticket gets.
_DECIDES = ("default_policy", "rules", "tiers", "organisations", "mailboxes")
# How many configurations are looked back at; whoever saves more of them for new tickets only waits a little longer.
_LOOKED_BACK = 12
# Of so many policies examples are shown.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Deciding:
    """What a configuration decides by, as digests: of each of `_DECIDES`, and of each calendar by its name."""

    sections: tuple[bytes, ...]
    hours: Mapping[str, bytes]

    def with_hours(self, calendars: Iterable[str]) -> tuple[object, ...]:
        return self.sections, tuple(self.hours.get(name) for name in calendars)


_read: Lru[bytes, _Deciding] = Lru(64)


@dataclass(slots=True)
class Renewal:
    """`targets` maps the name of each policy switched on to the version its tickets would get: an id, or, for versions that
    are not made yet, a number below nothing. `changes` are the names of policies that would say something new.
    """

    targets: Mapping[str, int]
    changes: Mapping[str, int]
    bodies: Mapping[str, Mapping[str, Any]]
    newest: Mapping[str, tuple[int, int]]
    _built: dict[int, Policy] = field(default_factory=dict)

    def versions(self, conn: Connection, begun: int, timeline: Iterable[Event]) -> tuple[Policy, Mapping[int, Policy]]:
        """The version a ticket began with, and those that its events name."""
        later = {event.data["policy"] for event in timeline if event.kind is Kind.POLICY_SET}
        return self._policy(conn, begun), {policy_id: self._policy(conn, policy_id) for policy_id in later}

    def examples(
        self, conn: Connection, under: Mapping[str, int], now: datetime
    ) -> Iterator[tuple[str, int | None, int, Example]]:
        """Policy, version in force, version to come, and an example; those first that most tickets stand under."""
        for name in sorted(self.changes, key=lambda name: -under.get(name, 0))[:_SHOWN]:
            was = self.newest.get(name)
            old = None if was is None else self._policy(conn, was[0])
            shown = example(old, self._policy(conn, self.targets[name]), now)
            yield name, None if was is None else was[1], self.changes[name], shown

    def _policy(self, conn: Connection, policy_id: int) -> Policy:
        """Asked of the database, or built, once for all tickets."""
        if policy_id not in self._built:
            if policy_id > 0:
                self._built[policy_id] = policies.get(conn, policy_id).policy
            else:
                name = next(name for name, target in self.targets.items() if target == policy_id)
                self._built[policy_id] = from_data(self.bodies[name])
        return self._built[policy_id]


def renewal(conn: Connection, old: InForce, bodies: Mapping[str, Mapping[str, Any]]) -> Renewal:
    """`bodies` are the policies of the new document that are switched on, compiled."""
    newest = policies.newest_versions(conn, list(bodies))
    changes: dict[str, int] = {}
    for name, body in bodies.items():
        version = None if name in newest and body == old.policies.get(name) else policies.next_version(conn, name, body)
        if version is not None:
            changes[name] = version
    made = {name: -nth for nth, name in enumerate(changes, 1)}
    targets = {name: made[name] if name in made else newest[name][0] for name in bodies}
    return Renewal(targets, changes, bodies, newest)


def rules_differ(conn: Connection, settings: Settings, old: InForce, new: Document, oldest: datetime) -> bool:
    """Whether the rules of `new` could decide otherwise about an open ticket than when they were last asked about it.

    That was when it began (the oldest at `oldest`), or when a configuration was last brought to all open tickets: nothing
    may have changed since.
    """
    if any(getattr(old.document, section) != getattr(new, section) for section in _DECIDES):
        return True
    asked = sorted(set(_calendars_asked(new)))
    if any(old.document.calendars.get(name) != new.calendars.get(name) for name in asked):
        return True
    since = list(_asked_since(conn, settings, oldest))
    return since[-1] is None or len({each.with_hours(asked) for each in since if each}) > 1


def counts_tickets(document: Document) -> bool:
    """Whether a rule asks how many tickets a customer opened."""
    return any("repeated" in condition for rule in document.rules for condition in _conditions(rule.when))


def _asked_since(conn: Connection, settings: Settings, oldest: datetime) -> Iterator[_Deciding | None]:
    """What was decided by, newest first, back to what reached every open ticket or was in force when the oldest began; None at
    the end if that is too long ago.
    """
    few = configurations.newest_few(conn, _LOOKED_BACK)
    for saved in few:
        yield _deciding(saved.text)
        if saved.saved_at <= oldest or (saved.open_too and saved.rolled_at is not None):
            return
    yield _deciding(as_json(starting_from(settings).body)) if len(few) < _LOOKED_BACK else None


def _deciding(text: str) -> _Deciding:
    """Of a configuration by its text. Those that were saved never change, and reading one of 1,000 rules takes 10 ms."""
    key = _digest(text)
    found = _read.get(key)
    if found is None:
        body = from_json(text)
        sections = tuple(_digest(as_json(body.get(section) or None)) for section in _DECIDES)
        hours = {name: _digest(as_json(calendar)) for name, calendar in (body.get("calendars") or {}).items()}
        found = _Deciding(sections, hours)
        _read.put(key, found)
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _calendars_asked(document: Document) -> Iterator[str]:
    for rule in document.rules:
        for condition in _conditions(rule.when):
            if "hours" in condition:
                yield condition["hours"]["calendar"]


def _conditions(when: Any) -> Iterator[Mapping[str, Any]]:
    """A condition and all inside it, as plain data."""
    if not isinstance(when, dict):
        return
    yield when
    for below in (*when.get("all", ()), *when.get("any", ()), when.get("not")):
        yield from _conditions(below)
