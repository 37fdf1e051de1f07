"""What a use case needs from the world, as one value. `wiring` builds it; tests build it with the same constructor."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inboxsla.config import Settings
from inboxsla.errors import Missing
from inboxsla.gmail.port import Mailbox
from inboxsla.notify.mailer import Mailer, Way
from inboxsla.storage.database import Database


class Bell(Protocol):
    """The doorbell: "look at these soon". Losing a ring loses seconds, never facts."""

    def ring(self, job: str, keys: Sequence[int]) -> None:
        """Ask a worker to run `job` for `keys`. Raises TryLater when Redis cannot be reached."""

    def ping(self) -> None:
        """Raises TryLater when Redis cannot be reached."""


def only_mailboxes(way: Way) -> Mailer:
    """For a process that has no other way out."""
    raise Missing(f"There is no way out by {way} here.")


@dataclass(frozen=True, slots=True)
class Ports:
    settings: Settings
    db: Database
    bell: Bell
    now: Callable[[], datetime]
    # A Gmail client for one address; not shared between threads. Raises AccessLost if there are no credentials for it.
    mailbox: Callable[[str], Mailbox]
    # From 0 to 1; what is to come at no foreseeable moment is thrown with it.
    dice: Callable[[], float] = random.random
    # What sends by another way than the mailbox itself. Raises Missing where that way is not set up, AccessLost, TryLater.
    mailer: Callable[[Way], Mailer] = only_mailboxes
