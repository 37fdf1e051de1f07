"""Whose turn it is: every call to Gmail first asks whether the mailbox's quota allows it, and waits a little where it must."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from inboxsla.errors import OverQuota, TooFast
from inboxsla.gmail.costs import units

# What can wait gives up its worker after this many seconds; the lease of a sync lasts much longer.
BACKGROUND_PATIENCE = 5.0
_LEAST_WAIT = 0.001
_SENDS = "messages.send"


class Account(Protocol):
    """One mailbox's quota, shared by everybody who calls Gmail for it. Never raises: without Redis it goes on, more slowly."""

    def take(self, units: int, *, background: bool, sending: bool) -> tuple[bool, float]:
        """Whether the units are taken, and how many seconds to wait: before the call, or before asking for them again."""

    def refused(self, told: float | None, *, sending: bool) -> float:
        """Gmail said that we are too fast, and for how many seconds it wants peace, if it did: from now on everybody goes
        slower. The seconds until the next call."""


class Pace(Protocol):
    """Asked before each call by its method name."""

    def before(self, method: str) -> None:
        """Returns when the call may be made. Raises OverQuota where that would take too long."""

    def refused(self, method: str, error: TooFast) -> TooFast:
        """Gmail refused the call for its speed; the error to raise, with the wait that holds for everybody."""

    def background(self) -> Pace:
        """The same for work that takes only what live work leaves."""


class Unpaced:
    """No limit of ours: for servers that have none, such as the ones in tests."""

    def before(self, method: str) -> None:
        return None

    def refused(self, method: str, error: TooFast) -> TooFast:
        return error

    def background(self) -> Unpaced:
        return self


class Paced:
    """Waits within the call while the wait is short."""

    def __init__(
        self, account: Account, *, background: bool = False, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._account, self._background, self._sleep = account, background, sleep

    def before(self, method: str) -> None:
        waited = 0.0
        while True:
            taken, wait = self._account.take(units(method), background=self._background, sending=method == _SENDS)
            if taken:
                if wait > 0:
                    self._sleep(wait)
                return
            patience = BACKGROUND_PATIENCE - waited if self._background else 0.0
            if patience <= 0:
                raise OverQuota("This mailbox has used what Gmail allows for the moment", timedelta(seconds=wait))
            # Not less, or whoever is rung again at once would spend on asking what there is to save up.
            nap = min(max(wait, _LEAST_WAIT), patience)
            self._sleep(nap)
            waited += nap

    def refused(self, method: str, error: TooFast) -> TooFast:
        told = error.wait.total_seconds() if error.told else None
        wait = self._account.refused(told, sending=method == _SENDS)
        return TooFast(str(error), timedelta(seconds=wait), told=error.told)

    def background(self) -> Paced:
        return Paced(self._account, background=True, sleep=self._sleep)
