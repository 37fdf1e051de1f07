"""What the side panel looks up: the ticket of an open thread, and short lists. Every statement is built once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from inboxsla.storage.database import Database
from inboxsla.storage.people import Membership
from inboxsla.storage.schema import blind_spans, mailboxes, messages, notes, people
from inboxsla.storage.schema import tickets as t
from inboxsla.storage.tickets import OPEN_STATUSES, TicketRow
from inboxsla.storage.types import EPOCH, MICROSECOND, Instant

_TICKET = [t.c[name] for name in TicketRow.__dataclass_fields__]


@dataclass(frozen=True, slots=True)
class Box:
    """As much of a mailbox as a card needs."""

    id: int
    address: str
    kind: str
    mode: str
    live_since: datetime | None
    as_of: datetime | None
    last_sync_begun_at: datetime | None
    last_sync_at: datetime | None
    sync_error: str | None
    access_lost_at: datetime | None
    retired_at: datetime | None

    @property
    def is_live(self) -> bool:
        return self.kind == "gmail" and self.mode == "live"


# Names by address, and the addresses of those who lead.
Staff = tuple[Mapping[str, str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """A thread of a mailbox and its ticket, None where it is none. `was_blind`: spans without sync touch its life.

    Of the ticket only what tells whether it is known how it stands: opening a thread asks for no more.
    """

    box: Box
    thread_id: str
    was_blind: bool
    ticket_id: int | None
    version: int | None


_BOX = [mailboxes.c[name] for name in Box.__dataclass_fields__]
_INSTANTS = frozenset(place for place, column in enumerate(_BOX) if isinstance(column.type, Instant))
_BOXES: BindParameter[Any] = bindparam("boxes", expanding=True)
_WAS_BLIND = exists().where(blind_spans.c.mailbox_id == mailboxes.c.id, blind_spans.c.until > t.c.opened_at)
_OF_MESSAGES: Select[Any] = (
    select(*_BOX, messages.c.thread_id, _WAS_BLIND, t.c.id, t.c.version)
    .select_from(
        messages.join(mailboxes, mailboxes.c.id == messages.c.mailbox_id).outerjoin(
            t, (t.c.mailbox_id == messages.c.mailbox_id) & (t.c.thread_id == messages.c.thread_id)
        )
    )
    .where(messages.c.mailbox_id.in_(_BOXES), mailboxes.c.retired_at.is_(None))
)
# Who somebody is and which ticket a message is of: asked together, because that is asked for every thread that is opened.
_ARRIVING = (
    select(people.c.role, people.c.name, people.c.zone, *_BOX, messages.c.thread_id, _WAS_BLIND, t.c.id, t.c.version)
    .select_from(
        mailboxes.outerjoin(
            people,
            and_(people.c.mailbox_id == mailboxes.c.id, people.c.address == bindparam("address"), people.c.active),
        )
        .outerjoin(messages, and_(messages.c.mailbox_id == mailboxes.c.id, messages.c.gmail_id == bindparam("message")))
        .outerjoin(t, and_(t.c.mailbox_id == messages.c.mailbox_id, t.c.thread_id == messages.c.thread_id))
    )
    .where(mailboxes.c.kind == "gmail", mailboxes.c.retired_at.is_(None))
    .where(or_(people.c.id.is_not(None), mailboxes.c.address == bindparam("address")))
    .order_by(mailboxes.c.id)
)
_BY_THREAD = _OF_MESSAGES.where(messages.c.thread_id == bindparam("thread")).order_by(messages.c.id).limit(1)
# A thread that is a ticket comes before one that is none.
_BY_RFC_ID = (
    _OF_MESSAGES.where(messages.c.rfc_id.in_(bindparam("rfc_ids", expanding=True)))
    .order_by(t.c.id.is_(None), messages.c.mailbox_id, messages.c.id)
    .limit(1)
)
_BY_TICKET = (
    select(*_BOX, t.c.thread_id, _WAS_BLIND, t.c.id, t.c.version)
    .select_from(t.join(mailboxes, mailboxes.c.id == t.c.mailbox_id))
    .where(t.c.id == bindparam("ticket"), t.c.mailbox_id.in_(_BOXES))
)
# The words of messages and of notes in one statement; what tells them apart comes first.
_SAID = union_all(
    select(
        literal("message"), messages.c.gmail_id, messages.c.sender, messages.c.sender_name, messages.c.excerpt
    ).where(
        messages.c.mailbox_id == bindparam("mailbox"),
        messages.c.gmail_id.in_(bindparam("message_ids", expanding=True)),
        messages.c.erased_at.is_(None),
    ),
    select(literal("note"), cast(notes.c.id, Text), literal(""), literal(""), notes.c.text).where(
        notes.c.id.in_(bindparam("note_ids", expanding=True))
    ),
)
_STAFF = select(people.c.address, people.c.name, people.c.role, people.c.active).where(
    people.c.mailbox_id == bindparam("mailbox")
)
_IS_OPEN = t.c.status.in_(OPEN_STATUSES)
_SHOWN = (
    select(*_TICKET)
    .where(t.c.mailbox_id.in_(_BOXES), _IS_OPEN)
    .order_by(t.c.due_at.is_(None), t.c.due_at, t.c.id)
    .limit(bindparam("limit"))
)
_MINE = _SHOWN.where(t.c.owner == bindparam("owner"))
_NOBODYS = _SHOWN.where(t.c.owner.is_(None))
_PRESSING = _SHOWN.where(
    t.c.urgency.in_(("urgent", "overdue")), t.c.owner.is_not(None), t.c.owner != bindparam("owner")
)
_LIKE: BindParameter[Any] = bindparam("like")
_SEARCHED = (
    select(*_TICKET)
    .where(
        t.c.mailbox_id.in_(_BOXES),
        or_(
            t.c.subject.ilike(_LIKE, escape="\\"),
            t.c.requester.ilike(_LIKE, escape="\\"),
            t.c.requester_name.ilike(_LIKE, escape="\\"),
        ),
    )
    .order_by(t.c.id.desc())
    .limit(bindparam("limit"))
)


def _count(*where: Any) -> Any:
    return func.count().filter(*where)


_FIGURES = select(
    _count(_IS_OPEN),
    _count(_IS_OPEN, t.c.owner == bindparam("owner")),
    _count(_IS_OPEN, t.c.owner.is_(None)),
    _count(_IS_OPEN, t.c.urgency == "overdue"),
    _count(_IS_OPEN, t.c.due_at >= bindparam("now"), t.c.due_at < bindparam("end")),
    _count(t.c.opened_at >= bindparam("begin")),
    _count(t.c.status.in_(("solved", "closed")), t.c.last_activity >= bindparam("begin")),
).where(t.c.mailbox_id.in_(_BOXES))


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of tickets: those that are open now, and what came and went since midnight."""

    open: int
    mine: int
    nobodys: int
    overdue: int
    due_today: int
    came_today: int
    solved_today: int


