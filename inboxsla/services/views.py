"""The values `queries` answers with. Faces (web, command line, card) render these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.domain.speech import Speech
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline_view import Entry


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the first reading of a mailbox has come: `percent` of the time to look back over, `threads` found so far.

    `left` is a guess from the pace so far, None as long as there is none.
    """

    percent: int
    threads: int
    reached: datetime
    left: timedelta | None

    def words(self, say: Speech) -> str:
        """ "42 % done, 1,203 conversations so far, about 12 min to go": for everybody who waits for it."""
        done = say.text(
            "%(percent)s %% done, %(threads)s conversations so far", percent=self.percent, threads=f"{self.threads:,}"
        )
        if self.left is None:
            return done
        return say.text("%(done)s, about %(left)s to go", done=done, left=say.length(self.left, up=True))


@dataclass(frozen=True, slots=True)
class MailboxState:
    """One mailbox and how its sync is. `trouble` is a sentence for a person, or empty."""

    id: int
    address: str
    kind: str  # gmail, import
    mode: str  # observed, live, retired (it left the configuration: it is not read, and nothing is sent)
    last_sync_at: datetime | None
    as_of: datetime | None
    trouble: str
    # Since when nothing of it has been seen, if that is too long.
    unseen_since: datetime | None = None
    first_reading: Progress | None = None

    @property
    def is_read(self) -> bool:
        """Whether new mail makes tickets of its own accord, as far as we know."""
        return self.kind == "gmail" and self.mode != "retired" and not self.trouble


@dataclass(frozen=True, slots=True)
class Board:
    """Tickets at `now`: most pressing first, and those read from files after all others.

    `listed` are the mailboxes whose tickets these are, of all `mailboxes`. `counts` has open, nobody, solved, all; `more` is how
    many were left out; `zone` is that of the house.
    """

    tickets: tuple[TicketView, ...]
    counts: dict[str, int]
    mailboxes: tuple[MailboxState, ...]
    listed: tuple[MailboxState, ...]
    alarms: tuple[str, ...]
    more: int
    now: datetime
    zone: str
    # Since when no label and no mail goes out anywhere, and who stopped it.
    stopped_at: datetime | None = None
    stopped_by: str = ""


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket with its history (newest first) and what comes next (latest first).

    `on_return` are sentences about what comes only if the customer reopens the ticket.
    """

    view: TicketView
    happened: tuple[Entry, ...]
    planned: tuple[Entry, ...]
    on_return: tuple[str, ...]
    label: str | None
    label_pending: bool
    mails: tuple[MailLine, ...]
    mailbox: MailboxState
    # Sentences about spans of the ticket's life in which its mailbox was not seen.
    unseen: tuple[str, ...] = ()
    # Tickets of other mailboxes into which a mail of this one came as well: (ticket id, address).
    also: tuple[tuple[int, str], ...] = ()
    # Whether whoever looks did something last that they could take back now.
    undoes: bool = False
    # A sentence where its text was erased.
    erased: str = ""


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail InboxSLA sent or is about to send. `state` is composed, sending, unknown, sent or failed.

    `looked_for` is False where the way it goes keeps no copies: of unknown outcome, it is sent again.
    """

    id: int
    recipient: str
    subject: str
    state: str
    composed_at: datetime
    sent_at: datetime | None
    reason: str
    ticket_ids: tuple[int, ...]
    looked_for: bool = True


@dataclass(frozen=True, slots=True)
class MailPage:
    """One mail exactly as sent: its text and HTML parts."""

    line: MailLine
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A message that could not be processed: where it came from and why."""

    mailbox: str
    source: str
    reason: str
    learned_at: datetime
