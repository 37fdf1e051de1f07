"""How far long work has come, on stderr: a bar for a person, a line now and then for a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_EVERY = 5.0


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yields a function to be told how much more is done, in the unit of `total`."""
    if sys.stderr.isatty():
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(title, total=max(total, 1))
            yield lambda more: bar.advance(task, more)
            bar.update(task, completed=max(total, 1))
        return
    begun = told = time.monotonic()
    done = 0

    def moved(more: int) -> None:
        nonlocal done, told
        done += more
        if time.monotonic() - told >= _EVERY:
            told = time.monotonic()
            print(f"{title}: {min(100, 100 * done // max(total, 1))} %", file=sys.stderr, flush=True)

    yield moved
    print(f"{title}: done in {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
