"""From a mail's arrival to its label in Gmail: told by a push, with two workers, and Gmail taking 100 ms over every call."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from random import Random

from tests.road.pushed import Road, road

MAILS, LATENCY = 200, 0.1
WARMING = 5
GOAL = 2.0
_LOOK_EVERY = 0.01
_PATIENCE = 60.0


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with road(latency=LATENCY) as made:
        _labelled_after(made, range(WARMING), Random(1))
        took = sorted(_labelled_after(made, range(WARMING, WARMING + MAILS), Random(7)))
        assert len(took) == MAILS
    p50, p99 = took[len(took) // 2 - 1], took[-(-99 * len(took) // 100) - 1]
    what = f"push to label, {MAILS} mails, Gmail at {LATENCY * 1000:.0f} ms"
    yield f"{what}: p50", f"{p50:.2f} s", f"≤ {GOAL:.0f} s", p50 <= GOAL
    yield f"{what}: p99", f"{p99:.2f} s", f"≤ {GOAL:.0f} s", p99 <= GOAL


def _labelled_after(made: Road, mails: Iterable[int], dice: Random) -> list[float]:
    """Seconds each mail waited for its label. They arrive a second apart on average, whether the last was labelled or not."""
    arrived: dict[str, float] = {}
    took: list[float] = []
    wait = threading.Event().wait

    def look(until: float) -> None:
        while (now := time.monotonic()) < until and (arrived or until != end):
            labelled = made.labelled()
            took.extend(now - arrived.pop(thread) for thread in list(arrived) if thread in labelled)
            wait(_LOOK_EVERY)

    end = 0.0
    for nth in mails:
        begun = time.monotonic()
        arrived[made.writes(nth)] = begun
        look(begun + dice.expovariate(1.0))
    end = time.monotonic() + _PATIENCE
    look(end)
    return took
