"""Texts, instants and tables as any terminal, pipe or program can take them."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from datetime import UTC, datetime
from io import StringIO

from rich.console import Console
from rich.table import Table

from inboxsla.domain.speech import NBSP, English

# Joiners shape emoji and several scripts; every other format character only hides or reorders.
_HARMLESS = frozenset("\u200c\u200d")
_DANGEROUS = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
# So wide that nothing is cut where a program reads, and not so wide that a runaway column fills the disk.
_PIPE_WIDTH = 400


def plain(text: str, limit: int = 0) -> str:
    """Text that shows what it is in any terminal: one line, and nothing that moves the cursor, colours, hides or reorders.

    Cut to `limit` characters, if given, with an ellipsis.
    """
    kept = (c for c in text.replace(NBSP, " ") if c.isspace() or c in _HARMLESS or _is_shown(c))
    shown = " ".join("".join(kept).split())
    return shown if not limit or len(shown) <= limit else shown[: limit - 1].rstrip() + "…"


def _is_shown(character: str) -> bool:
    return unicodedata.category(character) not in _DANGEROUS


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, as JSON says it."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(at: datetime, say: English) -> str:
    """Day, year, time and zone: for instants that may be years away."""
    there = at.astimezone(say.zone)
    return f"{there:%a} {there.day} {there:%b %Y %H:%M} {there.tzname()}"


def day(at: datetime, say: English) -> str:
    there = at.astimezone(say.zone)
    return f"{there.day} {there:%b %Y}"


def count(number: int, one: str, many: str = "") -> str:
    """ "1 thread", "1,250 threads"; `many` where it is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def on_screen() -> bool:
    return sys.stdout.isatty()


def width() -> int:
    """Columns of the window; where nobody looks at one, what COLUMNS says or plenty."""
    if on_screen():
        return max(shutil.get_terminal_size((100, 24)).columns, 40)
    asked = os.environ.get("COLUMNS", "")
    return max(int(asked), 40) if asked.isdecimal() and asked.isascii() else _PIPE_WIDTH


def rendered(table: Table) -> str:
    """A table as text that fits `width`; colours only on a screen that wants them."""
    out = StringIO()
    screen = on_screen()
    console = Console(
        file=out,
        width=width(),
        force_terminal=screen,
        no_color=None if screen else True,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
    console.print(table)
    return "".join(line.rstrip() + "\n" for line in out.getvalue().splitlines())
