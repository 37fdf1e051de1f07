"""A ticket's timers as its page shows them: how they stand, how they ended, and why they are due when they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, State
from inboxsla.domain.policy import Do
from inboxsla.domain.ticket_view import ClockView, StepView, TicketView, TimeLeft, WhySpan, clock_time_left
from inboxsla.domain.timeline import Metric
from inboxsla.web.bars import Bar, bar
from inboxsla.web.speech import BabelSpeech

MINUTE = timedelta(minutes=1)
# More pieces than this do not fit beside each other; then only the table is shown.
STRIP_HOLDS = 5
WIDEST = 24
LIVE = frozenset({State.RUNNING, State.PAUSED})
_STEP_SHORT = {
    Do.REMIND_OWNER: "remind the owner",
    Do.NOTIFY_OWNER: "tell the owner",
    Do.NOTIFY_LEAD: "tell the lead",
    Do.REASSIGN: "hand over",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of the time from start to due. `weight` (1 to 24) is its share of the strip."""

    kind: str
    day: str
    hours: str
    what: str
    weight: int


@dataclass(frozen=True, slots=True)
class Why:
    title: str
    sentence: str
    pieces: tuple[Piece, ...]

    @property
    def fits(self) -> bool:
        return len(self.pieces) <= STRIP_HOLDS


@dataclass(frozen=True, slots=True)
class Card:
    """One timer. `next_step` is a sentence, empty when none comes; `labels` are times under the bar: x, text, anchor."""

    clock: ClockView
    left: TimeLeft
    bar: Bar
    next_step: str
    labels: tuple[tuple[float, str, str], ...]
    why: Why | None


def live(view: TicketView, say: BabelSpeech) -> tuple[Card, ...]:
    """Timers that run or wait, the most pressing first."""
    found = [clock for clock in view.clocks if clock.reading.state in LIVE]
    found.sort(key=lambda clock: (clock != view.worst, clock.reading.started_at))
    return tuple(_card(clock, view, say) for clock in found)


def ended(view: TicketView, say: BabelSpeech) -> tuple[Card, ...]:
    """Timers that have stopped, the newest first."""
    found = [clock for clock in view.clocks if clock.reading.state not in LIVE]
    found.sort(key=lambda clock: clock.reading.ended_at or clock.reading.started_at, reverse=True)
    return tuple(Card(clock, how_it_ended(clock.reading, say), bar(clock), "", (), None) for clock in found)


def how_it_ended(clock: ClockReading, say: BabelSpeech) -> TimeLeft:
    """ "Answered in 38 min" and "22 min to spare"."""
    length = say.length(clock.elapsed)
    if clock.state is State.CLOSED_WITHOUT_REPLY:
        return TimeLeft(say.text("Closed without a reply"), say.text("after %(length)s", length=length))
    done = "Solved in %(length)s" if clock.metric is Metric.RESOLUTION else "Answered in %(length)s"
    if clock.breached:
        return TimeLeft(say.text(done, length=length), say.text("%(length)s over", length=say.length(clock.late_by)))
    return TimeLeft(
        say.text(done, length=length), say.text("%(length)s to spare", length=say.length(max(clock.left, timedelta())))
    )


def _card(clock: ClockView, view: TicketView, say: BabelSpeech) -> Card:
    left = clock_time_left(clock.reading, view.now, say, hold_until=view.hold_until)
    return Card(
        clock, left, bar(clock), _next_step(clock, view, say), _labels(clock, view, say), _why(clock, view, say)
    )


def _next_step(clock: ClockView, view: TicketView, say: BabelSpeech) -> str:
    coming = [s for s in clock.steps if s.instant is not None and s.outcome is None and s.instant > view.now]
    if not coming:
        return ""
    step = min(coming, key=lambda s: s.percent)
    assert step.instant is not None  # those were chosen above
    return say.text(
        "Next step %(when)s: %(what)s",
        when=say.short(step.instant, view.now),
        what=", ".join(say.text(_STEP_SHORT[do]) for do in step.do),
    )


def _labels(clock: ClockView, view: TicketView, say: BabelSpeech) -> tuple[tuple[float, str, str], ...]:
    """Times under the dots; none where they would need a day beside them or say the same twice."""
    placed = bar(clock)
    steps: Sequence[StepView] = [notch.step for notch in placed.notches]
    if any(step.instant is None or say.day(step.instant, view.now) for step in steps):
        return ()
    times = [say.clock(step.instant) for step in steps if step.instant is not None]
    if len(set(times)) < len(times):
        return ()
    anchors = ["start" if step.percent >= 100 else "middle" for step in steps]
    return tuple(zip([notch.x for notch in placed.notches], times, anchors, strict=True))


def _why(clock: ClockView, view: TicketView, say: BabelSpeech) -> Why | None:
    if not clock.why:
        return None
    reading = clock.reading
    title = (
        say.text("Why %(when)s?", when=say.moment(reading.due_at, view.now))
        if reading.due_at
        else say.text("Why %(when)s?", when=say.text("%(length)s left", length=say.length(reading.left)))
    )
    sentence = {
        "critical": "%(promise)s: critical priority gets %(length)s, counted in opening hours.",
        "high": "%(promise)s: high priority gets %(length)s, counted in opening hours.",
        "normal": "%(promise)s: normal priority gets %(length)s, counted in opening hours.",
        "low": "%(promise)s: low priority gets %(length)s, counted in opening hours.",
    }[view.priority]
    said = say.text(sentence, promise=say.text(clock.name), length=say.length(reading.target))
    return Why(title, said, tuple(_pieces(clock.why, view.now, say)))


def _pieces(spans: Sequence[WhySpan], now: datetime, say: BabelSpeech) -> Iterable[Piece]:
    whole = spans[-1].end - spans[0].start
    before = timedelta()
    for span in spans:
        counts = span.kind in ("counted", "left")
        shown = _minutes(before + span.length) - _minutes(before) if counts else 0
        before += span.length if counts else timedelta()
        weight = min(max(round((span.end - span.start) / whole * WIDEST), 1), WIDEST)
        day, hours = _when(span.start, span.end, now, say)
        yield Piece(span.kind, day, hours, _what(span.kind, shown * MINUTE, say), weight)


def _minutes(length: timedelta) -> int:
    # Up, because what is left is said rounded down: so the pieces add up to the promise.
    return -(-length // MINUTE)


def _what(kind: str, shown: timedelta, say: BabelSpeech) -> str:
    if kind == "counted":
        return say.text("%(length)s counted", length=say.length(shown))
    if kind == "left":
        return say.text("%(length)s left", length=say.length(shown))
    return say.text("paused, not counted") if kind == "paused" else say.text("closed, not counted")


def _when(start: datetime, end: datetime, now: datetime, say: BabelSpeech) -> tuple[str, str]:
    if say.same_day(start, end):
        return say.day(start, now), f"{say.clock(start)}–{say.clock(end)}"
    return "", f"{say.short(start, now)} – {say.short(end, now)}"
