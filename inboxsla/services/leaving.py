"""What taking a person or a team out of the configuration means for the rest of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from inboxsla.config.document import Document
from inboxsla.services import sessions
from inboxsla.services.drafting import Body, Edit
from inboxsla.services.ports import Ports


@dataclass(frozen=True, slots=True)
class Named:
    """Something that names a person or a team, and has to be changed by somebody before they can go."""

    where: Literal["rule", "policy", "team", "mailbox"]
    name: str


def person_is_needed(document: Document, address: str) -> tuple[Named, ...]:
    """What names a person in a way that nobody else could take up by itself."""
    return tuple(dict.fromkeys(_needs_person(document, address)))


def team_is_needed(document: Document, name: str) -> tuple[Named, ...]:
    rules = (Named("rule", rule.name) for rule in document.rules if rule.then.team == name)
    boxes = (Named("mailbox", box.address) for box in document.mailboxes if box.team == name)
    return tuple(dict.fromkeys((*rules, *boxes)))


def without_person(address: str) -> Edit:
    """Takes a person out of the list, of teams and of what they stand in for."""

    def edit(body: Body) -> None:
        body["people"] = [_without_substitute(row, address) for row in body.get("people", ()) if not _is(row, address)]
        if "teams" in body:
            body["teams"] = [_without_member(row, address) for row in body["teams"]]

    return edit


def shut_out(ports: Ports, address: str) -> int:
    """End every session of somebody who left the list, and the one-time links made for them. Returns how many sessions ended."""
    with ports.db.write() as conn:
        return sessions.end_all(conn, address)


def without_team(name: str) -> Edit:
    def edit(body: Body) -> None:
        body["teams"] = [row for row in body.get("teams", ()) if row["name"].strip() != name]

    return edit


def _needs_person(document: Document, address: str) -> Iterator[Named]:
    for rule in document.rules:
        if rule.then.owner == address:
            yield Named("rule", rule.name)
    for policy in document.policies:
        if any(address in step.notify for step in policy.steps):
            yield Named("policy", policy.name)
    for team in document.teams:
        if team.person == address or (team.members == (address,) and team.strategy != "fixed"):
            yield Named("team", team.name)


def _is(row: dict[str, Any], address: str) -> bool:
    return bool(row["address"].strip().lower() == address)


def _without_substitute(row: dict[str, Any], address: str) -> dict[str, Any]:
    if "absences" not in row:
        return row
    kept = [
        {key: value for key, value in each.items() if not (key == "substitute" and value.strip().lower() == address)}
        for each in row["absences"]
    ]
    return {**row, "absences": kept}


def _without_member(row: dict[str, Any], address: str) -> dict[str, Any]:
    members = [each for each in row.get("members", ()) if each.strip().lower() != address]
    lead = row.get("lead", "").strip().lower() == address
    return {key: members if key == "members" else value for key, value in row.items() if not (key == "lead" and lead)}
