"""Who takes a ticket next: people, their load and the turn as values in, one of them out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the people list of a mailbox."""

    address: str
    name: str
    role: str
    zone: str
    active: bool = True


def choose(
    people: Sequence[Person],
    load: Mapping[str, int],
    strategy: str,
    turn: int,
    *,
    without: Collection[str] = (),
) -> Person | None:
    """The next owner, or None if nobody can take it or `strategy` is "manual".

    `load` counts each person's open tickets by address; `turn` is how many tickets were handed out before (round robin).
    Agents come first; leads take tickets only where there is no agent.
    """
    if strategy == "manual":
        return None
    able = [person for person in people if person.active and person.address not in without]
    agents = [person for person in able if person.role == "agent"] or [p for p in able if p.role == "lead"]
    if not agents:
        return None
    ordered = sorted(agents, key=lambda person: person.address)
    if strategy == "round_robin":
        return ordered[turn % len(ordered)]
    return min(ordered[turn % len(ordered) :] + ordered[: turn % len(ordered)], key=lambda p: load.get(p.address, 0))


def should_move(owner: str | None, *, touched_since_last_step: bool, owner_can_act: bool, rule: str) -> bool:
    """Whether a ticket whose promise has run out goes to somebody else (DESIGN §5.17)."""
    if rule == "always" or owner is None or not owner_can_act:
        return True
    return not touched_since_last_step
