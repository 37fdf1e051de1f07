"""Text and names taken out of what is kept. What decides and counts stays."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, or_, select, update

from inboxsla.storage.envelopes import STAFF
from inboxsla.storage.messages import MessageRow, row_of, values_of
from inboxsla.storage.schema import alarm_mails, envelopes, events, kept_aside, messages, notes, outbox, tickets
from inboxsla.storage.tables import only

_OVER = only("tickets.text_since IS NOT NULL")
_WITH_TEXT = only("messages.erased_at IS NULL")
_GONE = only("tickets.erased_at IS NOT NULL")
_COLUMNS = [messages.c[name] for name in MessageRow.__dataclass_fields__]
_CLOSED = ("sent", "failed")
ERASED_REASON = "The reason was erased because of its age."


def due_tickets(conn: Connection, mailbox_id: int, before: datetime, limit: int) -> list[int]:
    """Tickets that have been over since `before` or longer and still have text; the longest first."""
    rows = (
        select(tickets.c.id)
        .where(_OVER, tickets.c.mailbox_id == mailbox_id, tickets.c.text_since <= before)
        .order_by(tickets.c.text_since)
        .limit(limit)
    )
    return list(conn.execute(rows).scalars())


def count_over(conn: Connection, before: datetime | None) -> tuple[int, int]:
    """How many tickets are over and have text; and how many of them since `before` or longer (None: none)."""
    old = func.count() if before is None else func.count(case((tickets.c.text_since <= before, 1)))
    every, too_old = conn.execute(select(func.count(), old).select_from(tickets).where(_OVER)).one()
    return every, 0 if before is None else too_old


def has_younger(conn: Connection, mailbox_id: int, before: datetime) -> bool:
    """Whether some ticket of a mailbox has text that may still stay."""
    found = select(tickets.c.id).where(_OVER, tickets.c.mailbox_id == mailbox_id, tickets.c.text_since > before)
    return conn.execute(found.limit(1)).first() is not None


def loose_messages(conn: Connection, mailbox_id: int, before: datetime, limit: int) -> list[MessageRow]:
    """Messages with text that came in until `before` and belong to no ticket."""
    of_a_ticket = exists().where(
        tickets.c.mailbox_id == messages.c.mailbox_id, tickets.c.thread_id == messages.c.thread_id
    )
    rows = (
        select(*_COLUMNS)
        .where(_WITH_TEXT, messages.c.mailbox_id == mailbox_id, messages.c.internal_at <= before, ~of_a_ticket)
        .order_by(messages.c.internal_at)
        .limit(limit)
    )
    return [row_of(row) for row in conn.execute(rows)]


def rewrite(conn: Connection, mailbox_id: int, rows: Iterable[MessageRow]) -> None:
    """Keep these messages as they are now said."""
    for row in rows:
        where = (messages.c.mailbox_id == mailbox_id, messages.c.gmail_id == row.gmail_id)
        conn.execute(update(messages).where(*where).values(values_of(mailbox_id, row)))


def notes_of(conn: Connection, ticket_id: int) -> int:
    """Delete the texts of a ticket's notes; its timeline still says that there were some. Returns how many."""
    return conn.execute(delete(notes).where(notes.c.ticket_id == ticket_id)).rowcount


def mails_about(conn: Connection, ticket_id: int, now: datetime, why: str) -> int:
    """Empty every mail of ours about a ticket; one that has not gone out never does. Returns how many."""
    about = select(outbox.c.envelope_id).where(outbox.c.ticket_id == ticket_id, outbox.c.envelope_id.is_not(None))
    mine = and_(or_(envelopes.c.id.in_(about), envelopes.c.ticket_id == ticket_id), envelopes.c.raw != "")
    waiting = list(conn.execute(select(envelopes.c.id).where(mine, envelopes.c.state.not_in(_CLOSED))).scalars())
    dropped = update(outbox).where(outbox.c.envelope_id.in_(waiting), outbox.c.state == "enclosed")
    conn.execute(dropped.values(state="dropped", done_at=now, outcome=why))
    conn.execute(
        update(envelopes).where(envelopes.c.id.in_(waiting)).values(state="failed", lease_until=None, reason=why)
    )
    return _emptied(conn, mine)


def _emptied(conn: Connection, *which: ColumnElement[bool]) -> int:
    """Empty these mails; of notices to customers also whom they went to. Returns how many mails."""
    conn.execute(update(envelopes).where(*which, envelopes.c.kind != STAFF).values(recipient=""))
    return conn.execute(update(envelopes).where(*which).values(subject="", raw="")).rowcount


def sent_mails_about(conn: Connection, ticket_ids: Collection[int]) -> None:
    """Empty the mails of ours about these tickets that have gone out, or never will."""
    about = select(outbox.c.envelope_id).where(outbox.c.ticket_id.in_(ticket_ids), outbox.c.envelope_id.is_not(None))
    mine = or_(envelopes.c.id.in_(about), envelopes.c.ticket_id.in_(ticket_ids))
    _emptied(conn, mine, envelopes.c.state.in_(_CLOSED))


def words_of(conn: Connection, ticket_id: int, kinds: Mapping[str, Sequence[str]]) -> None:
    """Take what people wrote out of a timeline: `kinds` says under which keys of which kinds of event; and out of what is owed."""
    rows = select(events.c.id, events.c.kind, events.c.data).where(
        events.c.ticket_id == ticket_id, events.c.kind.in_(kinds), events.c.actor.is_not(None)
    )
    for row in conn.execute(rows).all():
        if any(row.data.get(key) for key in kinds[row.kind]):
            data = {key: value for key, value in row.data.items() if key not in kinds[row.kind]}
            conn.execute(update(events).where(events.c.id == row.id).values(data=data))
    for act in conn.execute(select(outbox.c.id, outbox.c.data).where(outbox.c.ticket_id == ticket_id)).all():
        if act.data.get("words"):
            data = {key: value for key, value in act.data.items() if key != "words"}
            conn.execute(update(outbox).where(outbox.c.id == act.id).values(data=data))


def old_mails(conn: Connection, before: datetime) -> int:
    """Empty mails about no ticket and mails about alarms that were composed until `before`. Returns how many."""
    of_an_act = exists().where(outbox.c.envelope_id == envelopes.c.id)
    bare = (envelopes.c.composed_at <= before, envelopes.c.raw != "", envelopes.c.state.in_(_CLOSED), ~of_an_act)
    emptied = conn.execute(update(envelopes).where(*bare, envelopes.c.ticket_id.is_(None)).values(subject="", raw=""))
    told = (alarm_mails.c.composed_at <= before, alarm_mails.c.raw != "", alarm_mails.c.state.in_(_CLOSED))
    return emptied.rowcount + conn.execute(update(alarm_mails).where(*told).values(subject="", raw="")).rowcount


def old_reasons(conn: Connection, before: datetime) -> int:
    """Empty the reasons for which messages were kept aside until `before`. Returns how many."""
    old = (kept_aside.c.learned_at <= before, kept_aside.c.reason != ERASED_REASON)
    return conn.execute(update(kept_aside).where(*old).values(reason=ERASED_REASON)).rowcount


def figures(conn: Connection) -> tuple[int, datetime | None]:
    """How many tickets have had their text erased, and when the last of them had."""
    count = conn.execute(select(func.count()).select_from(tickets).where(_GONE)).scalar_one()
    newest = select(tickets.c.erased_at).where(_GONE).order_by(tickets.c.erased_at.desc()).limit(1)
    return count, conn.execute(newest).scalar_one_or_none()
