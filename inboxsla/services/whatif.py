"""What would have been: stored timelines read again under a draft configuration, beside what they are now.

Rules are asked about the messages as they are kept, clocks are read from what happened. It replays clocks, not people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from inboxsla.config.document import Document, compile_policies
from inboxsla.domain.audit import Figures, Observed, Tally
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.replay import MAILS, Replayed, bare, missed, replay, ruled
from inboxsla.domain.timeline import Event, Standing
from inboxsla.services import courtesies, rulebook, ruling
from inboxsla.services.ports import Ports
from inboxsla.services.rulebook import Judge
from inboxsla.storage import events, mailboxes, messages, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.policies import PolicyVersion
from inboxsla.storage.tickets import BegunTicket

_PAGE = 500
# How many tickets are named as examples of a miss that would appear or vanish.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: as it is, or as it would be. `policies` counts tickets by the policy they have, `told` notices to customers."""

    figures: Figures
    policies: Mapping[str, int]
    did: Mapping[Do, int]
    told: Mapping[CustomerNotice, int] = field(default_factory=dict)

    @property
    def mails(self) -> int:
        return sum(count for do, count in self.did.items() if do in MAILS)

    @property
    def reassignments(self) -> int:
        return self.did.get(Do.REASSIGN, 0)

    @property
    def posts(self) -> int:
        return self.did.get(Do.POST_WEBHOOK, 0)

    @property
    def tags(self) -> int:
        return self.did.get(Do.ADD_TAG, 0)


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a draft would have made of the tickets that began in the days looked at; `there_are` so many, `tickets` were replayed.

    `appear` and `vanish` are tickets with a miss that the draft would add or take away, the first of them by number.
    `no_tickets` are those that the draft's rules would keep off the board; `matched` counts tickets by the rule that matched.
    `without_text` are those whose text was erased: no rule can be asked about them, so they keep what rules said before.
    """

    days: int
    mailboxes: tuple[str, ...]
    tickets: int
    now: Side
    then: Side
    misses_appear: int
    misses_vanish: int
    appear: tuple[int, ...]
    vanish: tuple[int, ...]
    no_tickets: int
    matched: Mapping[str, int]
    there_are: int
    without_text: int = 0


@dataclass(slots=True)
class _Counting:
    tally: Tally = field(default_factory=Tally)
    policies: Counter[str] = field(default_factory=Counter)
    did: Counter[Do] = field(default_factory=Counter)
    notices: list[tuple[datetime, str, CustomerNotice]] = field(default_factory=list)

    def add(self, one: Replayed, policy: str, requester: str) -> None:
        if one.counts:
            self.tally.add(Observed(not one.facts.status.is_over, one.clocks))
            self.policies[policy] += 1
            self.did.update(one.did)
            self.notices += ((at, requester, notice) for at, notice in one.told)

    def side(self) -> Side:
        goes = courtesies.would_go(self.notices)
        told = Counter(notice for (_, _, notice), out in zip(self.notices, goes, strict=True) if out)
        in_order = {notice: told[notice] for notice in CustomerNotice if told[notice]}
        return Side(self.tally.figures(), dict(self.policies.most_common()), dict(self.did), in_order)


@dataclass(slots=True)
class _Course:
    """What is being counted while tickets go by."""

    judge: Judge
    drafted: Mapping[str, Policy]
    now: _Counting = field(default_factory=_Counting)
    then: _Counting = field(default_factory=_Counting)
    appear: Counter[int] = field(default_factory=Counter)
    vanish: Counter[int] = field(default_factory=Counter)
    matched: Counter[str] = field(default_factory=Counter)
    tickets: int = 0
    no_tickets: int = 0
    without_text: int = 0
    versions: dict[int, PolicyVersion] = field(default_factory=dict)

    def version(self, conn: Connection, policy_id: int) -> PolicyVersion:
        """Asked of the database once for all tickets."""
        if policy_id not in self.versions:
            self.versions[policy_id] = policies.get(conn, policy_id)
        return self.versions[policy_id]


def whatif(
    ports: Ports,
    draft: Document,
    days: int,
    mailbox: str | None,
    moved: Callable[[int], None],
    most: int | None = None,
) -> WhatIf:
    """Replay the tickets that began within `days` (24 h each) of now, or of a file's newest message. Nothing is written.

    Of each mailbox the newest, about `most` in all, for somebody who waits; None: every one. `moved(n)` is told after every n
    tickets. Raises ConfigMistakes if the draft's rules cannot be used.
    """
    drafted = {name: from_data(body) for name, body in compile_policies(draft).items()}
    course = _Course(rulebook.judge_of(draft), drafted)
    looked_at = []
    with ports.db.read() as conn:
        boxes = [box for box in mailboxes.every(conn) if mailbox is None or box.address == mailbox]
        edges = {box.id: (box.as_of or ports.now()) - timedelta(days=days) for box in boxes}
        counts = {box.id: tickets.count_since(conn, box.id, edges[box.id]) for box in boxes}
        if most is not None:
            edges |= _newest(conn, edges, counts, most)
    for box in boxes:
        looked_at.append(box.address)
        for rows in _pages(ports, box, edges[box.id]):
            with ports.db.read() as conn:
                _replay_page(conn, course, box, rows, box.as_of or ports.now())
            moved(len(rows))
    return WhatIf(
        days=days,
        mailboxes=tuple(dict.fromkeys(looked_at)),
        tickets=course.tickets,
        now=course.now.side(),
        then=course.then.side(),
        misses_appear=course.appear.total(),
        misses_vanish=course.vanish.total(),
        appear=tuple(sorted(course.appear)[:NAMED]),
        vanish=tuple(sorted(course.vanish)[:NAMED]),
        no_tickets=course.no_tickets,
        matched=dict(course.matched.most_common()),
        there_are=sum(counts.values()),
        without_text=course.without_text,
    )


def _newest(
    conn: Connection, edges: Mapping[int, datetime], counts: Mapping[int, int], most: int
) -> dict[int, datetime]:
    """Later edges for mailboxes that have more tickets than their share of `most`; what others leave is shared among them."""
    later, left = {}, most
    for nth, box_id in enumerate(sorted(counts, key=lambda each: counts[each])):
        share = left // (len(counts) - nth)
        if counts[box_id] > share:
            later[box_id] = tickets.opened_as(conn, box_id, max(share, 1)) or edges[box_id]
        left -= min(counts[box_id], share)
    return later


def count(ports: Ports, days: int, mailbox: str | None) -> int:
    """How many tickets `whatif` would look at, for a bar that shows how far it is."""
    with ports.db.read() as conn:
        boxes = [box for box in mailboxes.every(conn) if mailbox is None or box.address == mailbox]
        edges = [(box.id, (box.as_of or ports.now()) - timedelta(days=days)) for box in boxes]
        return sum(tickets.count_since(conn, box_id, edge) for box_id, edge in edges)


def _pages(ports: Ports, box: MailboxRow, since: datetime) -> Iterator[list[BegunTicket]]:
    after = 0
    while True:
        with ports.db.read() as conn:
            rows = tickets.opened_since(conn, box.id, since, after, _PAGE)
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _replay_page(
    conn: Connection, course: _Course, box: MailboxRow, rows: Sequence[BegunTicket], until: datetime
) -> None:
    timelines = events.timelines(conn, [row.id for row in rows])
    threads = messages.of_threads(conn, box.id, [row.thread_id for row in rows]) if course.judge.rules.rules else {}
    for row in rows:
        timeline = timelines.get(row.id, [])
        begun = course.version(conn, row.policy_id)
        now = replay(timeline, begun.policy, until, policies.named_by(conn, timeline))
        named = course.version(conn, now.facts.policies[-1][1]).name if now.facts.policies else begun.name
        then, policy = _then(conn, course, box, row, threads.get(row.thread_id, ()), timeline, until, named)
        course.tickets += 1
        course.now.add(now, named, row.requester)
        course.then.add(then, policy, row.requester)
        course.no_tickets += now.counts and not then.counts
        before, after = missed(now.clocks), missed(then.clocks)
        if after - before:
            course.appear[row.id] += len(after - before)
        if before - after:
            course.vanish[row.id] += len(before - after)


def _then(
    conn: Connection,
    course: _Course,
    box: MailboxRow,
    row: BegunTicket,
    thread: Sequence[MessageRow],
    timeline: Sequence[Event],
    until: datetime,
    named: str,
) -> tuple[Replayed, str]:
    happened = bare(timeline)
    name = course.judge.document.policy_of(box.address)
    if thread and ruling.beginning(thread, None, row.requester).erased_at is not None:
        course.without_text += 1
        happened, name = ruled(timeline), named if named in course.drafted else name
    elif thread:
        facts = ruling.facts_anew(conn, box, thread, row.requester, happened)
        said = course.judge.ask(facts)
        course.matched.update(said.matched)
        name = course.judge.policy_named(said, box.address)
        happened += ruling.changes(said, Standing(), facts.at, ruling.BEGINS, begins=True)
    return replay(happened, course.drafted[name], until), name
