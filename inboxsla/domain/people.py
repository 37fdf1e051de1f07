"""The people of a mailbox and the teams they form, as values. Who is there when is worked out in `duty`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar

ROLES = ("agent", "lead", "admin")


class Strategy(StrEnum):
    """How a team's tickets find their owner."""

    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    SKILL = "skill"
    FIXED = "fixed"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Absence:
    """Away from the local date `start` on; `until` is the day of return. `substitute` is an address on the people list."""

    start: date
    until: date
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the people list of a mailbox.

    No `calendar`: on duty whenever not absent. `capacity` is how many open tickets the person takes on, None for any number.
    Absences are dates in `zone`.
    """

    address: str
    name: str
    role: str
    zone: str
    active: bool = True
    calendar: BusinessCalendar | None = None
    skills: frozenset[str] = frozenset()
    capacity: int | None = None
    absences: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    """Who shares a kind of ticket. `members` are addresses; None is a mailbox's own team: everybody on its people list.

    `person` is who gets everything where the strategy is fixed, `skills` what tickets want where it is skill. A customer who
    writes while the owner is away for longer than `reassign_absent_after` gets another owner; None: the owner keeps the ticket.
    """

    name: str
    members: tuple[str, ...] | None = None
    lead: str | None = None
    strategy: Strategy = Strategy.LEAST_LOADED
    person: str | None = None
    skills: frozenset[str] = frozenset()
    reassign_absent_after: timedelta | None = None

    def has(self, person: Person) -> bool:
        """Whether tickets of the team can go to this person. In a mailbox's own team that is what agents are for."""
        return person.role == "agent" if self.members is None else person.address in self.members


def absences_data(person: Person) -> list[dict[str, str | None]]:
    """The absences as plain data, as `people_data` reads them."""
    return [
        {"from": each.start.isoformat(), "until": each.until.isoformat(), "substitute": each.substitute}
        for each in person.absences
    ]


def team_data(team: Team) -> dict[str, Any]:
    """Everything about a team but its name as plain data, as `team_of` reads it; lengths are whole seconds."""
    after = team.reassign_absent_after
    return {
        "lead": team.lead,
        "members": list(team.members or ()),
        "strategy": team.strategy.value,
        "person": team.person,
        "skills": sorted(team.skills),
        "reassign_absent_after": None if after is None else int(after.total_seconds()),
    }


def team_of(name: str, body: Mapping[str, Any]) -> Team:
    """The team that `team_data` wrote down."""
    after = body.get("reassign_absent_after")
    return Team(
        name,
        tuple(body["members"]),
        body.get("lead"),
        Strategy(body["strategy"]),
        body.get("person"),
        frozenset(body.get("skills", ())),
        None if after is None else timedelta(seconds=after),
    )
