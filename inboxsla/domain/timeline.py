"""What can happen on a ticket, and the values that events add up to (`fold` adds them up).

Customers appear here only as tokens (see `participant`), so that their identity can be erased while the figures stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from inboxsla.domain.business_time import BusinessCalendar


class Kind(StrEnum):
    """Event kinds. `data` keys are given in brackets; every address in `data` is a participant token or a staff address."""

    CUSTOMER_WROTE = "customer_wrote"  # who; thanks: true if it says nothing but thanks
    STAFF_WROTE = "staff_wrote"  # to: participant tokens
    MACHINE_WROTE = "machine_wrote"  # what: auto_reply, bulk
    BOUNCED = "bounced"  # of: source of the bounced event or None; to: participant tokens that were not reached
    ARCHIVED = "archived"
    UNARCHIVED = "unarchived"
    REMOVED = "removed"  # to: spam or trash
    RESTORED = "restored"
    ASSIGNED = "assigned"  # owner: staff address or None; why
    STATUS_SET = "status_set"  # status; reason, until (ISO instant), keeps_on_reply
    PRIORITY_SET = "priority_set"  # priority; why
    TAGGED = "tagged"  # add, remove: tags; why
    CLASSIFIED = "classified"  # tier, channel: those that are said; why
    ROUTED = "routed"  # team; strategy or None; why
    POLICY_SET = "policy_set"  # policy: version id; name, version; rule and why, in words
    STEP_TAKEN = (
        "step_taken"  # metric, cycle, step, instant (ISO), outcome: acted, skipped (under: short promise) or observed
    )
    NOTED = (
        "noted"  # where: mail, label, desk or made; what, why: of a label, what could not be done; note: id; mentions
    )
    ESCALATED = "escalated"  # why: words, where some were given
    ANSWERED_ELSEWHERE = (
        "answered_elsewhere"  # how; holding: true if more is to come; said_at (ISO): when it was claimed
    )
    EXTENDED = "extended"  # metric, cycle, seconds: of business time; why
    MUTED = "muted"  # the actor wants no reminder of it until somebody else, or the customer, does something
    CUSTOMER_TOLD = "customer_told"  # a notice of ours went to the customer. what: which; promise (ISO); reason
    UNDONE = "undone"  # of: sources of the events taken back; act: what they were; mailed: whether mail went out since


# Equal instants: customer, then reply, then everything that says what state the ticket is in (DESIGN §5.9).
_RANK = {
    Kind.CUSTOMER_WROTE: 0,
    Kind.STAFF_WROTE: 1,
    Kind.MACHINE_WROTE: 1,
    Kind.ANSWERED_ELSEWHERE: 1,
    Kind.BOUNCED: 2,
}


class Status(StrEnum):
    OPEN = "open"
    WAITING = "waiting_on_customer"
    ON_HOLD = "on_hold"
    SOLVED = "solved"
    CLOSED = "closed"
    NOT_A_TICKET = "not_a_ticket"

    @property
    def is_over(self) -> bool:
        return self in _OVER


_OVER = frozenset({Status.SOLVED, Status.CLOSED, Status.NOT_A_TICKET})
# What a ticket has until somebody says otherwise.
NORMAL = "normal"


class Metric(StrEnum):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"
    UPDATE = "update"


class Outcome(StrEnum):
    """Why a cycle stopped."""

    ANSWERED = "answered"
    SOLVED = "solved"
    CLOSED_WITHOUT_REPLY = "closed_without_reply"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `source` is unique on its ticket and stable, so that learning it twice changes nothing.

    `happened_at` is aware UTC: Gmail's clock for mail, ours where Gmail gives no time. `actor` is a staff address, or None
    for a customer, the team, or "somebody in the mailbox". `number` grows in the order in which events were learned, 0 until
    one is recorded; nothing that is read from a ticket depends on it.
    """

    kind: Kind
    happened_at: datetime
    source: str
    actor: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    number: int = field(default=0, compare=False)

    @property
    def order(self) -> tuple[datetime, int, str]:
        return (self.happened_at, _RANK.get(self.kind, 3), self.source)


