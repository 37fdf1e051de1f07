"""The read model every face shares: what a ticket promises, how much time is left, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, State, Urgency
from inboxsla.domain.policy import Do, Step
from inboxsla.domain.speech import Dated, Speech
from inboxsla.domain.timeline import Extension, Metric, is_token

METRIC_WORDS = {
    Metric.FIRST_RESPONSE: "First response",
    Metric.NEXT_RESPONSE: "Next response",
    Metric.RESOLUTION: "Resolution",
    Metric.UPDATE: "Next update",
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
    """A reminder step of one clock. `instant` is None while a pause keeps it from coming; `outcome` None until taken.

    `percent` is how much of the target is used then. `offset` is set where the step is written as a length of time after the
    due instant (before, if negative). Of one that repeats `instant` is the next time it comes, None if it does so no more.
    `skipped_under` is set where it is skipped because the promise is shorter than that.
    """

    percent: int
    step: Step
    instant: datetime | None
    outcome: str | None
    offset: timedelta | None = None
    skipped_under: timedelta | None = None

    def comes(self, now: datetime) -> bool:
        """Whether it does something after `now`, if nothing happens before."""
        return self.instant is not None and self.instant > now and self.outcome is None and self.skipped_under is None

    @property
    def do(self) -> tuple[Do, ...]:
        return self.step.do


@dataclass(frozen=True, slots=True)
class WhySpan:
    """A piece of the time from start to due; `length` is business time.

    `kind` is counted, left, closed, holiday (or a special day's other hours), paused, solved or away (Spam, Trash, not a
    ticket). `reason` and `by` (a staff address) are what was said when a pause began.
    """

    kind: str
    start: datetime
    end: datetime
    length: timedelta
    reason: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ClockView:
    """`extended` is what this one promise was given beyond its target by hand, oldest first; the reading counts it in."""

    reading: ClockReading
    steps: tuple[StepView, ...]
    why: tuple[WhySpan, ...]
    always_open: bool = False
    extended: tuple[Extension, ...] = ()

    @property
    def promised(self) -> timedelta:
        """What the policy gives, without what was added by hand."""
        return self.reading.target - sum((one.length for one in self.extended), timedelta())

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
    # Which rule decided the policy and why, in words; empty where none did. `closes_at`: by itself, if nothing happens.
    rule: str = ""
    rule_why: str = ""
    tags: tuple[str, ...] = ()
    tier: str = ""
    channel: str = ""
    team: str = ""
    closes_at: datetime | None = None
    # How often the customer reopened it, and the steps that come if that goes on.
    reopened: int = 0
    on_return: tuple[Step, ...] = ()
    # The newest event known when this was read: acts are refused if somebody did something after it.
    seen: int = 0

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
        return TimeLeft(head, say.text("%(length)s left when it resumes", length=_left(clock, say)))
    if clock.state is not State.PAUSED and clock.due_at is None:
        left = say.text("%(length)s left, but not enough opening hours ahead", length=_left(clock, say))
        return TimeLeft(say.text("No due time"), left)
    if clock.state is State.PAUSED or clock.due_at is None:
        if clock.breached:
            return TimeLeft(say.text("Paused"), _left_over(clock, say))
        return TimeLeft(say.text("Paused"), say.text("%(length)s left when it resumes", length=_left(clock, say)))
    when = say.moment(clock.due_at, now)
    if clock.breached:
        return TimeLeft(_left_over(clock, say), say.text("was due %(when)s", when=when))
    if say.same_day(clock.due_at, now):
        return TimeLeft(_left_over(clock, say), say.text("due %(when)s", when=when))
    return TimeLeft(say.text("Due %(when)s", when=when), _left_over(clock, say))


def _left_over(clock: ClockReading, say: Speech) -> str:
    if clock.breached:
        over = say.length(clock.late_by, business_day=clock.business_day, up=True)
        return say.text("%(length)s over", length=over)
    return say.text("%(length)s left", length=_left(clock, say))


def _left(clock: ClockReading, say: Speech) -> str:
    return say.length(max(clock.left, timedelta()), business_day=clock.business_day)


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
    """What one ended clock says: "Answered in 38 min" and "22 min to spare". The two add up to the target, in the units said."""
    length = say.length(_took(clock), business_day=clock.business_day, up=_is_taken_up(clock))
    if clock.state is State.CLOSED_WITHOUT_REPLY and clock.metric is Metric.UPDATE:
        return TimeLeft(say.text("Ended with the ticket"), say.text("after %(length)s", length=length))
    if clock.state is State.CLOSED_WITHOUT_REPLY:
        return TimeLeft(say.text("Closed without a reply"), say.text("after %(length)s", length=length))
    done = "Solved in %(length)s" if clock.metric is Metric.RESOLUTION else "Answered in %(length)s"
    head = say.text(done, length=length)
    if clock.breached:
        return TimeLeft(head, _left_over(clock, say))
    return TimeLeft(head, say.text("%(length)s to spare", length=_left(clock, say)))


def _took(clock: ClockReading) -> timedelta:
    return (-(-clock.elapsed // _MINUTE) if _is_taken_up(clock) else clock.elapsed // _MINUTE) * _MINUTE


def _is_taken_up(clock: ClockReading) -> bool:
    # Up, because what was left is said rounded down and what was over rounded up; but not where that is said to be less than
    # a minute: never up to a target that was not used up, nor beyond one that was hardly missed.
    return (clock.late_by if clock.breached else clock.left) >= _MINUTE


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


def name_of(address: str | None, names: Mapping[str, str]) -> str | None:
    """The name staff know somebody by; the address where there is none, and no more than that where both were forgotten."""
    if address is None:
        return None
    if is_token(address):
        return "a former colleague"
    return names.get(address) or address
