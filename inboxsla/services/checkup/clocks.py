"""Whether this machine knows what time it is, by the clocks of those it works with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from inboxsla.domain.speech import NBSP, Speech
from inboxsla.errors import InboxSLAError
from inboxsla.google_tokens import SKEW
from inboxsla.services.checkup.finding import Finding, attention, fine, unknown

_CURE = (
    "Set the clock, and have it kept: `timedatectl set-ntp true` on most Linux machines. Due times and reminders are off by "
    "as much until then, and Google refuses tokens and keys when it is minutes."
)


def compared(
    check: str, whose: str, asks: Callable[[], datetime], now: Callable[[], datetime], say: Speech
) -> Iterator[Finding]:
    """One question to whoever else knows the time; `whose` is for people ("Google's")."""
    before = now()
    try:
        theirs = asks()
    except InboxSLAError as error:
        yield unknown(check, f"Our clock could not be compared with {whose}: {error}")
        return
    yield judged(check, whose, theirs, before, now(), say)


def judged(check: str, whose: str, theirs: datetime, before: datetime, after: datetime, say: Speech) -> Finding:
    """`theirs` was read between our `before` and `after`, so the difference is known no better than that."""
    ahead, behind = before - theirs, theirs - after
    apart = max(ahead, behind)
    if apart <= SKEW:
        return fine(check, f"Our clock agrees with {whose}.")
    side = "ahead of" if ahead > behind else "behind"
    return attention(
        check, f"The clock of this machine is {say.length(apart, up=True).replace(NBSP, ' ')} {side} {whose}.", _CURE
    )
