"""Who takes a ticket next: a team, its people, what they have and the turn as values in, one of them or a wait out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.duty import first_on_duty, next_on_duty, on_duty, stand_in
from inboxsla.domain.people import Person, Strategy, Team

# What an open ticket weighs by its urgency, and one that waits for the customer or for a date.
WEIGHTS = {"overdue": 4.0, "urgent": 3.0, "medium": 2.0, "low": 1.0}
WAITING_WEIGHT = 0.25


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has: `open` tickets, which capacity counts, and the `weight` of all that are not over."""

    open: int = 0
    weight: float = 0.0

    def plus(self, status: str, urgency: str, count: int = 1) -> Load:
        """The load with that many more tickets of this status and urgency."""
        if status != "open":
            return Load(self.open, self.weight + count * WAITING_WEIGHT)
        return Load(self.open + count, self.weight + count * WEIGHTS.get(urgency, WAITING_WEIGHT))


NOTHING = Load()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who takes the ticket, and why in words that follow "Assigned to Ana Ruiz"."""

    person: Person
    why: str


@dataclass(frozen=True, slots=True)
class Waits:
    """Nobody takes it now. `until` (aware UTC) is when the next person comes on duty, None if nobody will.

    `full` says that somebody is on duty, and everybody who is has as many open tickets as they take on.
    """

    until: datetime | None
    why: str
    full: bool = False


def loads(rows: Iterable[tuple[str, str, str, int]]) -> dict[str, Load]:
    """Each owner's load, from counts of (owner, status, urgency) of tickets that are not over."""
    found: dict[str, Load] = {}
    for owner, status, urgency, count in rows:
        found[owner] = found.get(owner, NOTHING).plus(status, urgency, count)
    return found


def choose(
    team: Team,
    people: Sequence[Person],
    loads: Mapping[str, Load],
    last: str | None,
    at: datetime,
    *,
    without: Collection[str] = (),
    leads_too: bool = False,
) -> Chosen | Waits:
    """Who takes the next ticket of `team` at `at`; only somebody on duty with room for one more.

    `people` is the mailbox's list, `last` the address that was given a ticket last. In a mailbox's own team leads take
    tickets only where there is no agent; with `leads_too` they do when no member can. `without` are left out.
    """
    if team.strategy is Strategy.NOBODY:
        return Waits(None, "a person hands it out")
    able = [person for person in people if person.active and person.address not in without]
    first = _asked_first(team, able, people, at)
    found = _from(first, team, loads, last, at)
    if isinstance(found, Chosen) or not leads_too:
        return found
    second = _from([person for person in leads_of(team, able) if person not in first], team, loads, last, at)
    return second if isinstance(second, Chosen) or not first else found


def leads_of(team: Team, people: Iterable[Person]) -> list[Person]:
    """The lead of the team, or in a team without one the leads of the mailbox."""
    if team.lead is not None:
        return [person for person in people if person.address == team.lead]
    return [person for person in people if person.role == "lead"]


def _asked_first(team: Team, able: Sequence[Person], people: Sequence[Person], at: datetime) -> list[Person]:
    if team.strategy is Strategy.FIXED:
        named = next((person for person in people if person.address == team.person), None)
        acting = stand_in(named, people, at) if named else None
        return [person for person in able if person == acting]
    members = [person for person in able if team.has(person)]
    return members if members or team.members is not None else leads_of(team, able)


def _from(
    pool: Sequence[Person], team: Team, loads: Mapping[str, Load], last: str | None, at: datetime
) -> Chosen | Waits:
    there = [person for person in pool if on_duty(person, at)]
    room = [person for person in there if _has_room(person, loads)]
    if room:
        return _by_strategy(room, team, loads, last)
    until = first_on_duty((person for person in pool if person not in there), at)
    if there:
        return Waits(until, "everybody on duty has as many open tickets as they take on", full=True)
    return Waits(until, "nobody who can take it is on duty" if pool else "there is nobody who can take it")


def _has_room(person: Person, loads: Mapping[str, Load]) -> bool:
    return person.capacity is None or loads.get(person.address, NOTHING).open < person.capacity


def _by_strategy(room: Sequence[Person], team: Team, loads: Mapping[str, Load], last: str | None) -> Chosen:
    ring = in_turn(room, last)
    if team.strategy is Strategy.FIXED:
        return Chosen(ring[0], _why_fixed(ring[0], team))
    if team.strategy is Strategy.ROUND_ROBIN:
        return Chosen(ring[0], "next in turn")
    if team.strategy is not Strategy.SKILL:
        return Chosen(_least_loaded(ring, loads), "has the least to do")
    most = max(len(person.skills & team.skills) for person in ring)
    fit = [person for person in ring if len(person.skills & team.skills) == most]
    return Chosen(_least_loaded(fit, loads), _why_skilled(most, len(team.skills)))


def in_turn(people: Iterable[Person], last: str | None) -> list[Person]:
    """People in the order of their turn after `last`, who need not be among them: a turn survives that people come and go."""
    return sorted(people, key=lambda person: (person.address <= (last or ""), person.address))


def _least_loaded(ring: Sequence[Person], loads: Mapping[str, Load]) -> Person:
    """The first in turn of those with the least."""
    return min(ring, key=lambda person: loads.get(person.address, NOTHING).weight)


def _why_fixed(person: Person, team: Team) -> str:
    return "gets every ticket of the team" if person.address == team.person else "stands in for whoever gets them all"


def _why_skilled(has: int, wanted: int) -> str:
    if has == 0:
        return "has the least to do; nobody on duty has the skills"
    return "has the skills and the least to do" if has == wanted else "has most of the skills and the least to do"


def should_move(owner: str | None, *, touched_since_last_step: bool, owner_can_act: bool, rule: str) -> bool:
    """Whether a ticket whose promise has run out goes to somebody else (DESIGN §5.17)."""
    if rule == "always" or owner is None or not owner_can_act:
        return True
    return not touched_since_last_step


def is_left_waiting(owner: Person, wrote_at: datetime, after: timedelta | None, now: datetime) -> bool:
    """Whether a customer who wrote at `wrote_at` needs another owner: this one was not there and is not back in time.

    `after` None means that owners keep their tickets.
    """
    if after is None:
        return False
    back = next_on_duty(owner, wrote_at)
    return back is None or (back > now and back - wrote_at > after)
