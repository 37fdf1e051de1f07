"""`inboxsla check`: everything CI asks, in the order in which it is quickest to fail."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_NEEDED = ("ruff", "mypy", "importlinter", "pytest", "xdist", "hypothesis")


def run(arguments: Sequence[str]) -> int:
    """Run lint, types, import contract and tests; `arguments` go to pytest. Returns 0 if all passed."""
    if not (ROOT / "tests").is_dir():
        print("`inboxsla check` works in a checkout of InboxSLA; this is an installed copy.", file=sys.stderr)
        return 1
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        print(
            f"The tools for checking are not installed ({', '.join(missing)}): run `make setup-dev`.", file=sys.stderr
        )
        return 1
    python = sys.executable
    # One more than there are processors: some tests wait for processes and for time to pass.
    at_once = str(min(4, 1 + (os.cpu_count() or 1)))
    tests = [python, "-m", "pytest", *(arguments or ("-n", at_once, "--dist", "worksteal"))]
    # Tests start many processes, and each would compile everything anew.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    steps = {
        "lint": [python, "-m", "ruff", "check", "."],
        "format": [python, "-m", "ruff", "format", "--check", "."],
        "types": [python, "-m", "mypy"],
        "import contract": [
            python,
            "-c",
            "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))",
        ],
        "tests": tests,
    }
    for name, command in steps.items():
        print(f"== {name}", flush=True)
        # Checking types leaves a processor free.
        with _compiling(environ) if name == "types" and not arguments else nullcontext():
            code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        if code:
            print(f"== {name} did not pass", file=sys.stderr)
            return 1
    return 0


def _compiling(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Has every test file compiled once, before several processes need them all at the same time; says nothing."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-n", "0"]
    return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
