"""The repository as the house tests read it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git would carry; skips the test where this is not a git work tree."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git work tree, so there is no list of tracked files")
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def text_of(file: Path) -> str:
    """Its text, or nothing for pictures and other binary files."""
    raw = file.read_bytes()
    return "" if b"\0" in raw[:4096] else raw.decode(errors="replace")


def python_files(*folders: str) -> Iterator[Path]:
    """The Python files below these folders of the repository."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), filename=str(file))


def calls(file: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call, as it is written."""
    for node in ast.walk(tree_of(file)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            yield node.lineno, ast.unparse(node.func)


def where(file: Path, line: int) -> str:
    return f"{file.relative_to(ROOT)}:{line}"
