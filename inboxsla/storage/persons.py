"""Where one address is kept. There is no index for that: it is asked seldom, and then everything is looked through."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, delete, func, or_, select, type_coerce, update

from inboxsla.storage.messages import MessageRow, row_of
from inboxsla.storage.schema import (
    alarm_mails,
    alarms,
    audit,
    configurations,
    envelopes,
    events,
    kept_aside,
    mailboxes,
    messages,
    notes,
    outbox,
    own_absences,
    people,
    sessions,
    tickets,
    told_alarms,
)

_COLUMNS = [messages.c[name] for name in MessageRow.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Membership:
    """One row of a people list, as it is kept: also of somebody who is no longer on it."""

    mailbox: str
    name: str
    role: str
    zone: str
    active: bool
    calendar: Mapping[str, Any] | None
    skills: tuple[str, ...]
    capacity: int | None
    absences: tuple[Mapping[str, Any], ...]


def _in(column: ColumnElement[Any], address: str) -> ColumnElement[bool]:
    return type_coerce(column, Text).icontains(address, autoescape=True)


def messages_naming(conn: Connection, known_as: Collection[str], address: str) -> list[tuple[int, MessageRow]]:
    """(mailbox, message) of all that name somebody: as one of `known_as` in their headers, or by the address in their text."""
    headers = (messages.c.recipients, messages.c.headers)
    where = [_in(column, each) for column in headers for each in known_as]
    where += [messages.c.sender.in_(known_as), _in(messages.c.subject, address), _in(messages.c.excerpt, address)]
    rows = conn.execute(select(messages.c.mailbox_id, *_COLUMNS).where(or_(*where)).order_by(messages.c.internal_at))
    return [(row.mailbox_id, row_of(row[1:])) for row in rows]


def tickets_of(conn: Connection, known_as: Collection[str], threads: Mapping[int, Collection[str]]) -> list[int]:
    """Tickets whose requester somebody is, or in whose threads (by mailbox) they take part; by number."""
    found = set(conn.execute(select(tickets.c.id).where(tickets.c.requester.in_(known_as))).scalars())
    for mailbox_id, thread_ids in threads.items():
        where = (tickets.c.mailbox_id == mailbox_id, tickets.c.thread_id.in_(thread_ids))
        found.update(conn.execute(select(tickets.c.id).where(*where)).scalars())
    return sorted(found)


def tickets_whose_text_names(conn: Connection, address: str) -> list[int]:
    """Tickets with a message or a note that repeats an address."""
    told = or_(_in(messages.c.subject, address), _in(messages.c.excerpt, address))
    threads = tickets.join(
        messages, and_(messages.c.mailbox_id == tickets.c.mailbox_id, messages.c.thread_id == tickets.c.thread_id)
    )
    found = set(conn.execute(select(tickets.c.id).select_from(threads).where(told)).scalars())
    found.update(conn.execute(select(notes.c.ticket_id).where(_in(notes.c.text, address))).scalars())
    return sorted(found)


def tickets_with_events(conn: Connection, known_as: Collection[str], address: str) -> list[int]:
    """Tickets that somebody owns, did something on, or is named on; by number."""
    named = [_in(events.c.data, each) for each in {*known_as, address}] + [_in(events.c.source, address)]
    told = conn.execute(select(events.c.ticket_id).where(or_(events.c.actor == address, *named)).distinct()).scalars()
    owned = conn.execute(select(tickets.c.id).where(tickets.c.owner == address)).scalars()
    return sorted({*told, *owned})


def count_notes(conn: Connection, ticket_ids: Collection[int]) -> int:
    return conn.execute(select(func.count()).select_from(notes).where(notes.c.ticket_id.in_(ticket_ids))).scalar_one()


def count_mails_about(conn: Connection, ticket_ids: Collection[int]) -> int:
    about = select(outbox.c.envelope_id).where(outbox.c.ticket_id.in_(ticket_ids), outbox.c.envelope_id.is_not(None))
    where = or_(envelopes.c.id.in_(about), envelopes.c.ticket_id.in_(ticket_ids))
    return conn.execute(select(func.count()).select_from(envelopes).where(where)).scalar_one()


def owned(conn: Connection, address: str, statuses: Collection[str]) -> int:
    where = (tickets.c.owner == address, tickets.c.status.in_(statuses))
    return conn.execute(select(func.count()).select_from(tickets).where(*where)).scalar_one()


def memberships(conn: Connection, address: str) -> tuple[Membership, ...]:
    rows = conn.execute(
        select(mailboxes.c.address.label("mailbox"), people)
        .join(mailboxes, mailboxes.c.id == people.c.mailbox_id)
        .where(people.c.address == address)
        .order_by(mailboxes.c.address)
    )
    return tuple(
        Membership(
            row.mailbox,
            row.name,
            row.role,
            row.zone,
            row.active,
            row.calendar,
            tuple(row.skills),
            row.capacity,
            tuple(row.absences),
        )
        for row in rows
    )


def acts_by(conn: Connection, address: str) -> tuple[dict[str, int], datetime | None, datetime | None]:
    """How often they did what on tickets, by kind of event; when first and when last."""
    mine = events.c.actor == address
    counted = conn.execute(select(events.c.kind, func.count()).where(mine).group_by(events.c.kind))
    first, last = conn.execute(select(func.min(events.c.happened_at), func.max(events.c.happened_at)).where(mine)).one()
    return {row[0]: row[1] for row in counted}, first, last


def count_elsewhere(conn: Connection, address: str) -> dict[str, int]:
    """Rows of further kinds that hold the address of one of the staff."""
    asked: dict[str, tuple[Any, ColumnElement[bool]]] = {
        "notes": (notes, notes.c.author == address),
        "mails": (envelopes, envelopes.c.recipient == address),
        "alarm mails": (alarm_mails, alarm_mails.c.recipient == address),
        "changes and sign-ins": (audit, audit.c.actor == address),
        "sessions": (sessions, sessions.c.address == address),
    }
    return {
        name: conn.execute(select(func.count()).select_from(table).where(where)).scalar_one()
        for name, (table, where) in asked.items()
    }


def count_recorded(conn: Connection, address: str) -> tuple[int, int]:
    """How many entries of the change log, and how many versions of the configuration, name an address."""
    logged = or_(
        audit.c.actor == address, _in(audit.c.what, address), _in(audit.c.before, address), _in(audit.c.after, address)
    )
    entries = conn.execute(select(func.count()).select_from(audit).where(logged)).scalar_one()
    said = select(func.count()).select_from(configurations).where(_in(configurations.c.body, address))
    return entries, conn.execute(said).scalar_one()


def events_of(conn: Connection, ticket_id: int) -> list[tuple[int, str, str | None, Any]]:
    """(id, source, actor, data) of every event of a ticket."""
    columns = (events.c.id, events.c.source, events.c.actor, events.c.data)
    return [tuple(row) for row in conn.execute(select(*columns).where(events.c.ticket_id == ticket_id))]


def rewrite_event(conn: Connection, event_id: int, source: str, actor: str | None, data: Any) -> None:
    conn.execute(update(events).where(events.c.id == event_id).values(source=source, actor=actor, data=data))


def acts_naming(conn: Connection, address: str) -> list[tuple[int, str, Any]]:
    """(id, key, data) of acts owed, or done, that name an address."""
    where = or_(_in(outbox.c.data, address), _in(outbox.c.key, address))
    return [tuple(row) for row in conn.execute(select(outbox.c.id, outbox.c.key, outbox.c.data).where(where))]


def rewrite_act(conn: Connection, act_id: int, key: str, data: Any) -> None:
    conn.execute(update(outbox).where(outbox.c.id == act_id).values(key=key, data=data))


# Free texts of ours that may repeat an address.
_TEXTS = (
    (notes, notes.c.text),
    (kept_aside, kept_aside.c.reason),
    (alarms, alarms.c.words),
    (told_alarms, told_alarms.c.words),
    (envelopes, envelopes.c.reason),
    (outbox, outbox.c.outcome),
)


def texts_naming(conn: Connection, address: str) -> list[tuple[int, int, str]]:
    """(which table, id, text) of everything else that repeats an address."""
    return [
        (nth, row[0], row[1])
        for nth, (table, column) in enumerate(_TEXTS)
        for row in conn.execute(select(table.c.id, column).where(_in(column, address)))
    ]


def rewrite_text(conn: Connection, which: int, row_id: int, text: str) -> None:
    table, column = _TEXTS[which]
    conn.execute(update(table).where(table.c.id == row_id).values({column.name: text}))


def no_longer_staff(conn: Connection, address: str, token: str) -> None:
    """Take somebody who is on no people list any more out of the lists, and their mails with them."""
    conn.execute(delete(people).where(people.c.address == address, people.c.active.is_(False)))
    conn.execute(delete(own_absences).where(own_absences.c.address == address))
    conn.execute(delete(sessions).where(sessions.c.address == address))
    conn.execute(update(own_absences).where(own_absences.c.substitute == address).values(substitute=None))
    conn.execute(delete(told_alarms).where(told_alarms.c.recipient == address))
    conn.execute(update(notes).where(notes.c.author == address).values(author=token))
    for mails in (envelopes, alarm_mails):
        closed = mails.c.state.in_(("sent", "failed"))
        gone = {"recipient": token, "subject": "", "raw": ""}
        conn.execute(update(mails).where(mails.c.recipient == address, closed).values(gone))
