"""What only mailbox files need: their messages read again in bounded pieces, and threads that must be read anew."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, select, update

from inboxsla.domain.timeline import Kind
from inboxsla.storage.messages import MessageRow, row_of
from inboxsla.storage.schema import events, messages, tickets

# What, where no person did it, the rules and promises in force made of a ticket.
JUDGEMENT = frozenset(
    {
        Kind.POLICY_SET,
        Kind.PRIORITY_SET,
        Kind.TAGGED,
        Kind.CLASSIFIED,
        Kind.ROUTED,
        Kind.ASSIGNED,
        Kind.STATUS_SET,
        Kind.STEP_TAKEN,
    }
)
_COLUMNS = [messages.c[name] for name in MessageRow.__dataclass_fields__]


def by_id(conn: Connection, mailbox_id: int, gmail_ids: Sequence[str]) -> dict[str, MessageRow]:
    """Those of these messages that are kept already."""
    where = (messages.c.mailbox_id == mailbox_id, messages.c.gmail_id.in_(gmail_ids))
    return {row.gmail_id: row_of(row) for row in conn.execute(select(*_COLUMNS).where(*where))}


def page(conn: Connection, mailbox_id: int, after: int, limit: int, kind: str = "") -> list[tuple[int, MessageRow]]:
    """(number, message) in the order of their numbers, from the first above `after`; of one kind if given."""
    where = [messages.c.mailbox_id == mailbox_id, messages.c.id > after]
    if kind:
        where.append(messages.c.kind == kind)
    rows = conn.execute(select(messages.c.id, *_COLUMNS).where(*where).order_by(messages.c.id).limit(limit))
    return [(row.id, row_of(row[1:])) for row in rows]


def rewrite(conn: Connection, mailbox_id: int, row: MessageRow) -> None:
    """Another copy, or a better reading, of a message that is kept already."""
    values = {"kind": row.kind, "kind_reason": row.kind_reason, "internal_at": row.internal_at}
    where = (messages.c.mailbox_id == mailbox_id, messages.c.gmail_id == row.gmail_id)
    conn.execute(update(messages).where(*where).values(**values, labels=sorted(row.labels)))


def thread_page(conn: Connection, mailbox_id: int, after: str, limit: int) -> dict[str, list[MessageRow]]:
    """The next threads by id after `after`, each with its messages, oldest first."""
    first = (
        select(messages.c.thread_id)
        .where(messages.c.mailbox_id == mailbox_id, messages.c.thread_id > after)
        .distinct()
        .order_by(messages.c.thread_id)
        .limit(limit)
    )
    ids = list(conn.execute(first).scalars())
    found: dict[str, list[MessageRow]] = {each: [] for each in ids}
    rows = conn.execute(
        select(*_COLUMNS)
        .where(messages.c.mailbox_id == mailbox_id, messages.c.thread_id.in_(ids))
        .order_by(messages.c.internal_at, messages.c.id)
    )
    for row in rows:
        found[row.thread_id].append(row_of(row))
    return found


def count_threads(conn: Connection, mailbox_id: int) -> int:
    where = messages.c.mailbox_id == mailbox_id
    return conn.execute(select(func.count(messages.c.thread_id.distinct())).where(where)).scalar_one()


def count_by_kind(conn: Connection, mailbox_id: int) -> dict[str, int]:
    rows = conn.execute(
        select(messages.c.kind, func.count()).where(messages.c.mailbox_id == mailbox_id).group_by(messages.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def tickets_of(conn: Connection, mailbox_id: int, thread_ids: Sequence[str]) -> dict[str, int]:
    """Thread to ticket, of those threads that are tickets."""
    where = (tickets.c.mailbox_id == mailbox_id, tickets.c.thread_id.in_(thread_ids))
    return {row.thread_id: row.id for row in conn.execute(select(tickets.c.thread_id, tickets.c.id).where(*where))}


def policies_of(conn: Connection, ticket_ids: Sequence[int]) -> dict[int, int]:
    """Ticket to the policy version it has."""
    rows = conn.execute(select(tickets.c.id, tickets.c.policy_id).where(tickets.c.id.in_(ticket_ids)))
    return {row.id: row.policy_id for row in rows}


def policies_in_force(conn: Connection, mailbox_id: int) -> list[int]:
    """The policy versions that the mailbox's tickets are judged by now."""
    in_force = func.coalesce(tickets.c.policy_now_id, tickets.c.policy_id)
    return sorted(conn.execute(select(in_force).where(tickets.c.mailbox_id == mailbox_id).distinct()).scalars())


def forget_judgement(conn: Connection, ticket_id: int) -> None:
    """Take back what rules said about a ticket and which steps it came to, because it is held to other promises now."""
    kinds = [kind.value for kind in JUDGEMENT]
    conn.execute(
        delete(events).where(events.c.ticket_id == ticket_id, events.c.actor.is_(None), events.c.kind.in_(kinds))
    )


def forget_events(conn: Connection, ticket_id: int) -> None:
    """Take back everything a ticket was said to be, because its messages are read differently now."""
    conn.execute(delete(events).where(events.c.ticket_id == ticket_id))


def forget_ticket(conn: Connection, ticket_id: int) -> None:
    conn.execute(delete(tickets).where(tickets.c.id == ticket_id))
