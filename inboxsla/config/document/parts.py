"""A document taken apart for checking: every part by itself, so that a mistake in one hides no mistake in another."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from inboxsla.config.document import kinds
from inboxsla.config.document.model import Person, Policy, Rule, Team
from inboxsla.config.places import Path as Key
from inboxsla.config.settings import Calendar
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.nearest import did_you_mean
from inboxsla.remembering import Lru

T = TypeVar("T", bound=BaseModel)

_SHOWN = 6
# A large house has 1,000 rules, 500 people and 200 policies, of which an edit changes one.
_meant: Lru[tuple[type[Any], str], Any] = Lru(8_192)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One table as it is written, where it stands, and what it means if it is right in itself."""

    key: Key
    raw: Mapping[str, Any]
    value: T | None

    def text(self, name: str) -> str:
        """What stands under `name`, "" for what is no text (others complain of that)."""
        written = self.raw.get(name)
        return written.strip() if isinstance(written, str) else ""

    def texts(self, name: str) -> Iterator[tuple[Key, str]]:
        """The texts of the list under `name`, each with its own place."""
        yield from texts(self.raw.get(name), (*self.key, name))


@dataclass(frozen=True, slots=True)
class Parts:
    """`known_mailboxes` are the addresses that may be named: those known here, or (None) those of the document.

    `known_webhooks` are the names of those that are set up here; None: any may be named.
    """

    tree: Mapping[str, Any]
    calendars: Mapping[str, Calendar | None]
    policies: tuple[Part[Policy], ...]
    rules: tuple[Part[Rule], ...]
    people: tuple[Part[Any], ...]
    teams: tuple[Part[Team], ...]
    mailboxes: tuple[Part[Any], ...]
    known_mailboxes: frozenset[str] | None
    known_webhooks: frozenset[str] | None = None
    # Asked for by every rule, and the same for all.
    _names: dict[str, list[str]] = field(default_factory=dict, compare=False)
    _hours: dict[str, BusinessCalendar | None] = field(default_factory=dict, compare=False)

    def names(self, section: str) -> list[str]:
        """What the parts of a section are called: addresses of people and mailboxes, names of everything else."""
        if section not in self._names:
            self._names[section] = self._called(section)
        return self._names[section]

    def is_off(self, policy: str) -> bool:
        """Whether a policy is there and switched off."""
        if "off" not in self._names:
            off = (part for part in self.policies if part.value and not part.value.enabled)
            self._names["off"] = [part.text("name") for part in off]
        return policy in self._names["off"]

    def _called(self, section: str) -> list[str]:
        written = self.tree.get(section)
        if section in ("calendars", "tiers", "organisations"):
            return sorted(written) if isinstance(written, Mapping) else []
        if section in ("tags", "hold_reasons"):
            return [text for _, text in texts(written, ())]
        called = "address" if section in ("people", "mailboxes") else "name"
        found = (part.text(called) for part in getattr(self, section))
        return [name.lower() if called == "address" else name for name in found if name]

    def all_mailboxes(self) -> list[str]:
        return sorted({*self.names("mailboxes"), *(self.known_mailboxes or ())})

    def opening_hours(self, name: str) -> BusinessCalendar | None:
        """Those of the calendar of this name if it is right, compiled once for all promises that count in them."""
        if name not in self._hours:
            calendar = self.calendar(name)
            self._hours[name] = None if calendar is None else calendar.opening_hours()
        return self._hours[name]

    def calendar(self, name: str) -> Calendar | None:
        """The calendar of this name if it is right; round the clock has days of 24 hours."""
        return _ALWAYS if name == kinds.ALWAYS else self.calendars.get(name)


ROUND_THE_CLOCK: Mapping[str, Any] = {"hours": kinds.ALWAYS, "business_day": "24h"}
_ALWAYS = Calendar.model_validate(ROUND_THE_CLOCK)


def parts(tree: Mapping[str, Any], mailboxes: Collection[str] | None, webhooks: Collection[str] | None = None) -> Parts:
    written = tree.get("calendars")
    calendars = written if isinstance(written, Mapping) else {}
    return Parts(
        tree,
        {str(name): value_of(Calendar, raw) for name, raw in calendars.items()},
        _rows(tree, "policies", Policy),
        _rows(tree, "rules", Rule),
        _rows(tree, "people", Person),
        _rows(tree, "teams", Team),
        _rows(tree, "mailboxes", None),
        None if mailboxes is None else frozenset(mailboxes),
        None if webhooks is None else frozenset(webhooks),
    )


def unknown(written: str, known: Collection[str], what: str) -> str:
    """Why a name is refused that nothing has: “Outag” is not one of the policies. Did you mean “Outage”?"""
    near = _near_address(written, known) if "@" in written else did_you_mean(written, list(known))
    names = sorted(known)
    listed = f" There {'is' if len(names) == 1 else 'are'} {', '.join(names)}." if 0 < len(names) <= _SHOWN else ""
    return (
        f"“{written}” is not one of the {what}.{near or listed or (f' There are no {what} yet.' if not names else '')}"
    )


def _near_address(written: str, known: Collection[str]) -> str:
    """By what stands before the @, for colleagues share the rest."""
    by_name = {address.partition("@")[0]: address for address in known}
    near = get_close_matches(written.lower().partition("@")[0], list(by_name), n=1, cutoff=0.6)
    return f" Did you mean “{by_name[near[0]]}”?" if near else ""


def texts(written: Any, key: Key) -> Iterator[tuple[Key, str]]:
    for nth, item in enumerate(written if isinstance(written, list | tuple) else ()):
        if isinstance(item, str) and item.strip():
            yield (*key, nth), item.strip()


def _rows(tree: Mapping[str, Any], section: str, model: type[Any] | None) -> tuple[Part[Any], ...]:
    rows = tree.get(section)
    return tuple(
        Part((section, nth), row, value_of(model, row) if model else None)
        for nth, row in enumerate(rows if isinstance(rows, list | tuple) else ())
        if isinstance(row, Mapping)
    )


def value_of(model: type[T], raw: Any) -> T | None:
    """What `raw` means, None if it is wrong in itself. The same text means the same: what was read before is not read again."""
    try:
        known = (model, repr(raw))
        found: T | None = _meant.get(known)
        # Whoever holds `raw` may change it later.
        own = raw if found else deepcopy(raw)
    except RecursionError:
        return _read(model, raw)
    if found is None and (found := _read(model, own)) is not None:
        _meant.put(known, found)
    return found


def _read(model: type[T], raw: Any) -> T | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None
