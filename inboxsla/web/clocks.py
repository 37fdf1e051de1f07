"""A ticket's timers as its page shows them: how they stand, how they ended, and why they are due when they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.ticket_view import (
    ClockView,
    StepView,
    TicketView,
    TimeLeft,
    clock_time_left,
    how_it_ended,
)
from inboxsla.speech import BabelSpeech
from inboxsla.web.bars import Bar, bar
from inboxsla.why_words import Why, why_words

LIVE = frozenset({State.RUNNING, State.PAUSED})
_STEP_SHORT = {
    Do.REMIND_OWNER: "remind the owner",
    Do.NOTIFY_OWNER: "tell the owner",
    Do.NOTIFY_TEAM: "tell the team",
    Do.NOTIFY_LEAD: "tell the lead",
    Do.NOTIFY_ON_DUTY_LEAD: "tell the lead on duty",
    Do.NOTIFY_PERSON: "tell %(people)s",
    Do.RAISE_PRIORITY: "raise the priority",
    Do.ADD_TAG: "add the tag %(people)s",
    Do.POST_WEBHOOK: "post to %(people)s",
    Do.REASSIGN: "hand over",
    Do.WARN_CLOSING: "warn that it will close",
    Do.TELL_ESCALATED: "tell owner and lead",
    Do.TELL_REFUSED: "tell the owner",
    Do.TELL_MENTIONED: "tell who was mentioned",
    Do.TELL_HANDED_OVER: "tell who it was handed to",
    Do.TELL_CUSTOMER: "tell the customer",
}


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
    why = why_words(clock, view, say, base)
    return Card(clock, left, bar(clock), _next_step(clock, view, say), _labels(clock, view, say), why)


def _next_step(clock: ClockView, view: TicketView, say: BabelSpeech) -> str:
    coming = [s for s in clock.steps if s.comes(view.now)]
    if not coming:
        return ""
    step = min(coming, key=lambda s: s.percent)
    assert step.instant is not None  # those were chosen above
    return say.text(
        "Next step %(when)s: %(what)s",
        when=say.short(step.instant, view.now),
        what=", ".join(say.text(_STEP_SHORT[do], people=", ".join(step.step.targets(do))) for do in step.do),
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
