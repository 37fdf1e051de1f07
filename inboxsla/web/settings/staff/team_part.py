"""One team as a part of the configuration, and the form that edits it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inboxsla.config.document.model import Team
from inboxsla.services.drafting import Body, Edit, put_row
from inboxsla.services.in_force import InForce
from inboxsla.web.settings.form import Key
from inboxsla.web.settings.staff.room import words_of
from inboxsla.web.settings.typed import Typed


class TeamPart:
    """`name` is None for a new one; afterwards it stays, for tickets carry it."""

    shows_effect = False

    def __init__(self, name: str | None) -> None:
        self.name = name

    def find(self, body: Mapping[str, Any]) -> Any:
        nth = self._place(body)
        return None if nth is None else body["teams"][nth]

    def filled_in(self, force: InForce) -> Typed:
        found = next((each for each in force.document.teams if each.name == self.name), None)
        return Typed.of({"strategy": "least_loaded", "members.0": ""} if found is None else _values(found))

    def edit(self, typed: Typed) -> Edit:
        row = {"name": self.name or typed.get("name"), **_row(typed)}

        def put(body: Body) -> None:
            put_row(body, "teams", self._place(body), row)

        return put

    def key(self, body: Mapping[str, Any]) -> Key:
        nth = self._place(body)
        return ("teams", len(body.get("teams", ())) - 1 if nth is None else nth)

    def field_of(self, key: Key) -> str | None:
        # What a strategy lacks is said of the team as a whole.
        return "strategy" if not key else None

    def blank(self, prefix: str) -> Typed:
        return Typed.of({"": ""})

    def _place(self, body: Mapping[str, Any]) -> int | None:
        if self.name is None:
            return None
        return next((nth for nth, each in enumerate(body.get("teams", ())) if each["name"].strip() == self.name), None)


def _values(team: Team) -> dict[str, str]:
    return {
        "lead": team.lead or "",
        "strategy": team.strategy,
        "person": team.person or "",
        "skills": ", ".join(team.skills),
        "reassign_absent_after": team.reassign_absent_after or "",
        **{f"members.{nth}": address for nth, address in enumerate(team.members or ("",))},
    }


def _row(typed: Typed) -> dict[str, Any]:
    strategy = typed.get("strategy")
    row: dict[str, Any] = {"strategy": strategy}
    if members := [address for each in typed.rows("members") if (address := each.get("").lower())]:
        row["members"] = members
    row |= {name: text for name in ("lead", "reassign_absent_after") if (text := typed.get(name))}
    # What another way of handing out needs stays in the form, and counts no more.
    if strategy == "fixed" and (person := typed.get("person").lower()):
        row["person"] = person
    if strategy == "skill" and (skills := words_of(typed.get("skills"))):
        row["skills"] = skills
    return row
