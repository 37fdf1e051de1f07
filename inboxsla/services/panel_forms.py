"""What forms let people choose from."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.domain.duty import is_absent
from inboxsla.domain.people import Absence
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.viewers import Viewer
from inboxsla.storage import absences, people, tickets


@dataclass(frozen=True, slots=True)
class Choices:
    """`people` are (address, name, whether they are away), those who are there first; `reasons` are those for a hold.

    `absence` is what the viewer said last about being away.
    """

    people: tuple[tuple[str, str, bool], ...]
    reasons: tuple[str, ...]
    absence: Absence | None


def choices(ports: Ports, viewer: Viewer, ticket_id: int | None, act: str) -> Choices:
    """For a ticket that `viewer` may see, or without one for all of their mailboxes; whom `act` would refuse is left out."""
    now = ports.now()
    with ports.db.read() as conn:
        row = tickets.find(conn, ticket_id) if ticket_id is not None else None
        boxes = [row.mailbox_id] if row is not None else sorted(viewer.roles)
        found = {person.address: person for box_id in boxes for person in people.of_mailbox(conn, box_id)}
        reasons = in_force(conn, ports.settings).document.hold_reasons
        absence = absences.of(conn, viewer.address)
    refused = viewer.address if act == "absence" else row.owner if act == "hand_over" and row is not None else None
    found.pop(refused or "", None)
    listed = sorted(found.values(), key=lambda person: (is_absent(person, now), person.name.casefold()))
    return Choices(
        tuple((each.address, each.name or each.address, is_absent(each, now)) for each in listed),
        tuple(reasons),
        absence,
    )
