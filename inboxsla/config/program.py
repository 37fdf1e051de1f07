"""How this program is called by the person who reads what it says."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def typed(command: str) -> str:
    """`inboxsla COMMAND` as it can be typed where this process was started, whether or not an environment is activated."""
    program = Path(sys.executable).with_name("inboxsla")
    if shutil.which("inboxsla") or not program.exists():
        return f"inboxsla {command}"
    here = Path.cwd()
    if program.parent == here:
        return f"./inboxsla {command}"
    return f"{program.relative_to(here) if program.is_relative_to(here) else program} {command}"
