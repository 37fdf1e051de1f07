"""One ticket looked at: its timeline decided at an instant, without writing anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.decide import Decision, decide
from inboxsla.domain.ticket_view import ClockView, TicketView, name_of
from inboxsla.domain.timeline import Event, Standing
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
    facts, reading = decision.facts, decision.reading
    clocks = clock_views(facts, reading, version.policy, at, later)
    in_force = policies.get(conn, facts.policies[-1][1]) if facts.policies else version
    if mailbox.as_of:
        # Nobody is mailed about what was read from a file, so there is no step to announce.
        clocks = tuple(replace(clock, steps=()) for clock in clocks)
    view = TicketView(
        id=row.id,
        version=row.version,
        mailbox=mailbox.address,
        thread_id=row.thread_id,
        subject=row.subject,
        requester=row.requester,
        requester_name=row.requester_name,
        owner=facts.owner,
        owner_name=name_of(facts.owner, names),
        status=row.status,
        priority=facts.priority,
        urgency=reading.urgency,
        breached=reading.breached,
        clocks=clocks,
        worst=_worst(clocks, decision),
        waiting_since=facts.waiting_since,
        last_activity=facts.last_activity,
        opened_at=row.opened_at,
        hold_until=facts.hold_until,
        status_reason=facts.status_reason,
        policy_name=in_force.name,
        policy_version=in_force.version,
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
        # Nobody is mailed about what was read from a file.
        on_return=() if mailbox.as_of else return_views(facts, version.policy, later),
        seen=max((event.number for event in timeline), default=0),
    )
    return Look(row, mailbox, tuple(timeline), decision, view, names)


def _over_since(facts: Standing) -> datetime | None:
    lasting = (span.start for span in reversed(facts.spans) if span.end is None and span.status == facts.status)
    return next(lasting, None) if facts.status.is_over else None


def _worst(clocks: tuple[ClockView, ...], decision: Decision) -> ClockView | None:
    worst = decision.reading.worst
    if worst is None or decision.facts.status.is_over or decision.facts.away:
        return None
    return next(clock for clock in clocks if clock.reading is worst)
