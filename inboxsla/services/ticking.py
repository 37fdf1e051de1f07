"""One tick: find by index what is due, and ring for it; where nobody can be rung, do it here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.errors import TryLater
from inboxsla.services import assign as assigning
from inboxsla.services import dead_hours, digests, posting, pulling, runs, watching
from inboxsla.services import deliver as delivering
from inboxsla.services.ports import Ports
from inboxsla.services.privacy import retention
from inboxsla.storage import (
    configurations,
    mailboxes,
    records,
    teams,
    tickets,
    watches,
)

log = structlog.get_logger()

# Of a flood no more is rung for than workers settle in a second or two, so that whatever else is rung for meanwhile need not wait
# for all of it. A little goes on even where nobody answers: that may be the fault of those few.
_UNDER_WAY, _LEAST_CLAIM = 500, 20
# What comes due within it is rung for together: RQ's own cost is some milliseconds a ring.
_LEAST_PAUSE = timedelta(milliseconds=200)
# Rows whose ring was lost are found this much later; often enough to go unnoticed, seldom enough to cost nothing.
_SWEEP_EVERY = timedelta(seconds=5)
# Hours run out over years; but an alarm that is not raised again fades.
_LOOK_AHEAD_EVERY = timedelta(hours=1)
_WATCHES_AT_ONCE = 20
_MORNINGS_EVERY = timedelta(seconds=30)
# A ring on its way to a worker is none that was lost.
_ANSWERED_WITHIN = timedelta(seconds=2)


@dataclass(slots=True)
class Memory:
    """What a ticker remembers between ticks; forgetting it costs one ring too many."""

    synced: dict[int, datetime] = field(default_factory=dict)
    swept_at: datetime | None = None
    looked_ahead_at: datetime | None = None
    mornings_at: datetime | None = None
    bell_is_away: bool = False


def tick(ports: Ports, memory: Memory) -> int:
    """Ring for every ticket whose `wake_at` has come, for mailboxes whose sync is due, and for what is still owed.

    Returns how many rings there were. Any number of tickers may run: claims make sure that each row is rung once.
    """
    now = ports.now()
    with ports.db.write() as conn:
        room = max(_LEAST_CLAIM, _UNDER_WAY - tickets.under_way(conn, now))
        due = [ticket_id for ticket_id, _ in tickets.claim_due(conn, now, room)]
        on_duty = _with_somebody_on_duty(conn, now)
    rung = _ring(ports, memory, "settle", due) if due else 0
    rung += sum(_ring(ports, memory, "assign", [mailbox_id]) for mailbox_id in on_duty)
    rung += sum(_ring(ports, memory, "sync", [mailbox_id]) for mailbox_id in _to_sync(ports, memory, now))
    if memory.swept_at is None or now - memory.swept_at >= _SWEEP_EVERY:
        memory.swept_at = now
        rung += _sweep(ports, memory, now)
    if memory.mornings_at is None or now - memory.mornings_at >= _MORNINGS_EVERY:
        memory.mornings_at = now
        rung += sum(_ring(ports, memory, "digest", [mailbox_id]) for mailbox_id in digests.mailboxes_due(ports))
    if memory.looked_ahead_at is None or now - memory.looked_ahead_at >= _LOOK_AHEAD_EVERY:
        memory.looked_ahead_at = now
        _look_ahead(ports)
        rung += sum(_ring(ports, memory, "erase", [mailbox_id]) for mailbox_id in _with_old_text(ports))
    return rung


def until_next(ports: Ports, at_most: timedelta) -> timedelta:
    """How long nothing comes due, so that a reminder is not late by the time between two ticks; at most `at_most`."""
    with ports.db.read() as conn:
        due_at = tickets.next_due(conn)
    if due_at is None:
        return at_most
    return min(at_most, max(_LEAST_PAUSE, due_at - ports.now()))


def _look_ahead(ports: Ports) -> None:
    """Whether calendars still open; what is wrong with the configuration must not stop the ticker."""
    try:
        dead_hours.look_ahead(ports)
    except TryLater:
        raise
    except Exception:
        log.exception("looking ahead for opening hours failed")


def _with_old_text(ports: Ports) -> list[int]:
    """Mailboxes with text that is kept too long; what is wrong with the configuration must not stop the ticker."""
    try:
        return retention.due(ports)
    except TryLater:
        raise
    except Exception:
        log.exception("looking for old text failed")
        return []


def _with_somebody_on_duty(conn: Connection, now: datetime) -> list[int]:
    """Mailboxes in which somebody has come on duty while tickets wait; a team's may be in any of them."""
    again_at = now + tickets.RING_AGAIN_AFTER
    waking = mailboxes.claim_waking(conn, now, again_at)
    return mailboxes.connected(conn) if teams.claim_waking(conn, now, again_at) else waking


def _to_sync(ports: Ports, memory: Memory, now: datetime) -> list[int]:
    """Mailboxes to read: those whose poll is due, those that waited for Gmail long enough, and those whose ring was lost."""
    topic = watching.topic_of(ports.settings)
    with ports.db.read() as conn:
        boxes = mailboxes.every(conn)
        rung, watched = mailboxes.unanswered(conn, now, now - _ANSWERED_WITHIN), watches.every(conn)
        hears = records.alarm_since(conn, pulling.ALARM) is None
    due = []
    for box in boxes:
        last, wait = memory.synced.get(box.id), box.retry_after
        idle = box.kind != "gmail" or box.retired_at is not None or box.access_lost_at is not None
        if idle or (wait is not None and wait > now):
            continue
        is_told = hears and box.id in watched and watched[box.id].tells(topic, now)
        polled = last is None or now - last >= ports.settings.poll_every(rung=is_told)
        waited = wait is not None and last is not None and last < wait
        if polled or waited or box.id in rung:
            memory.synced[box.id] = now
            due.append(box.id)
    return due


def _sweep(ports: Ports, memory: Memory, now: datetime) -> int:
    """Everything owed that no ring is known to be on its way for."""
    with ports.db.read() as conn:
        owing = delivering.owing(conn, now)
        rolling = configurations.rolling(conn)
    with ports.db.write() as conn:
        unwatched = watching.claim_due(conn, ports.settings, now, _WATCHES_AT_ONCE)
    posting.give_up_strangers(ports)
    rung = sum(_ring(ports, memory, "assign", [mailbox_id]) for mailbox_id in assigning.untried(ports))
    rung += _ring(ports, memory, "roll_out", [rolling]) if rolling is not None else 0
    rung += sum(_ring(ports, memory, "watch", [mailbox_id]) for mailbox_id in unwatched)
    return rung + sum(_ring(ports, memory, "deliver", [mailbox_id]) for mailbox_id in sorted(owing))


def _ring(ports: Ports, memory: Memory, job: str, keys: list[int]) -> int:
    try:
        ports.bell.ring(job, keys)
        if memory.bell_is_away:
            log.info("Redis is back; workers take over again")
        memory.bell_is_away = False
    except TryLater as away:
        if not memory.bell_is_away:
            log.warning("Redis is away; the ticker does the work itself", reason=str(away))
        memory.bell_is_away = True
        _do(ports, job, keys)
    return 1


def _do(ports: Ports, job: str, keys: list[int]) -> None:
    """What a worker would do, with what a worker would survive: one job that fails must not stop the ticker."""
    try:
        runs.RUNS[job](ports, keys)
    except TryLater:
        raise
    except Exception:
        log.exception("job failed in the ticker", job=job, keys=keys)
