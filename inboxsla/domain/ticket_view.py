"""The read model every face shares: what a ticket promises, how much time is left, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, Reading, Running, State, Urgency, running
from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.speech import Dated, Speech
from inboxsla.domain.timeline import Cycle, Metric, Standing

METRIC_WORDS = {
    Metric.FIRST_RESPONSE: "First response",
    Metric.NEXT_RESPONSE: "Next response",
    Metric.RESOLUTION: "Resolution",
}
STATUS_WORDS = {
    "open": "Open",
    "waiting_on_customer": "Waiting on customer",
    "on_hold": "On hold",
    "solved": "Solved",
    "closed": "Closed",
    "not_a_ticket": "Not a ticket",
    "away": "In Spam or Trash",
}
URGENCY_WORDS = {
    Urgency.NONE: "No timer",
    Urgency.MET: "Met",
    Urgency.PAUSED: "Paused",
    Urgency.LOW: "Low",
    Urgency.MEDIUM: "Medium",
    Urgency.URGENT: "Urgent",
    Urgency.OVERDUE: "Overdue",
}
PRIORITY_WORDS = {"critical": "Critical", "high": "High", "normal": "Normal", "low": "Low"}
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`head` is read first ("42 min left"), `detail` second ("due 11:30 CET"); `detail` may be empty."""

    head: str
    detail: str


@dataclass(frozen=True, slots=True)
class StepView:
    """A reminder step of one clock. `instant` is None while a pause keeps it from coming; `outcome` None until taken."""

    percent: int
    do: tuple[Do, ...]
    instant: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class WhySpan:
    """A piece of the time from start to due. `kind` is counted, closed, paused or left; `length` is business time."""

    kind: str
    start: datetime
    end: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class ClockView:
    reading: ClockReading
    steps: tuple[StepView, ...]
    why: tuple[WhySpan, ...]

    @property
    def name(self) -> str:
        return METRIC_WORDS[self.reading.metric]


@dataclass(frozen=True, slots=True)
class TicketView:
    """One ticket at `now`, ready to be said. Clocks oldest first; `worst` is the one to show first, if any lives.

    `over_since` is when the status it has now ended the ticket, None while it has not.
    """

    id: int
    version: int
    mailbox: str
    thread_id: str
    subject: str
    requester: str
    requester_name: str
    owner: str | None
    owner_name: str | None
    status: str
    priority: str
    urgency: Urgency
    breached: bool
    clocks: tuple[ClockView, ...]
    worst: ClockView | None
    waiting_since: datetime | None
    last_activity: datetime | None
    opened_at: datetime
    hold_until: datetime | None
    status_reason: str
    policy_name: str
    policy_version: int
    now: datetime
    # Set where the ticket was read from a file: it stands as it stood then, and `now` is that instant.
    as_of: datetime | None = None
    over_since: datetime | None = None

    @property
    def next_due(self) -> datetime | None:
        """The earliest due instant among clocks that run."""
        due = [
            c.reading.due_at for c in self.clocks if c.reading.state is State.RUNNING and c.reading.due_at is not None
        ]
        return min(due, default=None)


def time_left(view: TicketView, say: Speech) -> TimeLeft:
    """The one place that says how much time a ticket has, for board, page, card and mail."""
    if view.worst is None:
        return _ended(view, Dated(say) if view.as_of else say)
    return clock_time_left(view.worst.reading, view.now, say, hold_until=view.hold_until, dated=view.as_of is not None)


def clock_time_left(
    clock: ClockReading, now: datetime, say: Speech, *, hold_until: datetime | None = None, dated: bool = False
) -> TimeLeft:
    """What one live clock says at `now`. Minutes are rounded down. `dated` says every instant with its day and year."""
    if dated:
        say = Dated(say)
    if clock.state is State.PAUSED and hold_until:
        head = say.text("On hold until %(when)s", when=say.moment(hold_until, now))
        if clock.breached:
            return TimeLeft(head, _left_over(clock, say))
        return TimeLeft(head, say.text("%(length)s left when it resumes", length=say.length(clock.left)))
    if clock.state is State.PAUSED or clock.due_at is None:
        if clock.breached:
            return TimeLeft(say.text("Paused"), _left_over(clock, say))
        return TimeLeft(say.text("Paused"), say.text("%(length)s left when it resumes", length=say.length(clock.left)))
    when = say.moment(clock.due_at, now)
    if clock.breached:
        return TimeLeft(_left_over(clock, say), say.text("was due %(when)s", when=when))
    if say.same_day(clock.due_at, now):
        return TimeLeft(_left_over(clock, say), say.text("due %(when)s", when=when))
    return TimeLeft(say.text("Due %(when)s", when=when), _left_over(clock, say))


def _left_over(clock: ClockReading, say: Speech) -> str:
    if clock.breached:
        return say.text("%(length)s over", length=say.length(clock.late_by))
    return say.text("%(length)s left", length=say.length(clock.left))


def _ended(view: TicketView, say: Speech) -> TimeLeft:
    states = {clock.reading.state for clock in view.clocks}
    done = [clock.reading for clock in view.clocks if clock.reading.state in (State.MET, State.MISSED)]
    last = max(done, key=_last_answer, default=None)
    said = how_it_ended(last, say) if last else None
    if view.status in ("solved", "closed", "not_a_ticket"):
        status = say.text(STATUS_WORDS[view.status])
        head = f"{status} {say.moment(view.over_since, view.now)}" if view.over_since else status
        return TimeLeft(head, f"{said.head}, {said.detail}" if said and view.status != "not_a_ticket" else "")
    if said is None or states & {State.RUNNING, State.PAUSED}:
        return TimeLeft(say.text("No timer runs"), "")
    return said


