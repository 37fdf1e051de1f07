"""What-if over stored timelines of six events each: read, both policies replayed, added up; and what memory that takes."""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

from inboxsla.config.document import read
from inboxsla.services import whatif
from inboxsla.services.ports import Ports
from tests.bench import settling

TICKETS = 5_000
ALL = 100_000
DRAFT = """
default_policy = "Shorter"

[calendars.office]
zone = "Europe/Berlin"
hours = { mon = "09:00–17:00", tue = "09:00–17:00", wed = "09:00–17:00", thu = "09:00–17:00", fri = "09:00–17:00" }

[[policies]]
name = "Shorter"
calendar = "office"
targets = { first_response = "2h", next_response = "4h", resolution = "2 business days" }
"""


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as folder, settling.office(Path(folder), TICKETS) as ports:
        _replay(ports)
        begun = time.perf_counter()
        found = _replay(ports)
        seconds = (time.perf_counter() - begun) * ALL / TICKETS
        assert found.tickets == TICKETS
        yield f"SQLite: what-if of {ALL:,} tickets, clocks", f"{seconds:.1f} s", "≤ 20 s", seconds <= 20
        tracemalloc.start()
        _replay(ports)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        yield f"its memory at {TICKETS:,} tickets", f"{peak:.0f} MiB", "≤ 50 MiB", peak <= 50


def _replay(ports: Ports) -> whatif.WhatIf:
    return whatif.whatif(ports, read(DRAFT, "draft", ports.now()).document, 90, None, lambda _: None)
