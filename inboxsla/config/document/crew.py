"""The people of a document written anew from a short list; everything else that is known of them stays. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inboxsla.config.document.model import Document

# What the team is called that is made where one is needed.
TEAM = "Support"


@dataclass(frozen=True, slots=True)
class Member:
    """`takes`: tickets are given to them. It says nothing where there are several teams."""

    address: str
    name: str
    role: str
    takes: bool


def takers(document: Document) -> frozenset[str]:
    """Addresses of those who are given tickets, where that is one list: the only team's or, without teams, all agents."""
    if document.teams:
        return frozenset(document.teams[0].members)
    return frozenset(person.address for person in document.people if person.role == "agent")


def put(body: dict[str, Any], members: Sequence[Member], mailboxes: Iterable[str]) -> None:
    """Write these people, in this order, in place of those there are. Whoever is gone leaves the teams too.

    Without teams tickets go to agents. If others are to get some too, or not all agents, a team is made for all of `mailboxes` that
    have none.
    """
    known = {_address(row): row for row in body.get("people", ())}
    rows = [
        {**known.get(each.address.strip().lower(), {}), "address": each.address, "name": each.name, "role": each.role}
        for each in members
    ]
    body["people"] = rows
    here = [_address(row) for row in rows]
    taking = [address for address, each in zip(here, members, strict=True) if each.takes]
    teams = body.get("teams") or []
    if not teams and taking != [_address(row) for row in rows if row["role"] == "agent"]:
        teams = body["teams"] = [_made(body, rows, mailboxes)]
    for team in teams:
        stay = [address for member in team.get("members", ()) if (address := member.strip().lower()) in here]
        if len(teams) == 1:
            stay = [address for address in stay if address in taking]
            stay += [address for address in taking if address not in stay]
        team["members"] = stay
        if str(team.get("lead") or "").strip().lower() not in here:
            team.pop("lead", None)


def _made(body: dict[str, Any], rows: Sequence[Mapping[str, Any]], mailboxes: Iterable[str]) -> dict[str, Any]:
    """A team without members yet, which the mailboxes without a team have from now on."""
    listed = body.setdefault("mailboxes", [])
    by_address = {_address(row): row for row in listed}
    for address in sorted(mailboxes):
        if address in by_address:
            by_address[address].setdefault("team", TEAM)
        else:
            listed.append({"address": address, "team": TEAM})
    leads = [_address(row) for row in rows if row["role"] == "lead"]
    return {"name": TEAM, **({"lead": leads[0]} if leads else {}), "members": []}


def _address(row: Mapping[str, Any]) -> str:
    return str(row.get("address", "")).strip().lower()
