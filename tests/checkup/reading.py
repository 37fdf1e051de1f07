"""What the doctor says, and what it does, in the words of tests."""

from __future__ import annotations

from inboxsla.services import checkup
from inboxsla.services.checkup import Finding, fixing
from inboxsla.services.ports import Ports

# The desks of most tests have none; those of `test_second_route` ask about it.
_SECOND_ROUTE = "alarms.route"


def problems(ports: Ports) -> dict[str, Finding]:
    """By check, what is not as it should be or could not be looked at, but for a second route that there is not."""
    found = (finding for finding in checkup.found(ports) if not finding.ok)
    return {finding.check: finding for finding in found if finding.check != _SECOND_ROUTE}


def the(check: str, ports: Ports) -> Finding:
    """The one finding of this check, good or bad."""
    (finding,) = [finding for finding in checkup.found(ports) if finding.check == check]
    return finding


def fixed(ports: Ports) -> list[tuple[bool, str]]:
    """What `--fix` does about everything there is."""
    return list(fixing.fix(ports, None, checkup.found(ports)))
