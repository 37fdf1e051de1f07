"""What the doctor says, and what it does, in the words of tests."""

from __future__ import annotations

from inboxsla.services import checkup
from inboxsla.services.checkup import Finding, fixing
from inboxsla.services.ports import Ports


def problems(ports: Ports) -> dict[str, Finding]:
    """By check, what is not as it should be or could not be looked at."""
    return {finding.check: finding for finding in checkup.found(ports) if not finding.ok}


def the(check: str, ports: Ports) -> Finding:
    """The one finding of this check, good or bad."""
    (finding,) = [finding for finding in checkup.found(ports) if finding.check == check]
    return finding


def fixed(ports: Ports) -> list[tuple[bool, str]]:
    """What `--fix` does about everything there is."""
    return list(fixing.fix(ports, None, checkup.found(ports)))
