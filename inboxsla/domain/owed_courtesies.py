"""Which notices a customer is owed at one instant: each once for what it is about, never about the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.clock import ClockReading, Running
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.policy import Policy, share
from inboxsla.domain.timeline import Metric, Standing, Status
from inboxsla.errors import NoWorkingTime

# What they go under where steps name a promise and its cycle.
CUSTOMER = "customer"
# So long somebody may still take back a hold before the customer hears of it.
HOLD_SETTLES = timedelta(minutes=5)
# How much of a promise is used when the customer hears that it will take longer.
STILL_AT = 90
# What came about so long ago is no news, however late we learned of it.
_NEWS = timedelta(hours=12)
_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


@dataclass(frozen=True, slots=True)
class Courteous:
    """One notice: `cycle` says what it is about, `at` when it comes, `until` until when it makes sense, `promise` the
    instant it names (aware UTC).
    """

    notice: CustomerNotice
    cycle: str
    at: datetime
    until: datetime
    promise: datetime
    metric: Metric | None = None


def foreseen(
    facts: Standing, live: Sequence[tuple[Running, ClockReading]], policy: Policy, live_since: datetime | None
) -> list[Courteous]:
    """What the customer is told and was not told yet, if nothing happens before. `policy` is the version in force.

    Nobody is told of what came about before the mailbox was live or before the version that says so held for the ticket.
    Without `live_since` it is what they would be told, were the mailbox live.
    """
    on = policy.courtesy.on
    if not on or facts.away or not facts.customers:
        return []
    since = [at for at in (live_since, *(at for at, _ in facts.policies[-1:])) if at is not None]
    return [
        each
        for each in (*_of_promises(live), *_of_hold(facts), *_of_closing(facts))
        if each.notice in on
        and all(each.at >= at for at in since)
        and (CUSTOMER, each.cycle, each.notice.value) not in facts.steps
    ]


def owed_at(coming: Iterable[Courteous], now: datetime) -> list[Courteous]:
    return [each for each in coming if each.at <= now < each.until and now - each.at < _NEWS]


def in_hindsight(
    facts: Standing, runs: Iterable[Running], policy: Policy, until: datetime
) -> Iterator[tuple[datetime, CustomerNotice]]:
    """What the customer would have been told up to `until` (aware UTC), with the instants; `runs` are all there were.

    Each promise is asked about under the version it counted under, everything else under `policy`.
    """
    for run in runs:
        on, metric, ended = run.policy.courtesy.on, run.cycle.metric, run.cycle.ended_at or until
        if CustomerNotice.ACKNOWLEDGE in on and metric is Metric.FIRST_RESPONSE and run.cycle.started_at < ended:
            yield run.cycle.started_at, CustomerNotice.ACKNOWLEDGE
        if CustomerNotice.STILL_WITH_US in on and metric in _RESPONSES:
            late = run.instant_of(share(run.target, STILL_AT))
            if late is not None and late < ended and _anew(run, late) is not None:
                yield late, CustomerNotice.STILL_WITH_US
    if CustomerNotice.ON_HOLD in policy.courtesy.on:
        for span in facts.spans:
            if span.status == Status.ON_HOLD and (span.end or until) - span.start > HOLD_SETTLES:
                yield span.start + HOLD_SETTLES, CustomerNotice.ON_HOLD
    if CustomerNotice.CLOSING in policy.courtesy.on:
        yield from ((at, CustomerNotice.CLOSING) for at in closings_announced(facts, policy, until))


def closings_announced(facts: Standing, policy: Policy, until: datetime) -> list[datetime]:
    """When it was said that the ticket would close by itself, or for those that did close, when they did (aware UTC)."""
    if policy.habits.warned_before is None:
        return []
    closed = [span.start for span in facts.spans if span.status == Status.CLOSED]
    return [*closed, *(at for at in (facts.warned_at,) if at is not None and at <= until)]


def _of_promises(live: Sequence[tuple[Running, ClockReading]]) -> Iterator[Courteous]:
    for run, clock in live:
        cycle, ends = run.cycle, clock.due_at
        if ends is None or cycle.metric not in _RESPONSES:
            continue
        if cycle.metric is Metric.FIRST_RESPONSE:
            begins = cycle.started_at
            yield Courteous(CustomerNotice.ACKNOWLEDGE, cycle.key, begins, ends, ends, cycle.metric)
        late = run.instant_of(share(run.target, STILL_AT))
        anew = None if late is None else _anew(run, late)
        if late is not None and anew is not None:
            yield Courteous(CustomerNotice.STILL_WITH_US, cycle.key, late, ends, anew, cycle.metric)


def _anew(run: Running, at: datetime) -> datetime | None:
    """The same promise, made again at `at`."""
    try:
        return run.calendar.add(at, run.target)
    except NoWorkingTime:
        return None


def _of_hold(facts: Standing) -> Iterator[Courteous]:
    ends = facts.hold_until
    if facts.status is Status.ON_HOLD and ends is not None and facts.spans:
        begins = facts.spans[-1].start
        yield Courteous(CustomerNotice.ON_HOLD, begins.isoformat(), begins + HOLD_SETTLES, ends, ends)


def _of_closing(facts: Standing) -> Iterator[Courteous]:
    warned, closes = facts.warned_at, facts.closes_at
    if warned is not None and closes is not None:
        yield Courteous(CustomerNotice.CLOSING, closes.isoformat(), warned, closes, closes)
