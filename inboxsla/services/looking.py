"""One ticket looked at: its timeline decided at an instant, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from inboxsla.domain.clock import Reading
from inboxsla.domain.decide import Decision, decide
from inboxsla.domain.policy import Policy
from inboxsla.domain.ticket_view import ClockView, TicketView, name_of
from inboxsla.domain.timeline import Event, Standing, is_token
from inboxsla.domain.why import clock_views, return_views
from inboxsla.storage import events, mailboxes, people, policies
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.policies import PolicyVersion
from inboxsla.storage.tickets import TicketRow


@dataclass(frozen=True, slots=True)
class Look:
    """A ticket as it stands: row, timeline, what follows from it, and how it is said."""

    ticket: TicketRow
    mailbox: MailboxRow
    events: tuple[Event, ...]
    decision: Decision
    view: TicketView
    names: Mapping[str, str]


def look(conn: Connection, rows: Iterable[TicketRow], now: datetime) -> list[Look]:
    """Every ticket of `rows` at `now` (an imported one at the instant of its mailbox's newest message)."""
    wanted = list(rows)
    timelines = events.timelines(conn, [row.id for row in wanted])
    boxes = {box_id: mailboxes.get(conn, box_id) for box_id in {row.mailbox_id for row in wanted}}
    names = {box_id: people.names(conn, box_id) for box_id in boxes}
    versions = {policy_id: policies.get(conn, policy_id) for policy_id in {row.policy_id for row in wanted}}
    return [
        _look(
            conn,
            row,
            boxes[row.mailbox_id],
            timelines.get(row.id, []),
            versions[row.policy_id],
            names[row.mailbox_id],
            now,
        )
        for row in wanted
    ]


def _look(
    conn: Connection,
    row: TicketRow,
    mailbox: MailboxRow,
    timeline: Sequence[Event],
    version: PolicyVersion,
    names: Mapping[str, str],
    now: datetime,
) -> Look:
    at = mailbox.as_of or now
    later = policies.named_by(conn, timeline)
    decision = decide(timeline, version.policy, at, mailbox.live_since if mailbox.is_live else None, later)
    facts = decision.facts
    in_force = policies.get(conn, facts.policies[-1][1]) if facts.policies else version
    terms = Terms(version.policy, later, in_force)
    seen = max((event.number for event in timeline), default=0)
    view = view_of(row, mailbox, facts, decision.reading, terms, names, at, seen)
    return Look(row, mailbox, tuple(timeline), decision, view, names)


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy versions a ticket is read with: the one it began with, those its events name, and the one in force."""

    began: Policy
    later: Mapping[int, Policy]
    in_force: PolicyVersion


class Where(Protocol):
    """As much of a mailbox as its tickets' views need."""

    @property
    def address(self) -> str: ...

    @property
    def as_of(self) -> datetime | None: ...


def view_of(
    row: TicketRow,
    mailbox: Where,
    facts: Standing,
    reading: Reading,
    terms: Terms,
    names: Mapping[str, str],
    at: datetime,
    seen: int,
) -> TicketView:
    """A ticket read at `at`. `seen` is the number of the newest of the events that `facts` were made from."""
    clocks = clock_views(facts, reading, terms.began, at, terms.later)
    if mailbox.as_of:
        # Nobody is mailed about what was read from a file, so there is no step to announce.
        clocks = tuple(replace(clock, steps=()) for clock in clocks)
    return TicketView(
        id=row.id,
        version=row.version,
        mailbox=mailbox.address,
        thread_id=row.thread_id,
        subject=row.subject,
        requester="" if is_token(row.requester) else row.requester,
        requester_name=row.requester_name,
        owner=facts.owner,
        owner_name=name_of(facts.owner, names),
        status=row.status,
        priority=facts.priority,
        urgency=reading.urgency,
        breached=reading.breached,
        clocks=clocks,
        worst=_worst(clocks, facts, reading),
        waiting_since=facts.waiting_since,
        last_activity=facts.last_activity,
        opened_at=row.opened_at,
        hold_until=facts.hold_until,
        status_reason=facts.status_reason,
        policy_name=terms.in_force.name,
        policy_version=terms.in_force.version,
        now=at,
        as_of=mailbox.as_of,
        over_since=_over_since(facts),
        rule=facts.rule,
        rule_why=facts.why,
        tags=tuple(sorted(facts.tags)),
        tier=facts.tier,
        channel=facts.channel,
        team=facts.team,
        closes_at=facts.closes_at,
        reopened=len(facts.reopenings),
        on_return=() if mailbox.as_of else return_views(facts, terms.began, terms.later),
        seen=seen,
    )


def _over_since(facts: Standing) -> datetime | None:
    lasting = (span.start for span in reversed(facts.spans) if span.end is None and span.status == facts.status)
    return next(lasting, None) if facts.status.is_over else None


def _worst(clocks: tuple[ClockView, ...], facts: Standing, reading: Reading) -> ClockView | None:
    worst = reading.worst
    if worst is None or facts.status.is_over or facts.away:
        return None
    return next(clock for clock in clocks if clock.reading is worst)
