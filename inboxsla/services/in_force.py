"""The configuration in force: the newest one that was saved or, until there is one, what config.toml says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.config.document import (
    Document,
    beginnings,
    compile_policies,
    filled_up,
    house_zone,
    of_settings,
    people_rows,
    stored,
    teams_rows,
)
from inboxsla.config.program import typed
from inboxsla.domain.people import Person, team_of
from inboxsla.domain.people_data import people_from_data
from inboxsla.domain.speech import NBSP, Dated, English
from inboxsla.services.people_changes import people_changed
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations, mailboxes, people, policies, teams
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.types import as_json, from_json


@dataclass(frozen=True, slots=True)
class InForce:
    """`version` is None while no configuration was ever saved. `policies` are those switched on, as `domain` reads them."""

    version: int | None
    body: Mapping[str, Any]
    document: Document
    policies: Mapping[str, Mapping[str, Any]]

    @property
    def zone(self) -> str:
        """The zone of the house: that of the default policy's calendar."""
        return house_zone(self.document)

    def team_of(self, mailbox: str) -> str:
        """The team of tickets that no rule gives to one; "" for everybody on the mailbox's list."""
        return "" if self.version is None else self.document.team_of(mailbox)


def current(ports: Ports) -> InForce:
    """Raises ConfigMistakes if what is stored can no longer be read."""
    with ports.db.read() as conn:
        return in_force(conn, ports.settings)


def in_force(conn: Connection, settings: Settings) -> InForce:
    saved = configurations.newest(conn)
    return starting_from(settings) if saved is None else _built(saved.version, saved.text, settings)


def saved_as(conn: Connection, settings: Settings, version: int) -> InForce:
    """The configuration of that number, whether or not it still counts; what config.toml says where there is none."""
    saved = configurations.get(conn, version)
    return starting_from(settings) if saved is None else _built(saved.version, saved.text, settings)


def starting_from(settings: Settings) -> InForce:
    """What config.toml alone says."""
    return _built(None, _texts(_Same(settings))[0], settings)


def zone(ports: Ports) -> str:
    """The zone in which times are told where nobody has one of their own."""
    return current(ports).zone


def said(ports: Ports) -> str:
    """Where policies and people come from, in a sentence for whoever looks after this installation."""
    with ports.db.read() as conn:
        saved = configurations.newest(conn)
    if saved is None:
        whose = "the demo" if ports.settings.demo and not ports.settings.config_file else "config.toml"
        return f"Policies, calendars and people are those of {whose}; `{typed('config export')}` shows them in full."
    say = Dated(English(_built(saved.version, saved.text, ports.settings).zone))
    when = say.moment(saved.saved_at, ports.now()).replace(NBSP, " ")
    return (
        f"Policies, rules, calendars, people and teams are those of configuration {saved.version}, saved {when} by "
        f"{saved.actor}; [policy], [calendar], [[people]] and the strategy of [assignment] in config.toml were its beginning."
    )


def known_mailboxes(conn: Connection, settings: Settings) -> frozenset[str]:
    """The addresses a configuration may name: those of config.toml and all that were connected or imported."""
    return frozenset({*(box.address for box in settings.mailboxes), *(box.address for box in mailboxes.every(conn))})


def mailboxes_in_use(conn: Connection) -> frozenset[str]:
    """The addresses of those that people work in."""
    return frozenset(box.address for box in mailboxes.every(conn) if box.kind == "gmail" and box.retired_at is None)


def mailboxes_known(ports: Ports) -> frozenset[str]:
    """The same, for whoever has no connection."""
    with ports.db.read() as conn:
        return known_mailboxes(conn, ports.settings)


def staff(force: InForce, mailbox: str) -> list[Person]:
    """The people list of one mailbox. Substitutes may be of other mailboxes."""
    roles = {person.address: person.role_in(mailbox) for person in force.document.staff_of(mailbox)}
    everybody = people_from_data(people_rows(force.document))
    return [replace(person, role=role) for person in everybody if (role := roles.get(person.address))]


def put_in_force(conn: Connection, force: InForce, now: datetime) -> None:
    """Bring policy versions, and the policy, people and teams of connected mailboxes in line. Doing it again changes nothing.

    Open tickets stay under the version they have.
    """
    policies.save_all(conn, force.policies, now)
    for box in mailboxes.every(conn):
        if box.kind == "gmail":
            _bring_in_line(conn, force, box)
    if force.version is not None:
        teams.replace_all(conn, [team_of(name, body) for name, body in teams_rows(force.document).items()])


def welcome(conn: Connection, force: InForce, box: MailboxRow, now: datetime) -> None:
    """The same for one mailbox that is new."""
    policies.save_all(conn, force.policies, now)
    _bring_in_line(conn, force, box)


def _bring_in_line(conn: Connection, force: InForce, box: MailboxRow) -> None:
    document = force.document
    wanted = {
        "policy_name": document.policy_of(box.address),
        "aliases": document.aliases_of(box.address),
        "own_lists": document.own_lists_of(box.address),
    }
    if changed := {name: value for name, value in wanted.items() if getattr(box, name) != value}:
        mailboxes.change(conn, box.id, **changed)
    called = {person.address: person.name for person in people.of_mailbox(conn, box.id)}
    listed = staff(force, box.address)
    people.replace_all(conn, box.id, listed)
    if box.is_live and any(called.get(person.address) != person.name for person in listed):
        # Whoever came has a label of their own at once, not only with the next thread that is labelled.
        mailboxes.change(conn, box.id, labels_checked_at=None)
    people_changed(conn, box)


def _built(version: int | None, text: str, settings: Settings) -> InForce:
    """What a text says, and config.toml where the text is silent."""
    return _read(version, text, _texts(_Same(settings))[1])


class _Same:
    """Settings as a key: read once in a process, and with a thousand people in them longer to compare than to be asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.settings is other.settings

    def __hash__(self) -> int:
        return id(self.settings)


@lru_cache(maxsize=4)
def _texts(same: _Same) -> tuple[str, str]:
    """What config.toml says of all that a configuration holds, and of what one may be silent about."""
    return as_json(of_settings(same.settings)), as_json(beginnings(same.settings))


@lru_cache(maxsize=16)
def _read(version: int | None, text: str, beginnings_text: str) -> InForce:
    """Read once in a process: what is stored was checked when it was saved."""
    body = filled_up(from_json(text), from_json(beginnings_text))
    document = stored(body)
    return InForce(version, body, document, compile_policies(document))
