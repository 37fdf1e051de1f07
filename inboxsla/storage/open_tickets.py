"""Tickets that are open now, as somebody needs them who looks at all of them: pages of what decides about their promises."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from inboxsla.storage.schema import mailboxes, policies
from inboxsla.storage.schema import tickets as t
from inboxsla.storage.tickets import OPEN_STATUSES


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """`under` is the policy version in force, `policy_id` the one it began with."""

    id: int
    thread_id: str
    requester: str
    policy_id: int
    under: int
    priority: str
    tags: Sequence[str]
    tier: str
    channel: str
    team: str
    urgency: str
    opened_at: datetime
    wake_at: datetime | None


@dataclass(frozen=True, slots=True)
class Under:
    """How many open tickets stand under one version of a policy, and when the oldest of them began."""

    policy_id: int
    name: str
    tickets: int
    oldest: datetime


_UNDER: ColumnElement[Any] = func.coalesce(t.c.policy_now_id, t.c.policy_id)
_COLUMNS = [_UNDER if name == "under" else t.c[name] for name in OpenTicket.__dataclass_fields__]


def under_policies(conn: Connection) -> list[Under]:
    """The versions that open tickets of mailboxes in use stand under."""
    rows = conn.execute(
        select(policies.c.id, policies.c.name, func.count(), func.min(t.c.opened_at))
        .select_from(t.join(policies, policies.c.id == _UNDER).join(mailboxes, mailboxes.c.id == t.c.mailbox_id))
        .where(t.c.status.in_(OPEN_STATUSES), mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
        .group_by(policies.c.id, policies.c.name)
        .order_by(policies.c.id)
    )
    return [Under(*row) for row in rows]


def page(conn: Connection, mailbox_id: int, under: Collection[int], after: int, limit: int) -> list[OpenTicket]:
    """Open tickets of a mailbox that stand under one of these versions, those with ids above `after`, in order."""
    where = (t.c.mailbox_id == mailbox_id, t.c.status.in_(OPEN_STATUSES), _UNDER.in_(sorted(under)), t.c.id > after)
    return [OpenTicket(*row) for row in conn.execute(select(*_COLUMNS).where(*where).order_by(t.c.id).limit(limit))]


def subjects(conn: Connection, ticket_ids: Sequence[int]) -> Mapping[int, tuple[str, str]]:
    """Subject of each ticket, and the name of who wrote (the address where there is none)."""
    rows = conn.execute(select(t.c.id, t.c.subject, t.c.requester_name, t.c.requester).where(t.c.id.in_(ticket_ids)))
    return {row.id: (row.subject, row.requester_name or row.requester) for row in rows}
