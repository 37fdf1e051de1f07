"""Where things stand on a clock bar, in percent of its width. Its whole width is 120 % of the promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inboxsla.domain.clock import ClockReading
from inboxsla.domain.ticket_view import ClockView, StepView

WHOLE = 120
# Bars move by the minute, like the words beside them; those of very short promises a little oftener.
GRAIN, FINE_GRAIN, SHORT = timedelta(minutes=1), timedelta(seconds=15), timedelta(minutes=30)
DUE = 100 / WHOLE * 100


@dataclass(frozen=True, slots=True)
class Notch:
    """A reminder step on the bar; `done` once it was taken."""

    x: float
    step: StepView

    @property
    def done(self) -> bool:
        return self.step.outcome is not None


@dataclass(frozen=True, slots=True)
class Bar:
    """`used` runs from the left edge, `over` from `due` on; both end at the right edge at the latest."""

    used: float
    over: float
    due: float
    notches: tuple[Notch, ...]


def bar(clock: ClockView) -> Bar:
    reading = clock.reading
    percent = _percent(reading)
    used = _at(min(percent, 100))
    over = _at(percent) - used if percent > 100 else 0.0
    notches = tuple(Notch(_at(step.percent), step) for step in clock.steps if step.percent <= WHOLE)
    return Bar(used, round(over, 2), round(DUE, 2), notches)


def _percent(reading: ClockReading) -> float:
    if not reading.target:
        return WHOLE
    grain = FINE_GRAIN if reading.target < SHORT else GRAIN
    percent = reading.elapsed // grain * grain / reading.target * 100
    return min(max(percent, 100 if reading.breached else 0), WHOLE)


def _at(percent: float) -> float:
    return round(percent / WHOLE * 100, 2)
