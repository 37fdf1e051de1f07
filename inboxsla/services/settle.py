"""The one write path: record news, decide what follows, and write it all down in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from inboxsla.domain.clock import Urgency
from inboxsla.domain.decide import Act, Decision, asked_for, decide
from inboxsla.domain.timeline import Event
from inboxsla.errors import TicketMoved
from inboxsla.services.apart import set_apart
from inboxsla.services.ports import Ports
from inboxsla.services.text_age import text_since
from inboxsla.storage import events, mailboxes, outbox, policies, tickets
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.tickets import TicketRow

T = TypeVar("T")

_ATTEMPTS = 5
# What labels show.
_SHOWN = frozenset({"label_wanted", "owner"})


def again_if_moved(work: Callable[[], T]) -> T:
    """Do `work`, a transaction of its own, and do it anew if somebody wrote to one of its tickets meanwhile."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return work()
        except TicketMoved:
            continue
    return work()


def settle(ports: Ports, ticket_id: int, news: Sequence[Event] = ()) -> Decision:
    """Settle one ticket in a transaction of its own, reading and deciding again if somebody wrote meanwhile."""
    return again_if_moved(lambda: _settle_once(ports, ticket_id, news))


def _settle_once(ports: Ports, ticket_id: int, news: Sequence[Event]) -> Decision:
    with ports.db.write() as conn:
        ticket = tickets.load(conn, ticket_id)
        return settle_in(conn, ticket, mailboxes.get(conn, ticket.mailbox_id), news, ports.now())


def settle_in(
    conn: Connection,
    ticket: TicketRow,
    mailbox: MailboxRow,
    news: Sequence[Event],
    now: datetime,
    *,
    relabel: bool = False,
    facts: dict[str, Any] | None = None,
) -> Decision:
    """The same inside the caller's transaction, with `ticket` just loaded there.

    `relabel` says that the thread's labels may have changed; `facts` are columns the caller learned (subject, requester).
    An imported mailbox stands still at the instant of its newest message. Raises TicketMoved if `ticket` is not fresh.
    """
    at = mailbox.as_of or now
    known = events.timeline(conn, ticket.id)
    have = {event.source for event in known}
    fresh = [event for event in {event.source: event for event in news}.values() if event.source not in have]
    events.append(conn, ticket.id, fresh, learned_at=now)
    timeline = [*known, *fresh]
    decision = decide(
        timeline,
        policies.get(conn, ticket.policy_id).policy,
        at,
        mailbox.live_since if mailbox.is_live else None,
        policies.named_by(conn, timeline),
    )
    events.append(conn, ticket.id, decision.steps_taken, learned_at=now)
    learned = {"text_since": text_since(ticket, mailbox, decision.facts, timeline, now), **(facts or {})}
    changes = _changes(ticket, mailbox, decision, learned, relabel=relabel)
    if changes or fresh or decision.steps_taken:
        tickets.save(conn, ticket.id, ticket.version, changes)
    asked = [act for event in fresh for act in asked_for(event)] if mailbox.is_live else []
    outbox.put(conn, mailbox.id, ticket.id, [_owed(act) for act in (*decision.acts, *asked)], now)
    return decision


def wake(ports: Ports, ticket_ids: Sequence[int]) -> list[Decision]:
    """Settle tickets that time alone has changed, each in a short transaction. Returns the decisions that came about.

    A ticket that cannot be settled is left as it is and rings again; it never keeps the others of its batch waiting.
    """
    decisions = []
    for ticket_id in ticket_ids:
        with set_apart(ports, f"settle/{ticket_id}", f"Ticket {ticket_id}"):
            decisions.append(settle(ports, ticket_id))
    return decisions


def _owed(act: Act) -> tuple[str, str, str, dict[str, Any]]:
    data = {
        **({"metric": act.metric.value} if act.metric is not None else {}),
        "cycle": act.cycle,
        "step": act.step,
        "percent": act.percent,
        "instant": act.instant.isoformat(),
        "always_on": act.always_on,
        **({"recipient": act.recipient} if act.recipient else {}),
        **({"reopened": act.reopened} if act.reopened else {}),
        **({"words": act.words} if act.words else {}),
        **({"promise": act.promise.isoformat()} if act.promise is not None else {}),
        **({"note": act.note} if act.note is not None else {}),
    }
    return act.key, act.do.value, act.role, data


def projection(decision: Decision, mailbox: MailboxRow) -> dict[str, Any]:
    """The columns a decision determines; equal timelines and instants give equal columns."""
    worst, facts = decision.reading.worst, decision.facts
    urgency = decision.reading.urgency
    over = facts.status.is_over or facts.away
    return {
        "owner": facts.owner,
        "status": "away" if facts.away else facts.status.value,
        "priority": facts.priority,
        "policy_now_id": facts.policies[-1][1] if facts.policies else None,
        "team": facts.team,
        "tags": sorted(facts.tags),
        "tier": facts.tier,
        "channel": facts.channel,
        "rule": facts.rule,
        "urgency": urgency.value,
        "metric": worst.metric.value if worst and not over else None,
        "due_at": worst.due_at if worst and not over else None,
        "breached": decision.reading.breached,
        "waiting_since": facts.waiting_since,
        "last_activity": facts.last_activity,
        # An imported mailbox stands still, so time alone never changes it.
        "wake_at": decision.wake_at if mailbox.as_of is None else None,
        "label_wanted": None if urgency is Urgency.NONE else urgency.value,
    }


def _changes(
    ticket: TicketRow, mailbox: MailboxRow, decision: Decision, learned: dict[str, Any], *, relabel: bool
) -> dict[str, Any]:
    wanted = {**projection(decision, mailbox), **learned}
    changed = {name: value for name, value in wanted.items() if getattr(ticket, name) != value}
    if mailbox.is_live and (relabel or changed.keys() & _SHOWN) and not ticket.label_due:
        changed["label_due"] = True
    return changed
