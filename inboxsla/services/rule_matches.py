"""The rules of a configuration, in force or a draft, asked about the newest tickets again. Nothing is written.

It takes no longer than it is given: then fewer tickets are looked at, and that is said.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from inboxsla.config.document import Document
from inboxsla.domain.replay import bare
from inboxsla.domain.rules import Ruling
from inboxsla.services import rulebook, ruling
from inboxsla.services.ports import Ports
from inboxsla.services.rulebook import Judge
from inboxsla.storage import events, mailboxes, messages, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.tickets import ListedTicket

LOOKED_AT = 500
SECONDS = 2.0
NAMED = 50
# So many are read from the database at once.
AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Matches:
    """How many of the newest `looked_at` tickets each rule matches, and for how many it is the first that does.

    `wanted` are more than were looked at if time ran out. Rules that match nothing are left out.
    """

    looked_at: int
    wanted: int
    matched: Mapping[str, int]
    first: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Fitting:
    """The tickets that one rule matches, the newest NAMED of them, with the policy that the rules would give each."""

    looked_at: int
    wanted: int
    count: int
    tickets: Sequence[tuple[ListedTicket, str]]


def in_force_now(ports: Ports, seconds: float = SECONDS, clock: Callable[[], float] = time.monotonic) -> Matches:
    """All rules in force, in one go."""
    until = clock() + seconds
    with ports.db.read() as conn:
        book = rulebook.in_force(conn)
    if book is None or not book.judge.rules.rules:
        return Matches(0, 0, {}, {})
    matched: Counter[str] = Counter()
    first: Counter[str] = Counter()
    looked_at = 0
    wanted = _wanted(ports)
    for _ticket, _box, said in _asked(ports, book.judge, wanted, until, clock):
        looked_at += 1
        matched.update(said.matched)
        first.update(said.matched[:1])
    return Matches(looked_at, len(wanted), matched, first)


def of_rule(
    ports: Ports,
    document: Document,
    rule: str,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> Fitting:
    """What the rule of that name in `document`, in its place among the others, would match. Raises ConfigMistakes."""
    until = clock() + seconds
    judge = rulebook.judge_of(document)
    count = looked_at = 0
    named: list[tuple[ListedTicket, str]] = []
    wanted = _wanted(ports)
    for ticket, box, said in _asked(ports, judge, wanted, until, clock):
        looked_at += 1
        if rule in said.matched:
            count += 1
            if len(named) < NAMED:
                named.append((ticket, "" if said.not_a_ticket else judge.policy_named(said, box.address)))
    return Fitting(looked_at, len(wanted), count, named)


def _wanted(ports: Ports) -> list[ListedTicket]:
    with ports.db.read() as conn:
        return tickets.newest(conn, LOOKED_AT)


def _asked(
    ports: Ports, judge: Judge, wanted: Sequence[ListedTicket], until: float, clock: Callable[[], float]
) -> Iterator[tuple[ListedTicket, MailboxRow, Ruling]]:
    """What the rules say about each ticket, as if it began now; at least the first page, whatever the time."""
    with ports.db.read() as conn:
        boxes = {box.id: box for box in mailboxes.every(conn)}
    for start in range(0, len(wanted), AT_ONCE):
        page = wanted[start : start + AT_ONCE]
        with ports.db.read() as conn:
            timelines = events.timelines(conn, [ticket.id for ticket in page])
            threads = _threads(conn, page)
            for ticket in page:
                box, thread = boxes[ticket.mailbox_id], threads.get((ticket.mailbox_id, ticket.thread_id))
                happened = bare(timelines.get(ticket.id, ()))
                facts = ruling.facts_anew(conn, box, thread, ticket.requester, happened) if thread else None
                yield ticket, box, judge.ask(facts) if facts else Ruling()
        if clock() > until:
            return


def _threads(conn: Connection, page: Sequence[ListedTicket]) -> dict[tuple[int, str], list[MessageRow]]:
    found: dict[tuple[int, str], list[MessageRow]] = {}
    for box in dict.fromkeys(ticket.mailbox_id for ticket in page):
        ids = [ticket.thread_id for ticket in page if ticket.mailbox_id == box]
        found |= {(box, thread): rows for thread, rows in messages.of_threads(conn, box, ids).items()}
    return found
