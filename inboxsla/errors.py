"""Every error InboxSLA raises on purpose, named after what the caller should do next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta


class InboxSLAError(Exception):
    """Anything InboxSLA raises on purpose. Its text is written for a person."""


class Refused(InboxSLAError):
    """The rules forbid it; asking again will not help. The message says what would."""


class NoSuchRecipient(Refused):
    """A mail server takes no mail to this address, for good; others may still get theirs."""


class Missing(Refused):
    """What was asked for does not exist, or not any more."""


class Misused(Refused):
    """It was asked for, or set up, in a way that cannot work; the message says how to ask."""


class NoWorkingTime(Refused):
    """A calendar has no open time, or none within ten years; somebody must correct it."""


class TicketMoved(InboxSLAError):
    """Somebody wrote first; `settle` reads and decides again, `desk` shows the person the fresh ticket."""

    def __init__(self, ticket_id: int) -> None:
        super().__init__("this ticket changed while you were reading it")
        self.ticket_id = ticket_id


class TryLater(InboxSLAError):
    """Nothing is wrong with the request; repeat it after `wait`.

    `told` says that somebody named the wait; otherwise it is a guess, and whoever fails again should wait longer.
    """

    def __init__(self, reason: str, wait: timedelta | None = None, *, told: bool | None = None) -> None:
        super().__init__(reason)
        self.told = wait is not None if told is None else told
        self.wait = timedelta(seconds=30) if wait is None else wait


class PutOff(TryLater):
    """This one is to come again after `wait`; others for the same place need not wait for it."""


class TooFast(TryLater):
    """We ask more than we may; whatever it is, everything of this mailbox should wait. `told` by Gmail."""

    def __init__(self, reason: str, wait: timedelta | None = None, *, told: bool = False) -> None:
        super().__init__(reason, wait, told=told)


class OverQuota(TooFast):
    """Our own account of Gmail's quota is empty, so Gmail was not asked at all."""


class HistoryExpired(InboxSLAError):
    """Gmail no longer knows the cursor: list the mailbox anew, within bounds."""


class AccessLost(InboxSLAError):
    """Gmail, or a mail server, refuses us for good; a person must connect it again, or correct the settings."""


class Gone(InboxSLAError):
    """The message, thread or label no longer exists in Gmail; go on without it."""


class OutcomeUnknown(InboxSLAError):
    """A send may or may not have happened; look for its marker before trying again."""


class ConfigMistakes(InboxSLAError):
    """The configuration cannot be used; `mistakes` names every one of them, one sentence each.

    `found` says the same for forms: (where in the data: keys and positions, what is wrong), where that is known.
    """

    def __init__(self, mistakes: Sequence[str], found: Sequence[tuple[tuple[str | int, ...], str]] = ()) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = tuple(mistakes)
        self.found = tuple(found)