def arriving(
    database: Database, address: str, message_id: str, thread_id: str
) -> tuple[list[Membership], Found | None]:
    """Every mailbox that `address` (lower-case) has to do with, and the thread of a message in one of them.

    Where two mailboxes know that id, it is the one whose thread it is. Both ids may be empty.
    """
    memberships, found = [], None
    for role, name, zone, *row in database.glance(_ARRIVING, {"address": address, "message": message_id}):
        memberships.append(Membership(row[0], role, name, zone))
        known = row[len(_BOX)]
        if found is None and known is not None and thread_id in ("", known):
            box = [_instant(each) if place in _INSTANTS else each for place, each in enumerate(row[: len(_BOX)])]
            found = _found([*box, *row[len(_BOX) :]])
    return memberships, found


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else EPOCH + MICROSECOND * stored


def by_thread(conn: Connection, boxes: Collection[int], thread_id: str) -> Found | None:
    return next(iter(_rows(conn, _BY_THREAD, boxes, thread=thread_id)), None)


def by_rfc_ids(conn: Connection, boxes: Collection[int], rfc_ids: Sequence[str]) -> Found | None:
    """The thread of a message with one of these Message-IDs (without angle brackets)."""
    return next(iter(_rows(conn, _BY_RFC_ID, boxes, rfc_ids=list(rfc_ids))), None) if rfc_ids else None


