"""When a ticket closes by itself because its customer stays silent."""

from __future__ import annotations

from datetime import timedelta

from inboxsla.domain.so_far import SoFar
from inboxsla.domain.timeline import Habits, Status
from inboxsla.errors import NoWorkingTime

NO_TIME = timedelta(0)


def terms(habits: Habits) -> tuple[object, ...]:
    """What a policy says about closing, to be compared with what another says."""
    return (habits.closes_after, habits.warned_before, habits.calendar)


def foresee(so_far: SoFar, habits: Habits) -> None:
    """When the ticket closes by itself: only while it waits for a customer who heard from a person.

    The silence begins anew when the thread comes back from Spam or Trash. A policy that was made meanwhile closes nothing
    in the past, and warns of it first. One whose calendar has not that much time within ten years never closes it.
    """
    so_far.closes_at = so_far.warned_at = None
    after, calendar, waits_from = habits.closes_after, habits.calendar, so_far.since
    if after is None or calendar is None or waits_from is None or so_far.answered_at is None:
        return
    if so_far.status is not Status.WAITING or so_far.away:
        return
    silent_from = max(so_far.answered_at, waits_from, so_far.back_at or waits_from)
    lead, made = habits.warned_before or NO_TIME, so_far.closing_since or silent_from
    try:
        so_far.closes_at = max(calendar.add(silent_from, after), calendar.add(made, lead))
    except NoWorkingTime:
        return
    if lead:
        so_far.warned_at = max(calendar.add(silent_from, max(after - lead, NO_TIME)), made)
