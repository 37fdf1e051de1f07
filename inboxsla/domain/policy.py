"""A policy: what is promised, in which hours, who is told when, and what stops the time. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.courtesy import NO_NOTICES, Courtesy
from inboxsla.domain.timeline import NORMAL, Habits, Metric, Status
from inboxsla.errors import NoWorkingTime

PRIORITIES = ("critical", "high", NORMAL, "low")
# A step that waits for more is a slip of the pen.
MOST_REOPENINGS = 100
# What repeats more often than this is no reminder but a storm.
SHORTEST_REPEAT = timedelta(minutes=15)


class Do(StrEnum):
    """What a reminder step does. Notices go to a role; who that is, is looked up when the act is carried out."""

    REMIND_OWNER = "remind_owner"
    NOTIFY_OWNER = "notify_owner"
    NOTIFY_TEAM = "notify_team"
    NOTIFY_LEAD = "notify_lead"
    NOTIFY_ON_DUTY_LEAD = "notify_on_duty_lead"
    NOTIFY_PERSON = "notify_person"
    RAISE_PRIORITY = "raise_priority"
    ADD_TAG = "add_tag"
    POST_WEBHOOK = "post_webhook"
    REASSIGN = "reassign"
    WARN_CLOSING = "warn_closing"
    # What people ask for by hand.
    TELL_ESCALATED = "tell_escalated"
    TELL_REFUSED = "tell_refused"
    TELL_MENTIONED = "tell_mentioned"
    TELL_HANDED_OVER = "tell_handed_over"
    # What the customer is told, by notice (`courtesy.CustomerNotice`).
    TELL_CUSTOMER = "tell_customer"


_NEVER_WRITTEN = frozenset(
    {
        Do.NOTIFY_PERSON,
        Do.ADD_TAG,
        Do.POST_WEBHOOK,
        Do.WARN_CLOSING,
        Do.TELL_ESCALATED,
        Do.TELL_REFUSED,
        Do.TELL_MENTIONED,
        Do.TELL_HANDED_OVER,
        Do.TELL_CUSTOMER,
    }
)
# What an admin may write in the list of what a step does; the others follow from other keys or from what people do.
WRITTEN = tuple(do for do in Do if do not in _NEVER_WRITTEN)


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder step: at `percent` of the target or, where that is None, `offset` after it is due (before, if negative).

    All of it in the clock's business time. `metrics` are the promises it belongs to, empty for every one; `notify` are
    addresses of people told beside those that `do` names by role, `tags` those it adds, `webhooks` the names of those it
    posts to. One with `reopened` belongs to no promise: it comes when the customer has reopened the ticket that many times.
    One with `every` comes again and again after the due time, that far apart, until somebody acts (`escalation.repetition`).
    """

    percent: int | None
    do: tuple[Do, ...]
    offset: timedelta = timedelta(0)
    metrics: frozenset[Metric] = frozenset()
    notify: tuple[str, ...] = ()
    reopened: int | None = None
    tags: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    every: timedelta | None = None

    @property
    def key(self) -> str:
        if self.reopened is not None:
            return f"reopened {self.reopened}"
        if self.every is not None:
            return f"every {self.every.total_seconds():.0f}s"
        if self.percent is not None:
            return f"{self.percent}%"
        return f"{self.offset.total_seconds():+.0f}s"

    def targets(self, do: Do) -> tuple[str, ...]:
        """Whom or what an action names, one act for each: addresses, tags or webhooks; ("",) for one that names nothing."""
        named = {Do.NOTIFY_PERSON: self.notify, Do.ADD_TAG: self.tags, Do.POST_WEBHOOK: self.webhooks}
        return named.get(do, ("",))

    def budget(self, target: timedelta) -> timedelta:
        """How much business time is used when it comes (first); nothing or less if it lies before the start."""
        if self.every is not None:
            return target + self.every
        return target + self.offset if self.percent is None else share(target, self.percent)


@lru_cache(maxsize=4096)
def share(target: timedelta, percent: int) -> timedelta:
    """Exact to the microsecond; asked for again and again with the same few lengths."""
    return target * percent / 100


_REMINDS = (Do.REMIND_OWNER,)
_NEVER = frozenset({"away", Status.SOLVED.value, Status.CLOSED.value, Status.NOT_A_TICKET.value})


@dataclass(frozen=True, slots=True)
class Policy:
    """`targets[metric][priority]` is business time; a metric that is not in it has no clock.

    `calendars` are those of promises that count in other hours than `calendar`. `pauses[status]` names the metrics whose
    time does not count in that status. `medium_at` and `urgent_at` are percents.
    """

    name: str
    calendar: BusinessCalendar
    targets: Mapping[Metric, Mapping[str, timedelta]]
    ladder: tuple[Step, ...]
    pauses: Mapping[str, frozenset[Metric]]
    medium_at: int
    urgent_at: int
    habits: Habits
    calendar_name: str = ""
    calendars: Mapping[Metric, BusinessCalendar] = field(default_factory=dict)
    # Of promises shorter than this only the last reminder before they are due comes.
    skip_early_under: timedelta = timedelta(0)
    courtesy: Courtesy = NO_NOTICES
    # The steps that reopenings bring, by how many it takes.
    on_reopening: Mapping[int, Step] = field(init=False, repr=False, compare=False)
    # Worked out once, because every reading of every ticket asks.
    _stops: Mapping[Metric, frozenset[str]] = field(init=False, repr=False, compare=False)
    _steps: Mapping[Metric, tuple[Step, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stops = {m: _NEVER | {status for status, metrics in self.pauses.items() if m in metrics} for m in Metric}
        counted = {step.reopened: step for step in self.ladder if step.reopened is not None}
        timed = [step for step in self.ladder if step.reopened is None]
        steps = {m: tuple(step for step in timed if not step.metrics or m in step.metrics) for m in Metric}
        object.__setattr__(self, "_stops", stops)
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "on_reopening", dict(sorted(counted.items())))

    def target(self, metric: Metric, priority: str) -> timedelta | None:
        """What is promised, in business time. A priority without a target of its own has that of normal."""
        by_priority = self.targets.get(metric, {})
        own = by_priority.get(priority)
        return own if own is not None or priority not in PRIORITIES else by_priority.get(NORMAL)

    def never_due(self, since: datetime) -> tuple[Metric, ...]:
        """The promises that, made at `since` (aware UTC), fall due in no ten years: their calendar has not so much time."""
        return tuple(metric for metric in Metric if self.targets.get(metric) and not self._reaches(metric, since))

    def _reaches(self, metric: Metric, since: datetime) -> bool:
        try:
            self.calendar_of(metric).add(since, max(self.targets[metric].values()))
        except NoWorkingTime:
            return False
        return True

    def calendar_of(self, metric: Metric) -> BusinessCalendar:
        return self.calendars.get(metric, self.calendar)

    def steps_of(self, metric: Metric) -> tuple[Step, ...]:
        return self._steps[metric]

    def is_skipped(self, step: Step, metric: Metric, target: timedelta) -> bool:
        """Whether the promise is too short for this reminder of the owner: another one follows it before the promise is due."""
        if target >= self.skip_early_under or step.do != _REMINDS:
            return False
        used = step.budget(target)
        return any(other.do == _REMINDS and used < other.budget(target) < target for other in self._steps[metric])

    def pauses_for(self, metric: Metric) -> frozenset[str]:
        """Statuses whose time does not count for `metric`. Solved time and time in Spam or Trash never count."""
        return self._stops[metric]
