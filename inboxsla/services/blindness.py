"""When nothing of a mailbox was seen: found by its syncs, and told on pages so that people are not blamed for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import Connection

from inboxsla.config import Settings
from inboxsla.domain.speech import Speech
from inboxsla.storage import blind_spans
from inboxsla.storage.blind_spans import BlindSpan
from inboxsla.storage.mailboxes import MailboxRow

# A pause shorter than this delays nobody's reminder by anything worth telling.
_LEAST = timedelta(minutes=5)
_POLLS = 3


class Synced(Protocol):
    """As much of a mailbox as says when it was seen last."""

    @property
    def id(self) -> int: ...

    @property
    def kind(self) -> str: ...

    @property
    def last_sync_begun_at(self) -> datetime | None: ...

    @property
    def last_sync_at(self) -> datetime | None: ...

    @property
    def retired_at(self) -> datetime | None: ...


def limit(settings: Settings) -> timedelta:
    """How long a mailbox may go without a sync that worked."""
    return max(_LEAST, _POLLS * settings.poll_every(rung=settings.push.way != "poll"))


def note(conn: Connection, settings: Settings, before: MailboxRow, begun: datetime) -> None:
    """A sync that began at `begun` has read everything; `before` is the mailbox as the last such sync left it."""
    seen = before.last_sync_begun_at
    if before.last_sync_at is not None and seen is not None and begun - seen > limit(settings):
        blind_spans.add(conn, before.id, seen, begun)


def since(settings: Settings, box: Synced, now: datetime) -> datetime | None:
    """Since when nothing of the mailbox has been seen, if that is too long; None while all is well."""
    seen = box.last_sync_begun_at
    if box.kind != "gmail" or box.retired_at is not None or box.last_sync_at is None or seen is None:
        return None
    return seen if now - seen > limit(settings) else None


def spans(
    conn: Connection, settings: Settings, boxes: Sequence[Synced], begin: datetime, end: datetime, now: datetime
) -> list[BlindSpan]:
    """Every span of these mailboxes that shares time with `begin` to `end`, oldest first; the one that lasts comes last."""
    found = blind_spans.between(conn, [box.id for box in boxes], begin, end)
    for box in boxes:
        if (lasting := since(settings, box, now)) is not None and lasting < end:
            found.append(BlindSpan(box.id, lasting, None))
    return found


def said(span: BlindSpan, say: Speech, now: datetime) -> str:
    """One sentence or two for whoever looks at a ticket of that time."""
    since = say.moment(span.since, now)
    if span.until is None:
        return say.text(
            "InboxSLA has not seen this mailbox since %(since)s. What happened there meanwhile is not counted yet.",
            since=since,
        )
    return say.text(
        "InboxSLA did not see this mailbox from %(since)s to %(until)s, and learned late what happened then. Answers "
        "written in time count all the same; reminders may have come late or for nothing.",
        since=since,
        until=say.moment(span.until, now),
    )
