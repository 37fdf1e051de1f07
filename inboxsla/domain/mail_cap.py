"""How many mails one person gets in an hour: when there is room for one more, and for whom room is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


def most(cap: int, *, presses: bool) -> int:
    """How many of an hour's `cap` mails may have gone before one that presses, or one that only reminds.

    A quarter is kept for what is overdue or escalated, so that reminders of what can wait never hold it up.
    """
    return cap if presses else cap - cap // 4


def room_at(sent: Sequence[datetime], cap: int, now: datetime) -> datetime | None:
    """When there is room for another mail; None: now. `sent` are the instants of the mails before it, in any order.

    In no hour there are then more than `cap`; and nothing waits for longer than an hour.
    """
    lately = sorted((at for at in sent if at > now - HOUR), reverse=True)
    return lately[cap - 1] + HOUR if len(lately) >= cap else None
