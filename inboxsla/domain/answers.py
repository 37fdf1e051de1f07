"""What an answer does to a ticket: one that was mailed, and one that somebody says was given elsewhere."""

from __future__ import annotations

from inboxsla.domain.so_far import SoFar
from inboxsla.domain.timeline import Event, Habits, Metric, Outcome, Status

ANSWERS = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.UPDATE)


def staff_wrote(so_far: SoFar, event: Event, habits: Habits) -> None:
    at, customers = event.happened_at, so_far.customers
    so_far.last_activity = so_far.last_touched = at
    so_far.opened_at = so_far.opened_at or at
    to, missed = event.data.get("to", ()), event.data.get("missed", ())
    reached = not customers.isdisjoint(to) if customers else bool(to)
    if customers and not reached and customers.isdisjoint(missed):
        return
    so_far.started_by_staff = so_far.started_by_staff or not customers
    so_far.owner = so_far.owner or event.actor
    if missed and not reached:
        so_far.unreached.add(event.source)
        return
    so_far.answered_at = at
    if customers:
        _answered(so_far, event, habits)
    elif so_far.status is Status.OPEN:
        so_far.enter(Status.WAITING, at)


def _answered(so_far: SoFar, event: Event, habits: Habits) -> None:
    """The customer has heard from a person, and is to hear again in time."""
    at = event.happened_at
    so_far.first_reply_at, so_far.waiting_since = so_far.first_reply_at or at, None
    so_far.stop(ANSWERS, at, Outcome.ANSWERED)
    if not so_far.status.is_over:
        so_far.start(Metric.UPDATE, event)
    if so_far.status is Status.OPEN and habits.reply_sets_waiting and not event.data.get("holding"):
        so_far.enter(Status.WAITING, at)


def answered_elsewhere(so_far: SoFar, event: Event, habits: Habits) -> None:
    """By phone, say: as good as a mail that arrived. After a holding answer the team has more to do, so the status stays."""
    if not so_far.customers:
        return
    so_far.last_activity = so_far.last_touched = so_far.answered_at = event.happened_at
    so_far.owner = so_far.owner or event.actor
    _answered(so_far, event, habits)
