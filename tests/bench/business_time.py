"""Business time: one call from 1 day to 10 years, and a million at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.services.bulk_time import add_many, between_many

BERLIN = ZoneInfo("Europe/Berlin")
HORIZONS = {"1 day": 1, "30 days": 30, "1 year": 365, "10 years": 3650}
DAY_US = 86_400_000_000
CALLS, ROUNDS, MILLION = 256, 41, 1_000_000


def figures() -> Iterable[tuple[str, str, str, bool]]:
    office = BusinessCalendar(
        "Europe/Berlin",
        {day: [("09:00", "12:30"), ("13:15", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
        holidays=[f"{year}-{date}" for year in range(2026, 2040) for date in ("01-01", "05-01", "10-03", "12-25")],
    )
    starts = [datetime(2026, 1, 5, 8, tzinfo=BERLIN) + timedelta(hours=31.7 * n) for n in range(CALLS)]
    for name, prepare in (("between", _betweens), ("add", _adds)):
        # Horizons take turns, so that a busy moment of the machine touches all of them alike.
        calls = {label: prepare(office, starts, days) for label, days in HORIZONS.items()}
        rounds = [{label: _seconds(call) / CALLS * 1e6 for label, call in calls.items()} for _ in range(ROUNDS)]
        typical = {label: median(each[label] for each in rounds) for label in HORIZONS}
        for label, micros in typical.items():
            yield f"{name}, {label}", f"{micros:.2f} µs", "≤ 5 µs", micros <= 5
        growth = median(each["10 years"] / each["1 day"] for each in rounds)
        yield f"{name}, 10 years against 1 day", f"{growth:.2f} ×", "≤ 1.5 ×", growth <= 1.5
    yield from _bulk(office)


def _betweens(calendar: BusinessCalendar, starts: list[datetime], days: int) -> Callable[[], object]:
    pairs = [(start, start + timedelta(days=days)) for start in starts]
    return lambda: [calendar.between(a, b) for a, b in pairs]


def _adds(calendar: BusinessCalendar, starts: list[datetime], days: int) -> Callable[[], object]:
    spans = [calendar.between(start, start + timedelta(days=days)) for start in starts]
    pairs = [(start, span or timedelta(hours=1)) for start, span in zip(starts, spans, strict=True)]
    return lambda: [calendar.add(start, span) for start, span in pairs]


def _bulk(calendar: BusinessCalendar) -> Iterable[tuple[str, str, str, bool]]:
    random = np.random.default_rng(2026)
    starts = 1_770_000_000_000_000 + random.integers(0, 365 * DAY_US, MILLION)
    lengths = random.integers(0, 3650 * DAY_US, MILLION)
    ends = starts + lengths
    spans = between_many(calendar, starts, ends)
    for name, call in (
        ("between_many", lambda: between_many(calendar, starts, ends)),
        ("add_many", lambda: add_many(calendar, starts, spans)),
    ):
        seconds = median(_seconds(call) for _ in range(5))
        yield f"{name}, 1,000,000 of up to 10 years", f"{seconds:.3f} s", "≤ 0.3 s", seconds <= 0.3


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