@dataclass(frozen=True, slots=True)
class Span:
    """[start, end) in aware UTC, in one status; `end` is None while it lasts. `status` "away" is Spam or Trash.

    `reason` and `by` (a staff address) are what was said when it began.
    """

    status: str
    start: datetime
    end: datetime | None = None
    reason: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One run of one promise, named by the event that started it."""

    metric: Metric
    key: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More business time for one cycle, given at `at` (aware UTC) by `by` (a staff address), for a reason."""

    at: datetime
    metric: str
    key: str
    length: timedelta
    reason: str = ""
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """A reminder step that was taken: `instant` is when it was due, `at` when it was taken, `times` how often."""

    at: datetime
    instant: datetime
    outcome: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Habits:
    """What a policy says about how events and time change the status.

    `closes_after` silence of the customer the ticket closes by itself, `warned_before` that its owner is told; `longest_hold`
    is how long a ticket may be on hold in all. These are open time of `calendar`; None where the policy says nothing.
    """

    reply_sets_waiting: bool = True
    archiving_solves: bool = True
    reopening: str = "resume"
    thanks_reopen: bool = True
    calendar: BusinessCalendar | None = None
    longest_hold: timedelta | None = None
    closes_after: timedelta | None = None
    warned_before: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the events add up to at one instant.

    `priorities` and `policies` are the changes of priority and of policy (version ids), oldest first. `unreached` are the
    sources of mails that were meant for the customer and reached none. `answered_at` is when the customer last heard from a
    person; `closes_at` when the ticket closes by itself and `warned_at` when its owner is told so, if nothing happens before.
    `reopenings` are the instants at which a customer's mail reopened the ticket, and `extensions` what single cycles were given
    beyond their target, both oldest first. `last_taken` is when a person last took the ticket or gave it to somebody.
    """

    status: Status = Status.OPEN
    status_reason: str = ""
    hold_until: datetime | None = None
    hold_keeps_on_reply: bool = False
    owner: str | None = None
    priority: str = NORMAL
    away: bool = False
    started_by_staff: bool = False
    first_reply_at: datetime | None = None
    waiting_since: datetime | None = None
    last_activity: datetime | None = None
    last_touched: datetime | None = None
    opened_at: datetime | None = None
    customers: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    steps: Mapping[tuple[str, str, str], Taken] = field(default_factory=dict)
    priorities: tuple[tuple[datetime, str], ...] = ()
    policies: tuple[tuple[datetime, int], ...] = ()
    rule: str = ""
    why: str = ""
    tags: frozenset[str] = frozenset()
    tier: str = ""
    channel: str = ""
    team: str = ""
    strategy: str | None = None
    answered_at: datetime | None = None
    closes_at: datetime | None = None
    warned_at: datetime | None = None
    unreached: frozenset[str] = frozenset()
    reopenings: tuple[datetime, ...] = ()
    extensions: tuple[Extension, ...] = ()
    last_taken: datetime | None = None


def participant(address: str) -> str:
    """A short token for a customer's address: equal for equal addresses, and not the address.

    A token stands for itself, so that whoever was a token when text was erased stays the same person.
    """
    if is_token(address):
        return address
    return _TOKEN + blake2b(address.strip().casefold().encode(), digest_size=_TOKEN_BYTES).hexdigest()


def keyed_participant(digest: str) -> str:
    """The token of somebody who was forgotten, from a keyed hash (hexadecimal) that nobody without the key can guess."""
    return _TOKEN + digest[: 2 * _TOKEN_BYTES]


def is_token(text: str) -> bool:
    """Whether this stands for a person whose address is not kept any more."""
    return text.startswith(_TOKEN) and len(text) == len(_TOKEN) + 2 * _TOKEN_BYTES and "@" not in text


_TOKEN = "p:"
_TOKEN_BYTES = 10
