"""The versions of the configuration: which there were, and what each changed."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from inboxsla.config.document import Change, differences, to_toml
from inboxsla.errors import Missing
from inboxsla.services import in_force
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations
from inboxsla.storage.configurations import Saved
from inboxsla.storage.types import from_json

PAGE = 25


@dataclass(frozen=True, slots=True)
class Versions:
    """Newest first. `older` is what to ask for as `before` to go on; `newest` the version in force, None if none was saved."""

    lines: tuple[Saved, ...]
    newest: Saved | None
    older: int | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version, and what it changed over the one before; None where one of them cannot be read any more."""

    saved: Saved
    changes: tuple[Change, ...] | None
    is_newest: bool


def listed(ports: Ports, before: int | None = None) -> Versions:
    with ports.db.read() as conn:
        found = configurations.page(conn, before, PAGE + 1)
        newest = configurations.page(conn, None, 1)
    shown = tuple(found[:PAGE])
    return Versions(shown, newest[0] if newest else None, shown[-1].version if len(found) > PAGE else None)


def version(ports: Ports, number: int) -> Version:
    """Raises Missing for a version that was never saved."""
    with ports.db.read() as conn:
        found = configurations.page(conn, number + 1, 1)
        if not found or found[0].version != number:
            raise Missing(f"There is no version {number} of the configuration.")
        newest = configurations.page(conn, None, 1)[0].version
        try:
            one = in_force.saved_as(conn, ports.settings, number)
            before = in_force.saved_as(conn, ports.settings, number - 1)
            changes = differences(before.document, one.document)
        except ValidationError:
            changes = None
    return Version(found[0], changes, number == newest)


def text(ports: Ports, number: int) -> str:
    """A version as TOML. Raises Missing like `version`."""
    with ports.db.read() as conn:
        found = configurations.get(conn, number)
    if found is None:
        raise Missing(f"There is no version {number} of the configuration.")
    return to_toml(from_json(found.text))
