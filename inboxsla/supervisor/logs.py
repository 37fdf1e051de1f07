"""The log files of children: one old one is kept, none grows without end."""

from __future__ import annotations

import os
from pathlib import Path

LARGEST = 20 * 1024 * 1024
TAIL_LINES = 5
_TAIL_BYTES = 8192


def rotate(log: Path) -> None:
    """Begin anew; what was written before stays beside it as NAME.log.1."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))


def trim(log: Path, largest: int = LARGEST) -> None:
    """Cut a log that became too large. Its writer goes on undisturbed, because it appends."""
    try:
        if log.stat().st_size <= largest:
            return
    except FileNotFoundError:
        return
    log.with_name(f"{log.name}.1").write_bytes(_end_of(log, largest // 2))
    os.truncate(log, 0)


def tail(log: Path) -> str:
    """The last lines, indented, or nothing."""
    try:
        text = _end_of(log, _TAIL_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    lines = [line.rstrip()[:300] for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])


def _end_of(log: Path, size: int) -> bytes:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - size))
        return file.read()
