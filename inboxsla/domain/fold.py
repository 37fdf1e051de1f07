"""The fold: what a ticket's events add up to, in whatever order they were learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from inboxsla.domain.delivery import with_bounces
from inboxsla.domain.timeline import Cycle, Event, Habits, Kind, Metric, Outcome, Span, Standing, Status, Taken

NO_TIME = timedelta(0)
_ANSWERS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE)
_NONE: Mapping[int, Habits] = MappingProxyType({})


def standing(events: Iterable[Event], habits: Habits, now: datetime, later: Mapping[int, Habits] = _NONE) -> Standing:
    """What happened up to `now` adds up to; later events are left out. Independent of the order of `events`.

    `habits` are those of the policy the ticket began with, `later` those of the versions that POLICY_SET events name.
    """
    known = sorted((event for event in events if event.happened_at <= now), key=lambda event: event.order)
    so_far = Standing()
    for event in with_bounces(known):
        so_far = _by_itself(so_far, event.happened_at, habits)
        if event.kind is Kind.POLICY_SET:
            habits = later.get(event.data["policy"], habits)
        so_far = _foreseen(_STEPS[event.kind](so_far, event, habits), habits)
    return _by_itself(so_far, now, habits)


def _by_itself(so_far: Standing, until: datetime, habits: Habits) -> Standing:
    """What time alone does up to `until`: holds end, and what nobody answers closes."""
    held = so_far.hold_until
    if so_far.status is Status.ON_HOLD and held is not None and held <= until:
        return _enter(so_far, Status.OPEN, held)
    closes = so_far.closes_at
    if closes is not None and closes <= until:
        return _foreseen(replace(_over(so_far, Status.CLOSED, closes), last_touched=so_far.last_touched), habits)
    return so_far


def _foreseen(so_far: Standing, habits: Habits) -> Standing:
    """When the ticket closes by itself: only while it waits for a customer who heard from a person."""
    closes = warned = None
    after, calendar = habits.closes_after, habits.calendar
    waits = so_far.status is Status.WAITING and not so_far.away
    if after is not None and calendar is not None and waits and so_far.answered_at is not None:
        since = max(so_far.answered_at, _since(so_far.spans, Status.WAITING))
        closes = calendar.add(since, after)
        if habits.warned_before is not None:
            warned = calendar.add(since, max(after - habits.warned_before, NO_TIME))
    if (closes, warned) == (so_far.closes_at, so_far.warned_at):
        return so_far
    return replace(so_far, closes_at=closes, warned_at=warned)


def _since(spans: Iterable[Span], status: str) -> datetime:
    return next(span.start for span in spans if span.status == status and span.end is None)


def _enter(so_far: Standing, status: Status, at: datetime, *, by: str | None = None, **changes: Any) -> Standing:
    """Change the status at `at`, closing the span of the old one."""
    cleared: dict[str, Any] = {"status_reason": "", "hold_until": None, "hold_keeps_on_reply": False, **changes}
    if status is so_far.status and (status is Status.OPEN or cleared["status_reason"] == so_far.status_reason):
        return replace(so_far, **cleared)
    spans = _close(so_far.spans, so_far.status, at)
    if status is not Status.OPEN:
        spans = (*spans, Span(status, at, reason=cleared["status_reason"], by=by))
    return replace(so_far, status=status, spans=spans, **cleared)


def _close(spans: tuple[Span, ...], status: str, at: datetime) -> tuple[Span, ...]:
    return tuple(replace(s, end=at) if s.status == status and s.end is None else s for s in spans)


def _start(so_far: Standing, metric: Metric, event: Event) -> Standing:
    return replace(so_far, cycles=(*so_far.cycles, Cycle(metric, event.source, event.happened_at)))


def _stop(so_far: Standing, metrics: Iterable[Metric], at: datetime, outcome: Outcome) -> Standing:
    wanted = frozenset(metrics)
    cycles = tuple(
        replace(c, ended_at=at, outcome=outcome) if c.metric in wanted and c.ended_at is None else c
        for c in so_far.cycles
    )
    return replace(so_far, cycles=cycles)


def _running(so_far: Standing, metric: Metric) -> bool:
    return any(c.metric is metric and c.ended_at is None for c in so_far.cycles)


def _ever(so_far: Standing, metric: Metric) -> bool:
    return any(c.metric is metric for c in so_far.cycles)


def _customer_wrote(so_far: Standing, event: Event, habits: Habits) -> Standing:
    """What the customer waits for begins anew with the message that reopens a ticket. New mail ends Spam and Trash."""
    at = event.happened_at
    so_far = _restored(so_far, event, habits)
    reopens = so_far.status.is_over and so_far.status is not Status.NOT_A_TICKET
    if reopens and event.data.get("thanks") and not habits.thanks_reopen:
        return replace(so_far, last_activity=at, customers=so_far.customers | {event.data.get("who", "")})
    so_far = replace(
        so_far,
        last_activity=at,
        waiting_since=at if reopens else so_far.waiting_since or at,
        opened_at=so_far.opened_at or at,
        customers=so_far.customers | {event.data.get("who", "")},
    )
    if so_far.status is Status.NOT_A_TICKET:
        return so_far
    keeps_hold = so_far.status is Status.ON_HOLD and so_far.hold_keeps_on_reply
    if so_far.status is not Status.OPEN and not keeps_hold:
        so_far = _reopen(so_far, event, habits) if reopens else _enter(so_far, Status.OPEN, at)
    return _wait(_resolve_later(so_far, event), event)


def _promise_update(so_far: Standing, event: Event) -> Standing:
    """The customer has heard from a person, and is to hear again in time."""
    return so_far if so_far.status.is_over else _start(so_far, Metric.UPDATE, event)


def _wait(so_far: Standing, event: Event) -> Standing:
    """Start the response clock that belongs to an unanswered customer, unless one runs already."""
    if _running(so_far, Metric.FIRST_RESPONSE) or _running(so_far, Metric.NEXT_RESPONSE):
        return so_far
    is_first = not so_far.started_by_staff and not _ever(so_far, Metric.FIRST_RESPONSE)
    return _start(so_far, Metric.FIRST_RESPONSE if is_first else Metric.NEXT_RESPONSE, event)


def _resolve_later(so_far: Standing, event: Event) -> Standing:
    """Work goes on, and with it the updates that a customer gets who was answered before."""
    if so_far.first_reply_at is not None and not _running(so_far, Metric.UPDATE):
        so_far = _start(so_far, Metric.UPDATE, event)
    return so_far if _running(so_far, Metric.RESOLUTION) else _start(so_far, Metric.RESOLUTION, event)


def _reopen(so_far: Standing, event: Event, habits: Habits) -> Standing:
    so_far = _enter(so_far, Status.OPEN, event.happened_at)
    if habits.reopening == "restart":
        return so_far
    return _resume(so_far, next((c for c in reversed(so_far.cycles) if c.metric is Metric.RESOLUTION), None))


def _resume(so_far: Standing, cycle: Cycle | None) -> Standing:
    cycles = (replace(c, ended_at=None, outcome=None) if c is cycle else c for c in so_far.cycles)
    return replace(so_far, cycles=tuple(cycles))


def _staff_wrote(so_far: Standing, event: Event, habits: Habits) -> Standing:
    at = event.happened_at
    so_far = replace(so_far, last_activity=at, last_touched=at, opened_at=so_far.opened_at or at)
    to, missed = frozenset(event.data.get("to", ())), frozenset(event.data.get("missed", ()))
    if so_far.customers and not (to | missed) & so_far.customers:
        return so_far
    so_far = replace(
        so_far, started_by_staff=so_far.started_by_staff or not so_far.customers, owner=so_far.owner or event.actor
    )
    if missed and not (to & so_far.customers if so_far.customers else to):
        return replace(so_far, unreached=so_far.unreached | {event.source})
    so_far = replace(so_far, answered_at=at)
    if not so_far.customers:
        return _enter(so_far, Status.WAITING, at) if so_far.status is Status.OPEN else so_far
    so_far = replace(so_far, first_reply_at=so_far.first_reply_at or at, waiting_since=None)
    so_far = _stop(so_far, _ANSWERS, at, Outcome.ANSWERED)
    so_far = _promise_update(so_far, event)
    if so_far.status is Status.OPEN and habits.reply_sets_waiting:
        return _enter(so_far, Status.WAITING, at)
    return so_far


def _bounced(so_far: Standing, event: Event, habits: Habits) -> Standing:
    """Solved on the strength of a reply that never arrived: work and the wait for an answer go on as if not solved."""
    solved = so_far.status.is_over and so_far.status is not Status.NOT_A_TICKET
    if not solved or so_far.waiting_since is None or event.data.get("of") not in so_far.unreached:
        return so_far
    return _wait_on(_resolve_later(_reopen(so_far, event, habits), event))


def _wait_on(so_far: Standing) -> Standing:
    """The response clock that was closed last without a reply goes on."""
    closed = (
        c
        for c in reversed(so_far.cycles)
        if c.outcome is Outcome.CLOSED_WITHOUT_REPLY and c.metric is not Metric.UPDATE
    )
    return _resume(so_far, next(closed, None))


def _over(so_far: Standing, status: Status, at: datetime) -> Standing:
    so_far = _stop(so_far, _ANSWERS, at, Outcome.CLOSED_WITHOUT_REPLY)
    so_far = _stop(so_far, (Metric.RESOLUTION,), at, Outcome.SOLVED)
    return _enter(so_far, status, at, last_touched=at)


def _archived(so_far: Standing, event: Event, habits: Habits) -> Standing:
    if not habits.archiving_solves or so_far.status.is_over:
        return so_far
    return _over(so_far, Status.SOLVED, event.happened_at)


def _back_in_inbox(so_far: Standing, event: Event, habits: Habits) -> Standing:
    if not so_far.status.is_over or so_far.status is Status.NOT_A_TICKET:
        return so_far
    return _taken_up(so_far, event, habits)


def _taken_up(so_far: Standing, event: Event, habits: Habits) -> Standing:
    """Somebody on the team takes up what was over: a customer who was never answered waits again.

    Solving was a decision, so that wait is a new promise; "not a ticket" was a mistake, so the old one goes on.
    """
    mistaken = so_far.status is Status.NOT_A_TICKET
    so_far = replace(_reopen(so_far, event, habits), last_touched=event.happened_at)
    if not so_far.customers:
        return _enter(so_far, Status.WAITING, event.happened_at)
    so_far = _resolve_later(so_far, event)
    if so_far.waiting_since is None:
        return so_far
    return _wait(_wait_on(so_far) if mistaken else so_far, event)


def _removed(so_far: Standing, event: Event, habits: Habits) -> Standing:
    if so_far.away:
        return so_far
    return replace(so_far, away=True, spans=(*so_far.spans, Span("away", event.happened_at)))


def _restored(so_far: Standing, event: Event, habits: Habits) -> Standing:
    return replace(so_far, away=False, spans=_close(so_far.spans, "away", event.happened_at))


def _status_set(so_far: Standing, event: Event, habits: Habits) -> Standing:
    at, status = event.happened_at, Status(event.data["status"])
    if status.is_over:
        return _over(so_far, status, at)
    if so_far.status.is_over:
        so_far = _taken_up(so_far, event, habits)
    return _enter(
        so_far,
        status,
        at,
        by=event.actor,
        last_touched=at,
        status_reason=event.data.get("reason", ""),
        hold_until=_hold_ends(so_far, event, habits) if status is Status.ON_HOLD else None,
        hold_keeps_on_reply=bool(event.data.get("keeps_on_reply", False)),
    )


def _hold_ends(so_far: Standing, event: Event, habits: Habits) -> datetime | None:
    """When a hold ends by itself: at its date, or when the ticket has been on hold as long as the policy allows in all."""
    at, until = event.happened_at, event.data.get("until")
    ends = [max(datetime.fromisoformat(until), at)] if until else []
    if habits.longest_hold is not None and habits.calendar is not None:
        held = (habits.calendar.between(s.start, s.end or at) for s in so_far.spans if s.status == Status.ON_HOLD)
        ends.append(habits.calendar.add(at, max(habits.longest_hold - sum(held, NO_TIME), NO_TIME)))
    return min(ends, default=None)


def _assigned(so_far: Standing, event: Event, habits: Habits) -> Standing:
    return replace(so_far, owner=event.data.get("owner"))


def _priority_set(so_far: Standing, event: Event, habits: Habits) -> Standing:
    priority = event.data["priority"]
    return replace(so_far, priority=priority, priorities=(*so_far.priorities, (event.happened_at, priority)))


def _tagged(so_far: Standing, event: Event, habits: Habits) -> Standing:
    tags = so_far.tags.difference(event.data.get("remove", ())).union(event.data.get("add", ()))
    return replace(so_far, tags=tags)


def _classified(so_far: Standing, event: Event, habits: Habits) -> Standing:
    data = event.data
    return replace(so_far, tier=data.get("tier", so_far.tier), channel=data.get("channel", so_far.channel))


def _routed(so_far: Standing, event: Event, habits: Habits) -> Standing:
    return replace(so_far, team=event.data.get("team", so_far.team), strategy=event.data.get("strategy"))


def _policy_set(so_far: Standing, event: Event, habits: Habits) -> Standing:
    data = event.data
    changes = (*so_far.policies, (event.happened_at, data["policy"]))
    return replace(so_far, policies=changes, rule=data.get("rule", ""), why=data.get("why", ""))


def _step_taken(so_far: Standing, event: Event, habits: Habits) -> Standing:
    data = event.data
    key = (data["metric"], data["cycle"], data["step"])
    before = so_far.steps.get(key)
    taken = Taken(
        event.happened_at,
        datetime.fromisoformat(data["instant"]),
        data["outcome"],
        1 if before is None else before.times + 1,
    )
    return replace(so_far, steps={**so_far.steps, key: taken})


def _touched(so_far: Standing, event: Event, habits: Habits) -> Standing:
    return replace(so_far, last_touched=event.happened_at)


def _changes_nothing(so_far: Standing, event: Event, habits: Habits) -> Standing:
    return so_far


_STEPS = {
    Kind.CUSTOMER_WROTE: _customer_wrote,
    Kind.STAFF_WROTE: _staff_wrote,
    Kind.MACHINE_WROTE: _changes_nothing,
    Kind.BOUNCED: _bounced,
    Kind.ARCHIVED: _archived,
    Kind.UNARCHIVED: _back_in_inbox,
    Kind.REMOVED: _removed,
    Kind.RESTORED: _restored,
    Kind.ASSIGNED: _assigned,
    Kind.STATUS_SET: _status_set,
    Kind.PRIORITY_SET: _priority_set,
    Kind.TAGGED: _tagged,
    Kind.CLASSIFIED: _classified,
    Kind.ROUTED: _routed,
    Kind.POLICY_SET: _policy_set,
    Kind.STEP_TAKEN: _step_taken,
    Kind.NOTED: _touched,
}
