"""A ticket's timers as its page shows them: how they stand, how they ended, and why they are due when they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.speech import Dated, with_hours
from inboxsla.domain.ticket_view import (
    ClockView,
    StepView,
    TicketView,
    TimeLeft,
    clock_time_left,
    how_it_ended,
    said_lengths,
)
from inboxsla.domain.why import extended_words
from inboxsla.web.bars import Bar, bar
from inboxsla.web.speech import BabelSpeech

# More pieces than this do not fit beside each other; then only the table is shown.
STRIP_HOLDS = 5
WIDEST = 24
LIVE = frozenset({State.RUNNING, State.PAUSED})
_STEP_SHORT = {
    Do.REMIND_OWNER: "remind the owner",
    Do.NOTIFY_OWNER: "tell the owner",
    Do.NOTIFY_LEAD: "tell the lead",
    Do.NOTIFY_ON_DUTY_LEAD: "tell the lead on duty",
    Do.NOTIFY_PERSON: "tell %(people)s",
    Do.RAISE_PRIORITY: "raise the priority",
    Do.REASSIGN: "hand over",
    Do.WARN_CLOSING: "warn that it will close",
    Do.TELL_ESCALATED: "tell owner and lead",
    Do.TELL_REFUSED: "tell the owner",
    Do.TELL_MENTIONED: "tell who was mentioned",
}
_NOT_COUNTED = {
    "paused": "paused, not counted",
    "solved": "solved, not counted",
    "away": "out of the inbox, not counted",
    "holiday": "holiday, not counted",
    "closed": "closed, not counted",
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


def live(view: TicketView, say: BabelSpeech, base: datetime) -> tuple[Card, ...]:
    """Timers that run or wait, the most pressing first. `base` is the instant that days are said from."""
    found = [clock for clock in view.clocks if clock.reading.state in LIVE]
    found.sort(key=lambda clock: (clock != view.worst, clock.reading.started_at))
    return tuple(_card(clock, view, say, base) for clock in found)


def ended(view: TicketView, say: BabelSpeech) -> tuple[Card, ...]:
    """Timers that have stopped, the newest first."""
    found = [clock for clock in view.clocks if clock.reading.state not in LIVE]
    found.sort(key=lambda clock: clock.reading.ended_at or clock.reading.started_at, reverse=True)
    return tuple(Card(clock, how_it_ended(clock.reading, say), bar(clock), "", (), None) for clock in found)


def _card(clock: ClockView, view: TicketView, say: BabelSpeech, base: datetime) -> Card:
    dated = view.as_of is not None
    left = clock_time_left(clock.reading, view.now, say, hold_until=view.hold_until, dated=dated)
    why = _why(clock, view, say, base)
    return Card(clock, left, bar(clock), _next_step(clock, view, say), _labels(clock, view, say), why)


def _next_step(clock: ClockView, view: TicketView, say: BabelSpeech) -> str:
    coming = [s for s in clock.steps if s.instant is not None and s.outcome is None and s.instant > view.now]
    if not coming:
        return ""
    step = min(coming, key=lambda s: s.percent)
    assert step.instant is not None  # those were chosen above
    return say.text(
        "Next step %(when)s: %(what)s",
        when=say.short(step.instant, view.now),
        what=", ".join(say.text(_STEP_SHORT[do], people=", ".join(step.notify)) for do in step.do),
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


def _why(clock: ClockView, view: TicketView, say: BabelSpeech, base: datetime) -> Why | None:
    if not clock.why:
        return None
    reading = clock.reading
    due_words = Dated(say) if view.as_of else say
    left = with_hours(max(reading.left, timedelta()), reading.business_day, say)
    title = (
        say.text("Why %(when)s?", when=due_words.moment(reading.due_at, view.now))
        if reading.due_at
        else say.text("Why %(when)s?", when=say.text("%(length)s left", length=left))
    )
    sentence = {
        "critical": "%(promise)s: critical priority gets %(length)s, %(counted)s.",
        "high": "%(promise)s: high priority gets %(length)s, %(counted)s.",
        "normal": "%(promise)s: normal priority gets %(length)s, %(counted)s.",
        "low": "%(promise)s: low priority gets %(length)s, %(counted)s.",
    }[view.priority]
    # Whoever changed the hours since then sees the spans they were closed in.
    closed = any(span.kind in ("closed", "holiday") for span in clock.why)
    said = say.text(
        sentence,
        promise=say.text(clock.name),
        length=with_hours(clock.promised, reading.business_day, say),
        counted=say.text(
            "counted around the clock" if clock.always_open and not closed else "counted in opening hours"
        ),
    )
    sentence = " ".join([said, *extended_words(clock, due_words, view.now)])
    return Why(title, sentence, tuple(_pieces(clock, base, say)))


def _pieces(clock: ClockView, base: datetime, say: BabelSpeech) -> Iterable[Piece]:
    whole = clock.why[-1].end - clock.why[0].start
    for span, length in zip(clock.why, said_lengths(clock), strict=True):
        weight = min(max(round((span.end - span.start) / whole * WIDEST), 1), WIDEST)
        day, hours = _when(span.start, span.end, base, say)
        what = _what(span.kind, length or timedelta(), say)
        yield Piece(span.kind, day, hours, f"{what} ({span.reason})" if span.reason else what, weight)


def _what(kind: str, shown: timedelta, say: BabelSpeech) -> str:
    if kind == "counted":
        return say.text("%(length)s counted", length=say.length(shown))
    if kind == "left":
        return say.text("%(length)s left", length=say.length(shown))
    return say.text(_NOT_COUNTED[kind])


def _when(start: datetime, end: datetime, base: datetime, say: BabelSpeech) -> tuple[str, str]:
    if say.same_day(start, end):
        return say.day(start, base), f"{say.clock(start)}–{say.clock(end)}"
    return "", f"{say.short(start, base)} – {say.short(end, base)}"