def _last_answer(clock: ClockReading) -> tuple[bool, datetime]:
    # An answer says more than that the ticket was solved, which is said already.
    return (clock.metric is not Metric.RESOLUTION, clock.ended_at or clock.started_at)


def how_it_ended(clock: ClockReading, say: Speech) -> TimeLeft:
    """What one ended clock says: "Answered in 38 min" and "22 min to spare". The two add up to the target."""
    length = say.length(_took(clock))
    if clock.state is State.CLOSED_WITHOUT_REPLY:
        return TimeLeft(say.text("Closed without a reply"), say.text("after %(length)s", length=length))
    done = "Solved in %(length)s" if clock.metric is Metric.RESOLUTION else "Answered in %(length)s"
    head = say.text(done, length=length)
    if clock.breached:
        return TimeLeft(head, _left_over(clock, say))
    return TimeLeft(head, say.text("%(length)s to spare", length=say.length(max(clock.left, timedelta()))))


def _took(clock: ClockReading) -> timedelta:
    # Up, because what was left is said rounded down; but never up to a target that was not used up.
    up = not clock.breached and clock.left >= _MINUTE
    return (-(-clock.elapsed // _MINUTE) if up else clock.elapsed // _MINUTE) * _MINUTE


def said_lengths(clock: ClockView) -> tuple[timedelta | None, ...]:
    """How long each span of `clock.why` is said to be: whole minutes, zero for less than one, None where nothing counts.

    What is counted and what is left make up the target. A part under a minute is said to be that, and then no other part
    takes its place. Once the clock has ended its counted time is said rounded up, as in `how_it_ended`.
    """
    ended = clock.reading.ended_at is not None
    counted = [s.length for s in clock.why if s.kind == "counted"]
    left = [s.length for s in clock.why if s.kind == "left"]
    # While a clock is paused what is left has no place in time, but it is said beside the spans.
    unseen = clock.reading.target - sum([*counted, *left], timedelta())
    rest = [*left, *([unseen] if unseen > timedelta() else [])]
    small = [length for length in [*(() if ended else counted), *rest] if length < _MINUTE]
    used = sum((length for length in counted if ended or length >= _MINUTE), timedelta())
    free = sum((length for length in rest if length >= _MINUTE), timedelta())
    total = (used + free) // _MINUTE if small else -(-(used + free) // _MINUTE)
    up = total - free // _MINUTE > used // _MINUTE
    said = {
        "counted": iter(_whole(counted, up=up, least=timedelta() if ended else _MINUTE)),
        "left": iter(_whole(left)),
    }
    return tuple(next(said[span.kind]) if span.kind in said else None for span in clock.why)


def _whole(lengths: Iterable[timedelta], *, up: bool = False, least: timedelta = _MINUTE) -> Iterable[timedelta]:
    """Whole minutes that stay in step with the sum; what is shorter than `least` is left out of it and said as zero."""
    total = timedelta()
    for length in lengths:
        if length < least:
            yield timedelta()
            continue
        before, total = total, total + length
        yield _MINUTE * (-(-total // _MINUTE) + -before // _MINUTE if up else total // _MINUTE - before // _MINUTE)


def clock_views(facts: Standing, reading: Reading, policy: Policy, now: datetime) -> tuple[ClockView, ...]:
    """Every clock of a ticket with its steps and with the spans that explain its due instant."""
    cycles = {(cycle.metric, cycle.key): cycle for cycle in facts.cycles}
    return tuple(_clock_view(cycles[clock.metric, clock.key], clock, facts, policy, now) for clock in reading.clocks)


def _clock_view(cycle: Cycle, clock: ClockReading, facts: Standing, policy: Policy, now: datetime) -> ClockView:
    run = running(cycle, facts, policy)
    assert run is not None, "a clock that was read has a target"
    steps = tuple(
        StepView(step.percent, step.do, run.instant_at(step.percent), _outcome(facts, clock, step.key))
        for step in policy.ladder
    )
    return ClockView(clock, steps, tuple(_why(run, clock, now)))


def _outcome(facts: Standing, clock: ClockReading, step: str) -> str | None:
    taken = facts.steps.get((clock.metric, clock.key, step))
    return taken.outcome if taken else None


def _why(run: Running, clock: ClockReading, now: datetime) -> Iterable[WhySpan]:
    """From start to due (or to now, while there is no due instant): every piece, in order, with nothing between them."""
    until = clock.due_at or now
    if until <= clock.started_at:
        return
    seen_until = min(clock.ended_at or now, until)
    at = clock.started_at
    stops = [(max(s, at), min(e or until, until)) for s, e in run.stopped if s < until]
    for start, end in [*stops, (until, until)]:
        yield from _counted(run, at, start, seen_until)
        if start < end:
            yield WhySpan("paused", start, end, run.calendar.between(start, end))
        at = max(at, end)


def _counted(run: Running, start: datetime, end: datetime, seen_until: datetime) -> Iterable[WhySpan]:
    at = start
    for opens, closes in run.calendar.open_spans(start, end) if start < end else ():
        if at < opens:
            yield WhySpan("closed", at, opens, timedelta(0))
        for kind, a, b in (("counted", opens, min(closes, seen_until)), ("left", max(opens, seen_until), closes)):
            if a < b:
                yield WhySpan(kind, a, b, b - a)
        at = closes
    if at < end:
        yield WhySpan("closed", at, end, timedelta(0))


def name_of(address: str | None, names: Mapping[str, str]) -> str | None:
    """The name staff know somebody by; the address where there is none."""
    if address is None:
        return None
    return names.get(address) or address
