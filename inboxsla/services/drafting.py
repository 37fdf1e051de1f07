"""One part of the configuration edited on a page: what saving it would change, and whether somebody else changed it meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inboxsla.config.document import Change, Document, differences
from inboxsla.errors import ConfigMistakes
from inboxsla.services import configuring, in_force
from inboxsla.services.configuring import Plan, Saved
from inboxsla.services.in_force import InForce
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations
from inboxsla.storage.types import as_json, from_json

Body = dict[str, Any]
# A body in, with the part as it was typed in place of the old one.
Edit = Callable[[Body], None]
# The part in a body, or None where it is not there.
Find = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Somebody saved the same part after the form was made. `changes` are theirs."""

    version: int
    actor: str
    saved_at: datetime
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed, put into the configuration in force.

    `complaints` are (keys and positions, what is wrong); then `document` and `plan` are None. `over` is the version it would
    be saved over, 0 if nothing was ever saved.
    """

    over: int
    body: Mapping[str, Any]
    document: Document | None
    plan: Plan | None
    complaints: tuple[tuple[tuple[str | int, ...], str], ...] = ()
    meanwhile: Meanwhile | None = None

    @property
    def changes(self) -> bool:
        return self.plan is not None and bool(self.plan.changes)


def put_row(body: Body, section: str, nth: int | None, row: Mapping[str, Any]) -> None:
    """Put `row` in place of the nth of a section that is a list; at its end where `nth` is None."""
    rows = list(body.get(section, ()))
    body[section] = [*rows, dict(row)] if nth is None else [*rows[:nth], dict(row), *rows[nth + 1 :]]


def draft(ports: Ports, edit: Edit, find: Find, over: int) -> Draft:
    """Put an edit into the configuration in force; nothing is written. `over` is the version the form was made from (0: none).

    What others saved elsewhere in the configuration stays; what they saved in this very part is said.
    """
    force = in_force.current(ports)
    body: Body = from_json(as_json(force.body))
    edit(body)
    version, meanwhile = force.version or 0, _meanwhile(ports, force, find, over)
    try:
        written, plan = configuring.plan_body(ports, body)
    except ConfigMistakes as wrong:
        complaints = wrong.found or tuple(((), mistake) for mistake in wrong.mistakes)
        return Draft(version, body, None, None, complaints, meanwhile)
    return Draft(version, written.body, written.document, plan, (), meanwhile)


def save(ports: Ports, one: Draft, actor: str, open_too: bool | None) -> Saved:
    """Put a draft in force. Raises Refused if somebody saved since it was made, ConfigMistakes if it has mistakes."""
    return configuring.save(ports, one.body, actor, open_too, one.plan)


def _meanwhile(ports: Ports, force: InForce, find: Find, over: int) -> Meanwhile | None:
    if over == (force.version or 0):
        return None
    with ports.db.read() as conn:
        before = in_force.saved_as(conn, ports.settings, over)
        newest = configurations.newest(conn)
    if newest is None or find(before.body) == find(force.body):
        return None
    theirs = differences(before.document, force.document)
    return Meanwhile(newest.version, newest.actor, newest.saved_at, theirs)
