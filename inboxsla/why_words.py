"""Why a timer is due when it is, in words: the promise as a sentence, and the time from start to due piece by piece."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.speech import Dated, with_hours
from inboxsla.domain.ticket_view import ClockView, TicketView, said_lengths
from inboxsla.domain.why import extended_words
from inboxsla.speech import BabelSpeech

# More pieces than this do not fit beside each other; then only the table is shown.
STRIP_HOLDS = 5
WIDEST = 24
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


def why_words(clock: ClockView, view: TicketView, say: BabelSpeech, base: datetime) -> Why | None:
    """None for a timer that has nothing to explain. `base` is the instant that days are said from."""
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