def by_ticket(conn: Connection, boxes: Collection[int], ticket_id: int) -> Found | None:
    return next(iter(_rows(conn, _BY_TICKET, boxes, ticket=ticket_id)), None)


def staff(conn: Connection, mailbox_id: int) -> Staff:
    """Names by address of everybody who is or was on the people list, and the addresses of the leads (else admins) of now."""
    rows = conn.execute(_STAFF, {"mailbox": mailbox_id}).all()
    names = {address: name for address, name, _, _ in rows}
    leads, admins = ([one for one, _, each, active in rows if active and each == role] for role in ("lead", "admin"))
    return names, tuple(leads or admins)


def said(
    conn: Connection, mailbox_id: int, message_ids: Collection[str], note_ids: Collection[int]
) -> tuple[dict[str, tuple[str, str]], dict[int, str]]:
    """Message id to who wrote it (name, or address where there is none) and its excerpt; and note id to its text.

    What was erased is left out.
    """
    if not message_ids and not note_ids:
        return {}, {}
    given = {"mailbox": mailbox_id, "message_ids": sorted(message_ids), "note_ids": sorted(note_ids)}
    written: dict[str, tuple[str, str]] = {}
    noted: dict[int, str] = {}
    for kind, key, sender, name, text in conn.execute(_SAID, given):
        if kind == "note":
            noted[int(key)] = text
        else:
            written[key] = (name or sender, text)
    return written, noted


def mine(conn: Connection, boxes: Collection[int], owner: str, limit: int) -> list[TicketRow]:
    """Open tickets of somebody, by next due."""
    return _tickets(conn, _MINE, boxes, limit, owner=owner)


def nobodys(conn: Connection, boxes: Collection[int], limit: int) -> list[TicketRow]:
    """Open tickets without an owner, by next due."""
    return _tickets(conn, _NOBODYS, boxes, limit)


def every_open(conn: Connection, boxes: Collection[int], limit: int) -> list[TicketRow]:
    return _tickets(conn, _SHOWN, boxes, limit)


def pressing(conn: Connection, boxes: Collection[int], but: str, limit: int) -> list[TicketRow]:
    """Urgent and overdue tickets that somebody other than `but` owns, by next due."""
    return _tickets(conn, _PRESSING, boxes, limit, owner=but)


def search(conn: Connection, boxes: Collection[int], words: str, limit: int) -> list[TicketRow]:
    """Tickets whose subject or requester has these words as they are written, newest first."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _tickets(conn, _SEARCHED, boxes, limit, like=f"%{escaped}%")


def figures(
    conn: Connection, boxes: Collection[int], owner: str, begin: datetime, now: datetime, end: datetime
) -> Figures:
    """`begin` and `end` are the reader's midnights around `now`."""
    given = {"boxes": list(boxes), "owner": owner, "begin": begin, "now": now, "end": end}
    return Figures(*conn.execute(_FIGURES, given).one())


def _rows(conn: Connection, statement: Select[Any], boxes: Collection[int], **values: Any) -> list[Found]:
    if not boxes:
        return []
    return [_found(row) for row in conn.execute(statement, {"boxes": list(boxes), **values})]


def _found(row: Sequence[Any]) -> Found:
    box, (thread_id, was_blind, ticket_id, version) = Box(*row[: len(_BOX)]), row[len(_BOX) :]
    return Found(box, thread_id, bool(was_blind), ticket_id, version)


def _tickets(
    conn: Connection, statement: Select[Any], boxes: Collection[int], limit: int, **values: Any
) -> list[TicketRow]:
    rows = conn.execute(statement, {"boxes": list(boxes), "limit": limit, **values})
    return [TicketRow(*tuple(row)) for row in rows]
