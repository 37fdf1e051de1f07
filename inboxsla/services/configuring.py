"""The configuration as code: shown as one text, looked at before it changes anything, and saved whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from inboxsla.config.document import (
    Change,
    Written,
    beginnings,
    differences,
    filled_up,
    from_body,
    in_words,
    left_without_admin,
    read,
    to_toml,
    with_template,
)
from inboxsla.errors import ConfigMistakes, Refused
from inboxsla.services import our_labels
from inboxsla.services.in_force import InForce, current, in_force, known_mailboxes, mailboxes_in_use, put_in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations, policies, records

__all__ = [
    "Fate",
    "InForce",
    "Plan",
    "apply_template",
    "current",
    "export",
    "import_",
    "plan",
    "plan_body",
    "plan_template",
    "save",
]

# What a change of these can mean for tickets that are open already.
_CHOOSING = frozenset({"default_policy", "rules", "tiers", "organisations", "mailboxes"})

Makes = Callable[[InForce, frozenset[str]], Written]


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one policy, and how many open tickets stand under it now. `version` is the one that is made."""

    name: str
    what: Literal["new version", "switched off", "removed"]
    version: int | None
    open_tickets: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What saving would do, or did. No `changes`: nothing. `open_tickets` counts all that are open.

    `over` is the version it was compared with, None if nothing was ever saved.
    """

    changes: tuple[Change, ...]
    remarks: tuple[str, ...]
    fates: tuple[Fate, ...]
    open_tickets: int
    over: int | None

    @property
    def concerns_open_tickets(self) -> bool:
        """Whether it matters if open tickets get it too."""
        sections = {change.section for change in self.changes}
        return bool(self.open_tickets and (self.fates or sections & _CHOOSING))

    @property
    def open_too_by_default(self) -> bool:
        """A holiday is meant for everything that runs; a promise for what comes."""
        return bool(self.changes) and all(change.section == "calendars" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Saved:
    """`version` is None if nothing changed and so nothing was saved."""

    plan: Plan
    version: int | None
    open_too: bool


def export(ports: Ports) -> str:
    """The configuration in force as TOML; `import_` of it changes nothing."""
    return to_toml(current(ports).body)


def plan(ports: Ports, text: str, name: str = "configuration") -> Plan:
    """What importing this text would do; nothing is written. Raises ConfigMistakes with every mistake."""
    return _plan(ports, _from_text(ports, text, name))


def plan_body(ports: Ports, body: Mapping[str, Any]) -> tuple[Written, Plan]:
    """The same with plain data, as a form gives it; and the document it makes."""
    with ports.db.read() as conn:
        old = in_force(conn, ports.settings)
        new = _from_body(ports, body, known_mailboxes(conn, ports.settings))
        return new, _looked_at(conn, old, new)


def import_(
    ports: Ports,
    text: str,
    actor: str,
    open_too: bool | None,
    name: str = "configuration",
    seen: Plan | None = None,
) -> Saved:
    """Save the configuration that a TOML text holds: all of it, or nothing. Raises ConfigMistakes with every mistake.

    `open_too`: open tickets get it as well; None leaves it to what changes (see Plan.open_too_by_default). `seen` is the plan
    that whoever saves has looked at: Refused if somebody saved something else meanwhile.
    """
    return _save(ports, _from_text(ports, text, name), actor, open_too, seen)


def save(ports: Ports, body: Mapping[str, Any], actor: str, open_too: bool | None, seen: Plan | None = None) -> Saved:
    """The same with plain data, as a form gives it."""
    return _save(ports, lambda _, known: _from_body(ports, body, known), actor, open_too, seen)


def plan_template(ports: Ports, name: str, calendar: str | None) -> Plan:
    """What adding a ready-made policy would do. Raises Missing and Refused as `with_template` does."""
    return _plan(ports, _with_template(ports, name, calendar))


def apply_template(
    ports: Ports, name: str, calendar: str | None, actor: str, open_too: bool | None, seen: Plan | None = None
) -> Saved:
    """Add a ready-made policy and its rules to the configuration in force."""
    return _save(ports, _with_template(ports, name, calendar), actor, open_too, seen)


def _from_body(ports: Ports, body: Mapping[str, Any], known: frozenset[str]) -> Written:
    whole = filled_up(body, beginnings(ports.settings))
    return from_body(whole, ports.now(), known, ports.settings.webhooks)


def _from_text(ports: Ports, text: str, name: str) -> Makes:
    def makes(_: InForce, known: frozenset[str]) -> Written:
        written = read(text, name, ports.now(), known, ports.settings.webhooks)
        whole = filled_up(written.body, beginnings(ports.settings))
        return written if whole == written.body else _from_body(ports, whole, known)

    return makes


def _with_template(ports: Ports, name: str, calendar: str | None) -> Makes:
    return lambda old, known: from_body(
        with_template(old.body, name, calendar), ports.now(), known, ports.settings.webhooks
    )


def _plan(ports: Ports, makes: Makes) -> Plan:
    with ports.db.read() as conn:
        old = in_force(conn, ports.settings)
        return _looked_at(conn, old, makes(old, known_mailboxes(conn, ports.settings)))


def _save(ports: Ports, makes: Makes, actor: str, open_too: bool | None, seen: Plan | None) -> Saved:
    now = ports.now()
    with ports.db.write() as conn:
        configurations.lock(conn)
        old = in_force(conn, ports.settings)
        if seen is not None and seen.over != old.version:
            raise Refused(
                f"Configuration {old.version} was saved by somebody else while you looked. Nothing of yours is saved: "
                "look at what it would change now, then save again."
            )
        new = makes(old, known_mailboxes(conn, ports.settings))
        planned = _looked_at(conn, old, new)
        if not planned.changes:
            return Saved(planned, None, False)
        too = planned.concerns_open_tickets and (planned.open_too_by_default if open_too is None else open_too)
        version = configurations.save(conn, new.body, actor, now, too)
        force = in_force(conn, ports.settings)
        put_in_force(conn, force, now)
        our_labels.chosen_anew(conn, old.document.labels, force.document.labels)
        _log(conn, old, force, planned, actor, now)
    return Saved(planned, version, too)


def _looked_at(conn: Connection, old: InForce, new: Written) -> Plan:
    """Raises ConfigMistakes if nobody would be left who may change settings."""
    if wrong := list(left_without_admin(old.document, new.document, mailboxes_in_use(conn))):
        raise ConfigMistakes([reason for _key, reason in wrong], wrong)
    after = InForce(None, new.body, new.document, new.policies)
    counted = configurations.open_by_policy(conn)
    fates = []
    for name, body in after.policies.items():
        version = None if body == old.policies.get(name) else policies.next_version(conn, name, body)
        if version is not None:
            fates.append(Fate(name, "new version", version, counted.get(name, 0)))
    still = {policy.name for policy in new.document.policies}
    for name in old.policies:
        if name not in after.policies:
            fates.append(Fate(name, "switched off" if name in still else "removed", None, counted.get(name, 0)))
    changes = differences(old.document, new.document)
    return Plan(changes, new.remarks, tuple(fates) if changes else (), sum(counted.values()), old.version)


def _log(conn: Connection, old: InForce, new: InForce, planned: Plan, actor: str, now: datetime) -> None:
    """What changed, before and after; and each policy that no longer promises anything by itself."""
    sections = list(dict.fromkeys(change.section for change in planned.changes))
    before, after = ({section: side.body.get(section) for section in sections} for side in (old, new))
    records.log(conn, actor, f"configuration {new.version} saved", now, before, after, tuple(in_words(planned.changes)))
    for fate in planned.fates:
        if fate.version is None:
            records.log(conn, actor, f"policy {fate.name} {fate.what}", now, dict(old.policies[fate.name]), None)
