"""Who works by which calendar: policies, people and rules of the configuration in force, and the open tickets under them."""

from __future__ import annotations

from dataclasses import dataclass

from inboxsla.config.document import calendar_names
from inboxsla.config.document.calendar_names import Uses
from inboxsla.services.in_force import InForce
from inboxsla.services.ports import Ports
from inboxsla.storage import configurations

NOBODY = Uses()


@dataclass(frozen=True, slots=True)
class Used:
    by: Uses
    open_tickets: int


def used(ports: Ports, force: InForce) -> dict[str, Used]:
    """Calendar → who uses it; those that nobody uses are left out."""
    with ports.db.read() as conn:
        counted = configurations.open_by_policy(conn)
    return {
        name: Used(by, sum(counted.get(policy, 0) for policy in by.policies))
        for name, by in calendar_names.uses(force.document).items()
    }
