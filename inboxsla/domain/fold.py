"""The fold: what a ticket's events add up to, in whatever order they were learned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import MappingProxyType

from inboxsla.domain import silence
from inboxsla.domain.answers import ANSWERS, answered_elsewhere, staff_wrote
from inboxsla.domain.delivery import with_bounces
from inboxsla.domain.so_far import SoFar
from inboxsla.domain.taken_back import in_effect
from inboxsla.domain.timeline import Event, Extension, Habits, Kind, Metric, Outcome, Standing, Status, Taken
from inboxsla.errors import NoWorkingTime

NO_TIME = timedelta(0)
_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
_RESOLUTION = (Metric.RESOLUTION,)
# How events begin that somebody in the mailbox asked for by a label or an act of their own, who may not be known.
_BY_SOMEBODY = ("wish:", "wished:", "verb:", "desk:")
_NONE: Mapping[int, Habits] = MappingProxyType({})


def standing(events: Iterable[Event], habits: Habits, now: datetime, later: Mapping[int, Habits] = _NONE) -> Standing:
    """What happened up to `now` adds up to; later events are left out. Independent of the order of `events`.

    `habits` are those of the policy the ticket began with, `later` those of the versions that POLICY_SET events name.
    """
    known = sorted([event for event in events if event.happened_at <= now], key=_order)
    so_far = SoFar()
    for event in with_bounces(in_effect(known)):
        _by_itself(so_far, event.happened_at, habits)
        if event.kind is Kind.POLICY_SET:
            before, habits = habits, later.get(event.data["policy"], habits)
            if silence.terms(before) != silence.terms(habits):
                so_far.closing_since = event.happened_at
        _STEPS[event.kind](so_far, event, habits)
        silence.foresee(so_far, habits)
    _by_itself(so_far, now, habits)
    return so_far.standing()


def _order(event: Event) -> tuple[datetime, int, str]:
    return event.order


def _by_itself(so_far: SoFar, until: datetime, habits: Habits) -> None:
    """What time alone does up to `until`: holds end, and what nobody answers closes."""
    held, closes = so_far.hold_until, so_far.closes_at
    if held is not None and so_far.status is Status.ON_HOLD and held <= until:
        so_far.enter(Status.OPEN, held)
    elif closes is not None and closes <= until:
        touched = so_far.last_touched
        _over(so_far, Status.CLOSED, closes)
        so_far.last_touched = touched
        silence.foresee(so_far, habits)


def _customer_wrote(so_far: SoFar, event: Event, habits: Habits) -> None:
    """What the customer waits for begins anew with the message that reopens a ticket. New mail ends Spam and Trash."""
    at = event.happened_at
    _restored(so_far, event, habits)
    no_ticket = so_far.status is Status.NOT_A_TICKET
    reopens = so_far.status.is_over and not no_ticket
    so_far.last_activity = at
    so_far.customers.update((event.data.get("who", ""), *event.data.get("also", ())))
    if reopens and event.data.get("thanks") and not habits.thanks_reopen:
        return
    so_far.waiting_since = at if reopens else so_far.waiting_since or at
    so_far.opened_at = so_far.opened_at or at
    if no_ticket:
        return
    keeps_hold = so_far.status is Status.ON_HOLD and so_far.hold_keeps_on_reply
    if reopens:
        so_far.reopenings.append(at)
        _reopen(so_far, at, habits)
    elif so_far.status is not Status.OPEN and not keeps_hold:
        so_far.enter(Status.OPEN, at)
    _resolve_later(so_far, event)
    _wait(so_far, event)


def _wait(so_far: SoFar, event: Event) -> None:
    """Start the response clock that belongs to an unanswered customer, unless one runs already."""
    if so_far.runs(Metric.FIRST_RESPONSE) or so_far.runs(Metric.NEXT_RESPONSE):
        return
    is_first = not so_far.started_by_staff and not so_far.ever_ran(Metric.FIRST_RESPONSE)
    so_far.start(Metric.FIRST_RESPONSE if is_first else Metric.NEXT_RESPONSE, event)


def _resolve_later(so_far: SoFar, event: Event) -> None:
    """Work goes on, and with it the updates that a customer gets who was answered before."""
    if so_far.first_reply_at is not None and not so_far.runs(Metric.UPDATE):
        so_far.start(Metric.UPDATE, event)
    if not so_far.runs(Metric.RESOLUTION):
        so_far.start(Metric.RESOLUTION, event)


def _reopen(so_far: SoFar, at: datetime, habits: Habits) -> None:
    so_far.enter(Status.OPEN, at)
    if habits.reopening != "restart":
        so_far.resume(_RESOLUTION)


def _bounced(so_far: SoFar, event: Event, habits: Habits) -> None:
    """Solved on the strength of a reply that never arrived: work and the wait for an answer go on as if not solved."""
    solved = so_far.status.is_over and so_far.status is not Status.NOT_A_TICKET
    if solved and so_far.waiting_since is not None and event.data.get("of") in so_far.unreached:
        _reopen(so_far, event.happened_at, habits)
        _resolve_later(so_far, event)
        _wait_on(so_far)


def _wait_on(so_far: SoFar) -> None:
    """The response clock that was closed last without a reply goes on."""
    so_far.resume(_RESPONSES, Outcome.CLOSED_WITHOUT_REPLY)


def _over(so_far: SoFar, status: Status, at: datetime) -> None:
    so_far.stop(ANSWERS, at, Outcome.CLOSED_WITHOUT_REPLY)
    so_far.stop(_RESOLUTION, at, Outcome.SOLVED)
    so_far.enter(status, at)
    so_far.last_touched = at


def _archived(so_far: SoFar, event: Event, habits: Habits) -> None:
    if habits.archiving_solves and not so_far.status.is_over:
        _over(so_far, Status.SOLVED, event.happened_at)


def _back_in_inbox(so_far: SoFar, event: Event, habits: Habits) -> None:
    if so_far.status.is_over and so_far.status is not Status.NOT_A_TICKET:
        _taken_up(so_far, event, habits)


def _taken_up(so_far: SoFar, event: Event, habits: Habits) -> None:
    """Somebody on the team takes up what was over: a customer who was never answered waits again.

    Solving was a decision, so that wait is a new promise; "not a ticket" was a mistake, so the old one goes on.
    """
    at, mistaken = event.happened_at, so_far.status is Status.NOT_A_TICKET
    _reopen(so_far, at, habits)
    so_far.last_touched = at
    if not so_far.customers:
        so_far.enter(Status.WAITING, at)
        return
    _resolve_later(so_far, event)
    if so_far.waiting_since is None:
        return
    if mistaken:
        _wait_on(so_far)
    _wait(so_far, event)


def _removed(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.leave(event.happened_at)


def _restored(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.come_back(event.happened_at)


def _status_set(so_far: SoFar, event: Event, habits: Habits) -> None:
    at, data, status = event.happened_at, event.data, Status(event.data["status"])
    if status.is_over:
        _over(so_far, status, at)
        return
    if so_far.status.is_over:
        _taken_up(so_far, event, habits)
    so_far.last_touched = at
    until = None
    if status is Status.ON_HOLD:
        so_far.hold_asked = datetime.fromisoformat(data["until"]) if data.get("until") else None
        until = _hold_ends(so_far, at, habits)
    keeps = bool(data.get("keeps_on_reply", False))
    so_far.enter(status, at, by=event.actor, reason=data.get("reason", ""), until=until, keeps_on_reply=keeps)


def _hold_ends(so_far: SoFar, at: datetime, habits: Habits) -> datetime | None:
    """When a hold ends by itself: at its date, or when the ticket has been on hold as long as the policy allows in all."""
    ends = [max(so_far.hold_asked, at)] if so_far.hold_asked is not None else []
    if habits.longest_hold is not None and habits.calendar is not None:
        held = (habits.calendar.between(s.start, s.end or at) for s in so_far.spans() if s.status == Status.ON_HOLD)
        # Where the calendar has not that much time within ten years, the limit is never reached.
        with suppress(NoWorkingTime):
            ends.append(habits.calendar.add(at, max(habits.longest_hold - sum(held, NO_TIME), NO_TIME)))
    return min(ends, default=None)


def is_by_somebody(event: Event) -> bool:
    """Whether a person did it, who may not be known, rather than a rule, a step or whoever hands out tickets."""
    return event.actor is not None or event.source.startswith(_BY_SOMEBODY)


def _assigned(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.owner = event.data.get("owner")
    if so_far.owner is not None and is_by_somebody(event):
        so_far.last_taken = event.happened_at


def _priority_set(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.priority = event.data["priority"]
    so_far.priorities.append((event.happened_at, so_far.priority))


def _tagged(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.tags = so_far.tags.difference(event.data.get("remove", ())).union(event.data.get("add", ()))


def _classified(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.tier = event.data.get("tier", so_far.tier)
    so_far.channel = event.data.get("channel", so_far.channel)


def _routed(so_far: SoFar, event: Event, habits: Habits) -> None:
    so_far.team, so_far.strategy = event.data.get("team", so_far.team), event.data.get("strategy")


def _policy_set(so_far: SoFar, event: Event, habits: Habits) -> None:
    data = event.data
    so_far.policies.append((event.happened_at, data["policy"]))
    so_far.rule, so_far.why = data.get("rule", ""), data.get("why", "")
    if so_far.status is Status.ON_HOLD:
        so_far.hold_until = _hold_ends(so_far, event.happened_at, habits)


def _step_taken(so_far: SoFar, event: Event, habits: Habits) -> None:
    data = event.data
    key = (data["metric"], data["cycle"], data["step"])
    before = so_far.steps.get(key)
    times = 1 if before is None else before.times + 1
    so_far.steps[key] = Taken(event.happened_at, datetime.fromisoformat(data["instant"]), data["outcome"], times)


def _noted(so_far: SoFar, event: Event, habits: Habits) -> None:
    """Somebody looked after the ticket, unless it is a note of ours on what could not be done."""
    if event.data.get("where") != "label":
        so_far.last_touched = event.happened_at


def _extended(so_far: SoFar, event: Event, habits: Habits) -> None:
    data, so_far.last_touched = event.data, event.happened_at
    more = timedelta(seconds=data["seconds"])
    so_far.extensions.append(
        Extension(event.happened_at, data["metric"], data["cycle"], more, data.get("why", ""), event.actor)
    )


def _changes_nothing(so_far: SoFar, event: Event, habits: Habits) -> None:
    return


_STEPS: Mapping[Kind, Callable[[SoFar, Event, Habits], None]] = {
    Kind.CUSTOMER_WROTE: _customer_wrote,
    Kind.STAFF_WROTE: staff_wrote,
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
    Kind.NOTED: _noted,
    Kind.ESCALATED: _changes_nothing,
    Kind.ANSWERED_ELSEWHERE: answered_elsewhere,
    Kind.EXTENDED: _extended,
    Kind.MUTED: _changes_nothing,
    Kind.CUSTOMER_TOLD: _changes_nothing,
    Kind.UNDONE: _changes_nothing,
}
