"""What saving another configuration would mean for the tickets that are open now, if open ones got it too. Nothing is written.

The same as `rollout` would bring about, at the instant of looking: rules are asked again, policies renewed, clocks read anew.
Rules are asked only if they could say something else than when each ticket was last asked about, and clocks are read only of
tickets whose policy or priority would change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.config.document import Document, compile_policies
from inboxsla.domain.clock import Urgency
from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.domain.effect import NO_CLOCK_READS, NOBODY_READS, Counting, Move, outlook
from inboxsla.domain.examples import Example
from inboxsla.domain.timeline import Event, Kind, Standing
from inboxsla.services import renewing, rulebook, ruling
from inboxsla.services.in_force import in_force
from inboxsla.services.ports import Ports
from inboxsla.services.renewing import Renewal
from inboxsla.services.rulebook import Judge
from inboxsla.storage import events, mailboxes, messages, open_tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow
from inboxsla.storage.open_tickets import OpenTicket, Under

_PAGE = 500
# What the events are called that saving would put on a ticket.
_SOURCE = "configuration:next"


@dataclass(frozen=True, slots=True)
class LateTicket:
    """A ticket that would be overdue at once; texts are hostile."""

    id: int
    subject: str
    requester: str


@dataclass(frozen=True, slots=True)
class PolicyExample:
    """A promise that changes. Versions are None before a policy is there, and where it is not promised any more."""

    policy: str
    old_version: int | None
    new_version: int | None
    example: Example


@dataclass(frozen=True, slots=True)
class Effect:
    """What would become of open tickets (those of mailboxes in use), `open_tickets` in all.

    `moves` are changes of urgency, the gravest first. `overdue` would be so at once, `overdue_first` those due longest.
    `renewed` would stand under another version, `other_policy` of them under another policy. `under` is how many stand under
    each policy now, by its name. `tells` is what customers would be told by themselves who are not told now, if nothing
    happens before, and how many of them.
    """

    open_tickets: int
    moves: tuple[Move, ...]
    overdue: int
    overdue_first: tuple[LateTicket, ...]
    renewed: int
    other_policy: int
    under: Mapping[str, int]
    examples: tuple[PolicyExample, ...]
    tells: Mapping[CustomerNotice, int]

    @property
    def more_urgent(self) -> int:
        return sum(move.count for move in self.moves if move.is_more_urgent)

    @property
    def less_urgent(self) -> int:
        return sum(move.count for move in self.moves if not move.is_more_urgent)


@dataclass(slots=True)
class _Course:
    """What is being counted while tickets go by. Without a `judge` the rules need not be asked again.

    `names` are those of the policy versions that tickets stand under or would stand under; `counted` says that rules ask
    how many tickets a customer opened.
    """

    renewal: Renewal
    names: Mapping[int, str]
    judge: Judge | None
    counted: bool
    now: datetime
    counting: Counting = field(default_factory=Counting)
    renewed: int = 0
    other_policy: int = 0

    def count(
        self, conn: Connection, box: MailboxRow, row: OpenTicket, timeline: Sequence[Event], news: Sequence[Event]
    ) -> None:
        if not news:
            return
        target = next((event.data["policy"] for event in news if event.kind is Kind.POLICY_SET), row.under)
        self.renewed += target != row.under
        self.other_policy += self.names[target] != self.names[row.under]
        begun, later = self.renewal.versions(conn, row.policy_id, [*timeline, *news])
        before = Urgency(row.urgency)
        if row.wake_at is not None and row.wake_at <= self.now:
            # Time alone has changed it, and nobody has written that down yet.
            before = outlook(timeline, begun, self.now, later).urgency
        live_since = box.live_since if box.is_live else None
        after = outlook([*timeline, *news], begun, self.now, later, live_since)
        self.counting.add(row.id, before, after, self.now)
        self.counting.tells.update(after.tells - later.get(row.under, begun).courtesy.on)


def count(ports: Ports) -> int:
    """How many tickets are open, for a bar that shows how far `effect` is."""
    with ports.db.read() as conn:
        return sum(each.tickets for each in open_tickets.under_policies(conn))


def effect(
    ports: Ports, document: Document, now: datetime, moved: Callable[[int], None] = lambda count: None
) -> Effect:
    """What saving `document`, which has no mistakes, would mean at `now` (aware UTC) if open tickets got it too.

    `moved(n)` is told after every n tickets.
    """
    with ports.db.read() as conn:
        old = in_force(conn, ports.settings)
        renewal = renewing.renewal(conn, old, compile_policies(document))
        under = open_tickets.under_policies(conn)
        asks = any(each.name not in renewal.targets for each in under) or (
            bool(under)
            and renewing.rules_differ(conn, ports.settings, old, document, min(each.oldest for each in under))
        )
        judge = rulebook.judge_of(document) if asks else None
        named = {target: name for name, target in renewal.targets.items()}
        names = {**{each.policy_id: each.name for each in under}, **named}
        course = _Course(renewal, names, judge, renewing.counts_tickets(document), now)
        boxes = [box for box in mailboxes.every(conn) if box.kind == "gmail" and box.retired_at is None]
    if renewal.changes or judge is not None:
        for box in boxes:
            for rows in _pages(ports, box, _concerned(course, under)):
                with ports.db.read() as conn:
                    _look_at(conn, course, box, rows)
                moved(len(rows))
    return _told(ports, course, under)


def _concerned(course: _Course, under: Sequence[Under]) -> list[int]:
    """Versions whose tickets are looked at: all if rules are asked, else those that have a newer one."""
    renewal = course.renewal
    return [x.policy_id for x in under if course.judge is not None or renewal.targets[x.name] != x.policy_id]


def _told(ports: Ports, course: _Course, under: Sequence[Under]) -> Effect:
    first = course.counting.first_overdue()
    by_name: Counter[str] = Counter()
    for each in under:
        by_name[each.name] += each.tickets
    with ports.db.read() as conn:
        named = open_tickets.subjects(conn, first)
        shown = tuple(PolicyExample(*each) for each in course.renewal.examples(conn, by_name, course.now))
    return Effect(
        open_tickets=by_name.total(),
        moves=course.counting.told(),
        overdue=len(course.counting.overdue),
        overdue_first=tuple(LateTicket(ticket_id, *named[ticket_id]) for ticket_id in first if ticket_id in named),
        renewed=course.renewed,
        other_policy=course.other_policy,
        under=dict(by_name),
        examples=shown,
        tells={notice: counted for notice in CustomerNotice if (counted := course.counting.tells[notice])},
    )


def _pages(ports: Ports, box: MailboxRow, under: Sequence[int]) -> Iterator[list[OpenTicket]]:
    after = 0
    while under:
        with ports.db.read() as conn:
            rows = open_tickets.page(conn, box.id, under, after, _PAGE)
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _look_at(conn: Connection, course: _Course, box: MailboxRow, rows: Sequence[OpenTicket]) -> None:
    if course.judge is None:
        timelines = events.timelines(conn, [row.id for row in rows], NO_CLOCK_READS)
        for row in rows:
            target = course.renewal.targets[course.names[row.under]]
            course.count(conn, box, row, timelines.get(row.id, ()), [_policy_set(course, row, target)])
        return
    timelines = events.timelines(conn, [row.id for row in rows], NOBODY_READS)
    threads = messages.of_threads(conn, box.id, [row.thread_id for row in rows])
    for row in rows:
        timeline = timelines.get(row.id, [])
        news = _asked_again(conn, course, course.judge, box, row, threads.get(row.thread_id, ()), timeline)
        course.count(conn, box, row, timeline, news)


def _asked_again(
    conn: Connection,
    course: _Course,
    judge: Judge,
    box: MailboxRow,
    row: OpenTicket,
    thread: Sequence[MessageRow],
    timeline: Sequence[Event],
) -> list[Event]:
    """What the rules would say now about a ticket, as far as it decides when something is due; as `ruling.again` does."""
    if not thread:
        return []
    told = Standing(priority=row.priority, tags=frozenset(row.tags), tier=row.tier, channel=row.channel, team=row.team)
    begins = ruling.beginning(thread, None, row.requester)
    said = judge.ask(ruling.facts_of(conn, box, begins, row.requester, told, timeline, counted=course.counted))
    target = course.renewal.targets[judge.policy_named(said, box.address)]
    at = max(course.now, row.opened_at)
    news = [e for e in ruling.changes(said, told, at, _SOURCE, begins=False) if e.kind is Kind.PRIORITY_SET]
    return news if target == row.under else [*news, _policy_set(course, row, target)]


def _policy_set(course: _Course, row: OpenTicket, target: int) -> Event:
    return Event(Kind.POLICY_SET, max(course.now, row.opened_at), f"{_SOURCE}:policy", data={"policy": target})
