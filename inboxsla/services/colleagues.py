"""Everybody on a people list: whom somebody who opened the one-time link may say they are."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, people


@dataclass(frozen=True, slots=True)
class Colleague:
    """`role` is agent, lead or admin: in the first mailbox where they are listed."""

    address: str
    name: str
    role: str


def everybody(ports: Ports) -> tuple[Colleague, ...]:
    """Active people of all connected mailboxes, each once: agents first, then those who lead; by name."""
    found: dict[str, Colleague] = {}
    with ports.db.read() as conn:
        boxes = [box for box in mailboxes.every(conn) if box.kind == "gmail" and box.retired_at is None]
        for box in boxes:
            for each in people.of_mailbox(conn, box.id):
                found.setdefault(each.address, Colleague(each.address, each.name or each.address, each.role))
    return tuple(sorted(found.values(), key=lambda each: (each.role != "agent", each.name)))
