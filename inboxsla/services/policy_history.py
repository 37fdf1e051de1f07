"""Policies as admins look at them: where each stands, which versions there were, who made them, and what was different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.config.document import Change, Document, differences
from inboxsla.config.document.model import Policy
from inboxsla.errors import Missing
from inboxsla.services.in_force import in_force, starting_from
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations, policies
from inboxsla.storage.policies import Made
from inboxsla.storage.types import from_json


@dataclass(frozen=True, slots=True)
class Standing:
    """One policy in the list. `version` is None for one that was never switched on; `mailboxes` are those it is the usual one of."""

    policy: Policy
    version: int | None
    open_tickets: int
    mailboxes: tuple[str, ...]
    is_default: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What a version changed; `older` is None for the first."""

    newer: Made
    older: Made | None
    changes: tuple[Change, ...]


def standings(ports: Ports) -> tuple[Standing, ...]:
    """Every policy of the configuration in force, in its order."""
    with ports.db.read() as conn:
        document = in_force(conn, ports.settings).document
        versions = policies.newest_versions(conn, [policy.name for policy in document.policies])
        tickets = configurations.open_by_policy(conn)
    usual: dict[str, list[str]] = {}
    for box in document.mailboxes:
        if box.policy:
            usual.setdefault(box.policy, []).append(box.address)
    return tuple(
        Standing(
            policy,
            versions[policy.name][1] if policy.name in versions else None,
            tickets.get(policy.name, 0),
            tuple(usual.get(policy.name, ())),
            policy.name == document.default_policy,
        )
        for policy in document.policies
    )


def history(ports: Ports, name: str) -> list[Made]:
    """Newest first; none for a policy that was never switched on."""
    with ports.db.read() as conn:
        return policies.made(conn, name)


def open_tickets(ports: Ports, name: str) -> int:
    with ports.db.read() as conn:
        return configurations.open_by_policy(conn).get(name, 0)


def compared(ports: Ports, name: str, version: int) -> Compared:
    """A version and the one before it. Raises Missing for a version there is not."""
    with ports.db.read() as conn:
        known = policies.made(conn, name)
        newer = next((made for made in known if made.version == version), None)
        if newer is None:
            raise Missing(f"There is no version {version} of “{name}”.")
        older = next((made for made in known if made.version < version), None)
        now = _alone(conn, ports.settings, newer, name)
        before = _alone(conn, ports.settings, older, name) if older else None
    if now is None or before is None:
        return Compared(newer, older, ())
    # A calendar it counted in only before, or only since, was not removed or added: the policy says which it counts in.
    changes = [each for each in differences(before, now) if each.section != "calendars" or each.what == "changed"]
    return Compared(newer, older, tuple(changes))


def as_it_was(ports: Ports, name: str, version: int) -> Policy | None:
    """What that version said, as people wrote it; None where that is not kept."""
    with ports.db.read() as conn:
        found = next((made for made in policies.made(conn, name) if made.version == version), None)
        alone = None if found is None else _alone(conn, ports.settings, found, name)
    return None if alone is None else alone.policies[0]


def _alone(conn: Connection, settings: Settings, made: Made, name: str) -> Document | None:
    """A document of one policy as it was, with the calendars it counted in; the rest of a large one need not be read."""
    saved = None if made.configuration is None else configurations.get(conn, made.configuration)
    body: Mapping[str, Any] = starting_from(settings).body if saved is None else from_json(saved.text)
    row = next((row for row in body["policies"] if str(row["name"]).strip() == name), None)
    if row is None:
        return None
    targets = [target for target in row.get("targets", {}).values() if isinstance(target, dict)]
    named = {row["calendar"], *(target.get("calendar") for target in targets)}
    calendars = {key: value for key, value in body.get("calendars", {}).items() if key in named}
    return Document.model_validate({"default_policy": name, "policies": [row], "calendars": calendars})
