"""Why a number is so: every clock of a ticket with its steps, and the time from its start to its due instant piece by piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import NO_CHANGES, ClockReading, Reading, Running, State, running
from inboxsla.domain.escalation import instant_of, repetition
from inboxsla.domain.policy import Policy, Step
from inboxsla.domain.returning import in_force, taken
from inboxsla.domain.speech import Speech, with_hours
from inboxsla.domain.ticket_view import ClockView, StepView, WhySpan
from inboxsla.domain.timeline import Cycle, Span, Standing, Status

_NOTHING = timedelta(0)
_PAUSED = {"waiting_on_customer": "paused", "on_hold": "paused", "solved": "solved", "closed": "solved"}


def clock_views(
    facts: Standing, reading: Reading, policy: Policy, now: datetime, later: Mapping[int, Policy] = NO_CHANGES
) -> tuple[ClockView, ...]:
    """Every clock of a ticket with its steps and with the spans that explain its due instant."""
    cycles = {(cycle.metric, cycle.key): cycle for cycle in facts.cycles}
    return tuple(
        _clock_view(cycles[clock.metric, clock.key], clock, facts, policy, now, later) for clock in reading.clocks
    )


def extended_words(clock: ClockView, say: Speech, now: datetime) -> tuple[str, ...]:
    """What a promise was given beyond its target by hand, a sentence each: "2 h more since 11:00 CET: parts are late."."""
    return tuple(
        say.text(
            "%(length)s more since %(when)s: %(reason)s.",
            length=with_hours(one.length, clock.reading.business_day, say),
            when=say.moment(one.at, now),
            reason=one.reason,
        )
        for one in clock.extended
    )


def return_views(facts: Standing, policy: Policy, later: Mapping[int, Policy] = NO_CHANGES) -> tuple[Step, ...]:
    """The steps of the policy in force that come if the customer keeps coming back, the nearest first."""
    if facts.status is Status.NOT_A_TICKET:
        return ()
    return tuple(
        step
        for times, step in in_force(facts, policy, later).on_reopening.items()
        if times > len(facts.reopenings) and not taken(facts, times)
    )


def _clock_view(
    cycle: Cycle, clock: ClockReading, facts: Standing, policy: Policy, now: datetime, later: Mapping[int, Policy]
) -> ClockView:
    run = running(cycle, facts, policy, later)
    assert run is not None, "a clock that was read has a target"
    steps = tuple(_step_view(run, step, clock, facts, now) for step in run.policy.steps_of(cycle.metric))
    mine = (given for given in facts.extensions if (given.metric, given.key) == (cycle.metric, cycle.key))
    given = tuple(one for one in mine if cycle.ended_at is None or one.at < cycle.ended_at)
    return ClockView(clock, steps, tuple(_why(run, clock, facts.spans, now)), run.calendar.is_always_open, given)


def _step_view(run: Running, step: Step, clock: ClockReading, facts: Standing, now: datetime) -> StepView:
    before = facts.steps.get((run.cycle.metric, run.cycle.key, step.key))
    if step.every is not None:
        runs = clock.state is State.RUNNING
        coming = repetition(run, step.every, before, facts, now).next_at if runs else None
        used = step.budget(run.target) if coming is None else run.elapsed(coming)
        outcome = before.outcome if before and coming is None else None
        return StepView(round(used / run.target * 100), step, coming, outcome)
    percent = round(step.budget(run.target) / run.target * 100) if step.percent is None else step.percent
    offset = step.offset if step.percent is None else None
    under = run.policy.skip_early_under if run.policy.is_skipped(step, run.cycle.metric, run.target) else None
    return StepView(percent, step, instant_of(run, step), before.outcome if before else None, offset, under)


def _why(run: Running, clock: ClockReading, spans: Iterable[Span], now: datetime) -> Iterator[WhySpan]:
    """From start to due (or to now or the end, where there is no due instant): every piece, with nothing between them."""
    until = clock.due_at or clock.ended_at or now
    if until <= clock.started_at:
        return
    seen_until = min(clock.ended_at or now, until)
    at = clock.started_at
    stops = [(max(s, at), min(e or until, until)) for s, e in run.stopped if s < until]
    for start, end in [*stops, (until, until)]:
        yield from _counted(run, at, start, seen_until)
        if start < end:
            yield from _stopped(run, spans, start, end)
        at = max(at, end)


def _stopped(run: Running, spans: Iterable[Span], start: datetime, end: datetime) -> Iterator[WhySpan]:
    """What kept the time from counting, by what the ticket was in; Spam and Trash go before everything else."""
    statuses = run.policy.pauses_for(run.cycle.metric)
    inside = [s for s in spans if s.status in statuses and s.start < end and (s.end is None or s.end > start)]
    edges = {start, end, *(s.start for s in inside), *(s.end for s in inside if s.end is not None)}
    cuts = sorted(edge for edge in edges if start <= edge <= end)
    for a, b in zip(cuts, cuts[1:], strict=False):
        over = [s for s in inside if s.start <= a and (s.end is None or s.end >= b)]
        span = min(over, key=lambda s: s.status in _PAUSED, default=None)
        kind = _PAUSED.get(span.status, "away") if span else "paused"
        yield WhySpan(kind, a, b, run.calendar.between(a, b), span.reason if span else "", span.by if span else None)


def _counted(run: Running, start: datetime, end: datetime, seen_until: datetime) -> Iterator[WhySpan]:
    at = start
    for opens, closes in run.calendar.open_spans(start, end) if start < end else ():
        yield from _closed(run.calendar, at, opens)
        for kind, a, b in (("counted", opens, min(closes, seen_until)), ("left", max(opens, seen_until), closes)):
            if a < b:
                yield WhySpan(kind, a, b, b - a)
        at = closes
    yield from _closed(run.calendar, at, end)


def _closed(calendar: BusinessCalendar, start: datetime, end: datetime) -> Iterator[WhySpan]:
    """Closed time, told apart by whether the weekday or a holiday (or special day) closes it."""
    at = start
    kind = ""
    while start < end:
        midnight = _next_midnight(calendar.zone, start)
        here = "holiday" if calendar.is_exception(start.astimezone(ZoneInfo(calendar.zone)).date()) else "closed"
        if kind and here != kind:
            yield WhySpan(kind, at, start, _NOTHING)
            at = start
        kind, start = here, min(midnight, end)
    if at < end:
        yield WhySpan(kind, at, end, _NOTHING)


def _next_midnight(zone: str, at: datetime) -> datetime:
    """The first instant after `at` that has the next local date."""
    here = ZoneInfo(zone)
    tomorrow = at.astimezone(here).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), here).astimezone(at.tzinfo)
    # Where a zone skips a midnight or a whole date, the one computed may lie behind.
    return midnight if midnight > at else at + timedelta(hours=1)
