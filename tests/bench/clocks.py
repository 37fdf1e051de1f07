"""Reading clocks: one promise, a whole decision, and what a what-if does with each of its timelines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from statistics import median

from inboxsla.domain.clock import read_clock, read_ticket, runs_of
from inboxsla.domain.decide import decide
from inboxsla.domain.fold import standing
from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Event
from tests.people import (
    ANA,
    HOUR,
    JONAS,
    LONG_AGO,
    assigned,
    governed,
    held,
    june,
    machine_wrote,
    noted,
    policy,
    prioritised,
    replied,
    tagged,
    wrote,
)

NOW = june("3 10:00")
CALLS, ROUNDS = 200, 25
STANDARD, DRAFT = policy(), policy(first=2 * HOUR, next=4 * HOUR, resolution=16 * HOUR)
LATER = {1: DRAFT}


def figures() -> Iterable[tuple[str, str, str, bool]]:
    facts = standing(_busy(), STANDARD.habits, NOW, {1: DRAFT.habits})
    runs = {run.cycle.metric.value: run for run in runs_of(facts, STANDARD, LATER)}
    assert len(runs) == 3
    for name, run in runs.items():
        yield _row(f"read one clock: {name}, {len(run.stopped)} pauses", 20, lambda run=run: read_clock(run, NOW))
    busy = _settled()
    assert len(busy) == 20
    yield _row("decide: 20 events, 3 clocks", 150, lambda: decide(busy, STANDARD, NOW, LONG_AGO, LATER))
    short = _short()
    yield _row("what-if, clocks only: 6 events, 2 policies", 150, lambda: [_read(short, p) for p in (STANDARD, DRAFT)])


def _read(events: list[Event], rules: Policy) -> object:
    return read_ticket(standing(events, rules.habits, NOW), rules, NOW)


def _busy() -> list[Event]:
    """Asked and nudged, answered, put on hold twice, made urgent, handed over, asked again."""
    return [
        wrote(june("1 10:00")),
        assigned(june("1 10:01"), ANA),
        tagged(june("1 10:01"), "multi-touch"),
        governed(june("1 10:01"), 1),
        noted(june("1 10:30")),
        machine_wrote(june("1 10:40")),
        wrote(june("1 10:45")),
        replied(june("1 11:00")),
        replied(june("1 11:20")),
        held(june("1 12:00"), june("2 11:00")),
        prioritised(june("2 09:00"), "high"),
        wrote(june("2 12:00")),
        wrote(june("2 12:10")),
        held(june("2 13:00"), june("2 15:00")),
        noted(june("2 13:30")),
        assigned(june("2 14:00"), JONAS),
        machine_wrote(june("2 15:30")),
    ]


def _settled() -> list[Event]:
    """With the reminder steps that were taken on the way."""
    events = _busy()
    return [*events, *decide(events, STANDARD, NOW, LONG_AGO, LATER).steps_taken]


def _short() -> list[Event]:
    asked_again = june("2 10:00")
    return [
        wrote(june("1 10:00")),
        assigned(june("1 10:01"), ANA),
        replied(june("1 11:00")),
        machine_wrote(june("1 12:00")),
        wrote(asked_again),
        replied(june("2 12:00")),
    ]


def _row(name: str, goal: int, call: Callable[[], object]) -> tuple[str, str, str, bool]:
    micros = median(_seconds(call) for _ in range(ROUNDS)) / CALLS * 1e6
    return name, f"{micros:.1f} µs", f"≤ {goal} µs", micros <= goal


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        call()
    return time.process_time() - began
