"""The values `panel` answers with. Cards and the small ticket page render these and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inboxsla.domain.clock import Urgency
from inboxsla.domain.ticket_view import TicketView
from inboxsla.domain.timeline_view import Entry
from inboxsla.storage.panel import Figures


@dataclass(frozen=True, slots=True)
class Opened:
    """The ticket of an open thread, as one person sees it.

    `is_mailbox` says that they are signed in with the mailbox's own account. `seen` is the number
    of the newest event there is. `held_by` put it on hold at `held_at`, as far as it is; `hold_keeps` says that a customer's mail
    does not end that. `names` are those of staff by address, `leads` the addresses of those who lead. `happened` and `notes` are the newest
    entries, newest first, with how many there are in all. `remarks` are sentences about what may be missing here.
    """

    view: TicketView
    reader: str
    is_mailbox: bool
    seen: int
    happened: tuple[Entry, ...]
    happened_count: int
    notes: tuple[Entry, ...] = ()
    notes_count: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    # Names of acts (see `acts.ACTS`) that make sense now.
    can: frozenset[str] = frozenset()
    held_by: str = ""
    held_at: datetime | None = None
    hold_keeps: bool = False
    escalated: Entry | None = None
    remarks: tuple[str, ...] = ()
    # Until when all of this would be said in the same words, as far as time decides.
    holds_until: datetime | None = None
    # A mail of the thread that nobody has read yet.
    behind: bool = False


@dataclass(frozen=True, slots=True)
class NoTicket:
    """The open thread is no ticket that this person can see.

    `why` is "kept" (it is read, and nobody outside wrote in it: `mailbox` and `thread_id` say where), "syncing" (it is in
    `mailbox`, and not read yet), "elsewhere" (in no mailbox of theirs), or "unreadable" (it is in `mailbox`, which cannot be
    read; `trouble` says why). `mailboxes` are the addresses they can see.
    """

    why: str
    mailbox: str = ""
    thread_id: str = ""
    mailboxes: tuple[str, ...] = ()
    trouble: str = ""
    # Gmail could not be asked which conversation this is, because the reader has not allowed it.
    may_not_ask: bool = False


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One ticket in a list. `due_at` is None where no timer runs."""

    ticket_id: int
    subject: str
    requester: str
    owner_name: str
    urgency: Urgency
    status: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """What needs somebody: their own tickets, those of colleagues that press, and those of nobody, each by next due.

    Of each list the first few; the counts say how many there are. `trouble` are sentences about mailboxes that are not read.
    """

    reader: str
    is_mailbox: bool
    mine: tuple[QueueLine, ...]
    at_risk: tuple[QueueLine, ...]
    nobodys: tuple[QueueLine, ...]
    figures: Figures
    now: datetime
    mailboxes: tuple[str, ...]
    trouble: tuple[str, ...] = ()
