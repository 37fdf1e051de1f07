"""One child process: how it is described, started, and how its end is told."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inboxsla.errors import InboxSLAError
from inboxsla.supervisor.parentage import bound_to


class CannotStart(InboxSLAError):
    """A part of InboxSLA does not come up, and going on without it makes no sense."""


class Stopped(InboxSLAError):
    """Somebody asked to stop while something was still starting."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep running. `underlies`: others need it, so it is stopped after them."""

    name: str
    command: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    underlies: bool = False


def spawn(child: Child, environ: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start it in a session of its own, writing to the end of `log`, bound to die with this process.

    Raises CannotStart if the command cannot be run.
    """
    try:
        with log.open("ab") as written:
            return subprocess.Popen(
                list(child.command),
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env={**environ, **child.environ},
                start_new_session=True,
                preexec_fn=bound_to(os.getpid()),
            )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotStart(f"{child.name} cannot be started: {error}") from error


def ending_of(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
