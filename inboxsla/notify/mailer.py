"""What it takes to get a finished mail out of the house, whichever way it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Route(StrEnum):
    """The ways there are: the shared mailbox a mail is about, another Gmail account, an SMTP relay."""

    MAILBOX = "mailbox"
    GMAIL = "gmail"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True)
class Way:
    """One way out. `sender` is the address in From; empty for the mailbox, which sends under its own.

    As text it is what an envelope keeps: "mailbox", "gmail:post@office.example", "smtp:desk@office.example".
    """

    route: Route = Route.MAILBOX
    sender: str = ""

    def __str__(self) -> str:
        return f"{self.route}:{self.sender}" if self.sender else str(self.route)

    @classmethod
    def of(cls, text: str) -> Way:
        route, _, sender = text.partition(":")
        return cls(Route(route), sender)


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that was taken: Gmail's ids of it, and its Message-ID on the way; each empty where nobody said."""

    id: str = ""
    thread_id: str = ""
    rfc_id: str = ""


class Mailer(Protocol):
    """Sends through one way. No call repeats anything by itself."""

    def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
        """Hand over RFC 5322 bytes once.

        Raises TryLater when they were surely not taken and may be later, Refused when they never will be, AccessLost when the
        way is closed until a person does something (they were not taken either), OutcomeUnknown when nobody can tell.
        """

    def find(self, marker: str, since: datetime) -> Taken | None:
        """The mail of this marker among those that went out from `since` on, None if it is not there.

        Raises Refused where this way keeps no copies, or does not show them; and TryLater, AccessLost.
        """
