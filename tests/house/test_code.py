"""What holds for every line of code, whoever writes it."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests.house.source import ROOT, calls, python_files, tree_of, where

PRODUCT = ("inboxsla", "addon", "workers")
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns")
SLEEPS = ("time.sleep", "sleep", "asyncio.sleep")
# A file that may be longer, with the reason.
MAY_BE_LONG: dict[str, str] = {}
LONGEST = 300


def test_imports_point_downwards_only() -> None:
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True, no_logo=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (
        "the import contract in pyproject.toml is broken: move the code to the floor it belongs to, or pass the value in "
        f"from above\n{done.stdout}{done.stderr}"
    )


def test_the_domain_and_the_services_are_told_the_time() -> None:
    found = [
        f"{where(file, line)} {name}"
        for file in python_files("inboxsla/domain", "inboxsla/services")
        for line, name in calls(file)
        if name.endswith(CLOCKS)
    ]
    assert not found, f"take `now` as an argument; only the wiring knows a clock: {found}"


def test_imports_stand_at_the_top_of_the_file() -> None:
    found = {
        where(file, inner.lineno)
        for file in python_files(*PRODUCT)
        for outer in ast.walk(tree_of(file))
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    assert not found, (
        f"move these imports to the top; if that makes a cycle, the code is on the wrong floor: {sorted(found)}"
    )


def test_no_file_is_too_long_to_read() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in python_files(*PRODUCT, "tests")
    }
    long = {name: length for name, length in lengths.items() if length > LONGEST and name not in MAY_BE_LONG}
    assert not long, f"above {LONGEST} lines; split by responsibility, or name it in MAY_BE_LONG with a reason: {long}"
    assert not MAY_BE_LONG.keys() - lengths.keys(), "MAY_BE_LONG names files that no longer exist; take them out"


def test_no_test_sleeps() -> None:
    found = [where(file, line) for file in python_files("tests") for line, name in calls(file) if name in SLEEPS]
    assert not found, f"pass the time as a value, or wait for the thing itself (an event, a line, a process): {found}"
