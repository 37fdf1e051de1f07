"""Since when a ticket has text that must go one day. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inboxsla.domain.timeline import Event, Standing, Status
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

_OVER = frozenset(status.value for status in Status if status.is_over)


def text_since(
    ticket: TicketRow, mailbox: MailboxRow, facts: Standing, timeline: Sequence[Event], now: datetime
) -> datetime | None:
    """The instant from which the text of a ticket is kept only so long (aware UTC); None while it is open, or has none.

    That is when it was solved, closed, taken for no ticket, or moved to Spam or Trash. What comes after the text was erased is
    counted from when it came. A mailbox file stands still and may be years old: all of it is counted from when it was read.
    """
    erased_at = ticket.erased_at
    if mailbox.as_of is not None:
        return ticket.text_since or (now if erased_at is None else None)
    since = over_since(facts)
    if since is None:
        return None
    if erased_at is None or since > erased_at:
        return since
    newest = max((event.happened_at for event in timeline), default=since)
    return newest if newest >= erased_at else None


def over_since(facts: Standing) -> datetime | None:
    """Since when nobody has to do anything about it; being solved and then closed is one time."""
    if facts.away:
        return next((span.start for span in reversed(facts.spans) if span.status == "away" and span.end is None), None)
    if not facts.status.is_over:
        return None
    since: datetime | None = None
    for span in sorted(facts.spans, key=lambda span: span.start, reverse=True):
        if span.status not in _OVER:
            continue
        if since is None or span.end == since:
            since = span.start
    return since
