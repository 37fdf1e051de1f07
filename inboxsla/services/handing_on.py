"""All that one person has goes to others: counted first, then handed over mailbox by mailbox in bounded batches; and leaving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from inboxsla.services import assign
from inboxsla.services.doing import Unclear
from inboxsla.services.ports import Ports
from inboxsla.services.runs import follow
from inboxsla.storage import hand_outs, mailboxes, people, records

# How long one press of the button hands over: nobody looks at a page that does not come.
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Holding:
    """What somebody has in one mailbox that is not over."""

    mailbox_id: int
    address: str
    count: int
    overdue: int


@dataclass(frozen=True, slots=True)
class HandedOn:
    """How many each name took over, how many wait for somebody to come on duty, and how many are still to be handed over."""

    to: Mapping[str, int]
    waiting: int
    left: int


def holdings(ports: Ports, address: str) -> tuple[Holding, ...]:
    """By mailbox; also of somebody who is on no people list any more."""
    counts: dict[int, Counter[str]] = {}
    with ports.db.read() as conn:
        for mailbox_id, urgency, number in hand_outs.held_by(conn, address):
            counts.setdefault(mailbox_id, Counter())[urgency] += number
        return tuple(
            Holding(box_id, mailboxes.get(conn, box_id).address, found.total(), found["overdue"])
            for box_id, found in counts.items()
        )


def open_in_team(ports: Ports, team: str) -> int:
    """How many tickets that are not over a team has, in all connected mailboxes."""
    with ports.db.read() as conn:
        return hand_outs.count_of_team(conn, mailboxes.connected(conn), team)


def hand_on(ports: Ports, address: str, actor: str, to: str | None) -> HandedOn:
    """Hand over everything somebody has: to whoever is next (`to` None), or all of it to one person.

    Each ticket's history tells it. Raises Unclear at "to" before anything is moved if that person cannot take all of it.
    """
    held = holdings(ports, address)
    called = _takes_all(ports, address, to, held)
    until = ports.now() + PATIENCE
    taken: Counter[str] = Counter()
    waiting = 0
    for holding in held:
        why = f"handed over by {actor}"
        done = assign.hand_over_all(
            ports, holding.mailbox_id, address, ports.now(), to=to, why=why, goes_on=lambda: ports.now() < until
        )
        taken.update({called.get(each, each): number for each, number in done.to.items()})
        waiting += done.waiting
    left = sum(each.count for each in holdings(ports, address))
    told = {"to": dict(taken), "waiting": waiting, "left": left}
    with ports.db.write() as conn:
        records.log(conn, actor, f"tickets of {address} handed over", ports.now(), None, told)
    ids = [each.mailbox_id for each in held]
    follow(ports, "assign", ids)
    follow(ports, "deliver", ids)
    return HandedOn(dict(taken), waiting, left)


def _takes_all(ports: Ports, address: str, to: str | None, held: tuple[Holding, ...]) -> dict[str, str]:
    """What everybody is called. Raises Unclear if `to` is not there to take what is held."""
    called: dict[str, str] = {}
    missing = []
    with ports.db.read() as conn:
        for holding in held:
            listed = {each.address: each.name or each.address for each in people.of_mailbox(conn, holding.mailbox_id)}
            called |= listed
            if to is not None and to not in listed:
                missing.append(holding.address)
    if to == address:
        raise Unclear("to", "These tickets are theirs already. Choose somebody else.")
    if missing:
        where = ", ".join(missing)
        raise Unclear("to", f"{to} does not work in {where}. Choose somebody who does, or whoever is next.")
    return called
