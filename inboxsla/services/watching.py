"""Have Gmail tell of each mailbox's news, renew that daily, and alarm the admins before it runs out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.errors import AccessLost, InboxSLAError, Refused, TryLater
from inboxsla.gmail.port import Watch
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, records, watches
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.watches import WatchRow

log = structlog.get_logger()

# Gmail forgets after a week; asking daily leaves six days in which asking may fail.
_RENEW_AFTER = timedelta(days=1)
_SOONEST = timedelta(minutes=5)
# So that mailboxes connected together are not renewed together for ever.
_SPREAD = 120
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
ALARM_BEFORE = timedelta(hours=48)
# A mailbox that was never watched is polled as if there were no push, so its alarm may wait for a few tries.
_TRIES_BEFORE_ALARM = 4


def topic_of(settings: Settings) -> str:
    """What Gmail should write to; empty where news is polled for."""
    return "" if settings.push.way == "poll" else settings.push.topic


def claim_due(conn: Connection, settings: Settings, now: datetime, limit: int) -> list[int]:
    """Mailboxes to run `watch` for now; each is given out once, and again after a while if nothing came of it."""
    return watches.claim_due(conn, topic_of(settings), now, now + _SOONEST, limit)


def watch(ports: Ports, mailbox_id: int) -> None:
    """Ask Gmail to tell of the mailbox's news from now on, or to stop where that is not wanted any more.

    Failing is no error: it is tried again, and polling brings the news meanwhile. What is wrong is an alarm once it matters.
    """
    topic, now = topic_of(ports.settings), ports.now()
    with ports.db.read() as conn:
        box, before = mailboxes.get(conn, mailbox_id), watches.get(conn, mailbox_id)
    if not topic or box.retired_at is not None:
        stop(ports, mailbox_id)
        return
    if box.kind != "gmail" or box.access_lost_at is not None:
        return
    try:
        promised = ports.mailbox(box.address).watch(topic)
    except (TryLater, AccessLost, Refused) as error:
        _failed(ports, box, before, error)
        return
    with ports.db.write() as conn:
        renewed = {"topic": topic, "expires_at": promised.expires_at, "failures": 0}
        watches.change(conn, mailbox_id, now, try_at=_next(promised, mailbox_id, now), **renewed)
        records.clear_alarms(conn, f"watch/{mailbox_id}/")
    log.info("mailbox watched", mailbox=mailbox_id, until=promised.expires_at.isoformat())


def stop(ports: Ports, mailbox_id: int) -> None:
    """Have Gmail tell nobody of this mailbox any more. What cannot be stopped ends by itself within a week."""
    with ports.db.read() as conn:
        box, before = mailboxes.get(conn, mailbox_id), watches.get(conn, mailbox_id)
    if before is None or not before.topic:
        return
    try:
        ports.mailbox(box.address).stop_watch()
    except InboxSLAError as error:
        log.info("the watch runs out by itself", mailbox=mailbox_id, reason=str(error))
    with ports.db.write() as conn:
        watches.change(conn, mailbox_id, ports.now(), topic="", expires_at=None, failures=0)
        records.clear_alarms(conn, f"watch/{mailbox_id}/")


def _next(promised: Watch, mailbox_id: int, now: datetime) -> datetime:
    daily = _RENEW_AFTER - timedelta(minutes=mailbox_id * 37 % _SPREAD)
    return now + max(min(daily, (promised.expires_at - now) / 2), _SOONEST)


def _failed(ports: Ports, box: MailboxRow, before: WatchRow | None, error: InboxSLAError) -> None:
    now = ports.now()
    failures = (before.failures if before else 0) + 1
    asked = error.wait if isinstance(error, TryLater) else timedelta()
    wait = max(asked, min(_FIRST_WAIT * (1 << min(failures - 1, 10)), _LONGEST_WAIT))
    told_until = before.expires_at if before is not None else None
    log.warning("mailbox not watched", mailbox=box.id, failures=failures, reason=str(error))
    with ports.db.write() as conn:
        watches.change(conn, box.id, now, failures=failures, try_at=now + wait)
        if _is_alarming(error, failures, told_until, now):
            words = _words(box.address, str(error), told_until, now)
            records.alarm(conn, f"watch/{box.id}/", words, now, box.id)


def _is_alarming(error: InboxSLAError, failures: int, told_until: datetime | None, now: datetime) -> bool:
    if isinstance(error, Refused):
        return True
    if told_until is None:
        return failures >= _TRIES_BEFORE_ALARM
    return told_until - now < ALARM_BEFORE


def _words(address: str, said: str, told_until: datetime | None, now: datetime) -> str:
    if told_until is None:
        state = f"Gmail does not tell us about new mail in {address} yet"
    elif told_until <= now:
        state = f"Gmail no longer tells us about new mail in {address}"
    else:
        hours = max(1, round((told_until - now) / timedelta(hours=1)))
        state = f"Gmail will stop telling us about new mail in {address} in {hours} h"
    return (
        f"{state}: {said.rstrip('.')}. It is asked again by itself, and the mailbox is polled meanwhile. "
        "docs/pushing.md says what each of Google's answers means."
    )


def told(ports: Ports) -> Iterator[tuple[bool, str, datetime | None, datetime | None]]:
    """For each mailbox that should be watched: whether Gmail tells of it, its address, until when, and when it last did."""
    topic, now = topic_of(ports.settings), ports.now()
    if not topic:
        return
    with ports.db.read() as conn:
        boxes, found = mailboxes.every(conn), watches.every(conn)
    for box in boxes:
        if box.kind == "gmail" and box.retired_at is None and box.access_lost_at is None:
            seen = found.get(box.id)
            is_told = seen is not None and seen.tells(topic, now)
            yield is_told, box.address, seen.expires_at if seen else None, seen.noticed_at if seen else None
