"""Mails as sent: composed once, tried under a lease, and never sent again while nobody knows whether they went out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    insert,
    or_,
    select,
    update,
)

from inboxsla.storage.database import claim
from inboxsla.storage.schema import envelopes as t
from inboxsla.storage.schema import outbox
from inboxsla.storage.tables import only


@dataclass(frozen=True, slots=True)
class Envelope:
    id: int
    marker: str
    mailbox_id: int
    recipient: str
    subject: str
    raw: str
    state: str
    composed_at: datetime
    tried_at: datetime | None
    tries: int
    sent_at: datetime | None
    reason: str | None
    gmail_id: str | None
    thread_id: str | None
    rfc_id: str | None
    ticket_id: int | None
    follows: int | None
    way: str
    kind: str
    in_doubt: bool


_COLUMNS = [t.c[name] for name in Envelope.__dataclass_fields__]
IS_OPEN = only("envelopes.state IN ('composed','sending','unknown')")
# How long after a try its mail must have been looked for in vain before it may be tried again (DESIGN §4).
LOOK_FOR = timedelta(seconds=60)
# Through the shared mailbox that a mail is about; other ways are named like `notify.mailer.Way` as text.
MAILBOX = "mailbox"
# What is for people on the list; any other kind is a notice to a customer.
STAFF = "staff"
# Nobody knows whether it went out. Only from here on tries count: those before brought nobody anything.
_UNKNOWN = {
    "state": "unknown",
    "lease_until": None,
    "in_doubt": True,
    "tries": case((t.c.in_doubt, t.c.tries), else_=1),
}


def _row(row: Row[Any]) -> Envelope:
    return Envelope(**row._mapping)


def compose(
    conn: Connection,
    mailbox_id: int,
    marker: str,
    recipient: str,
    subject: str,
    raw: str,
    now: datetime,
    *,
    ticket_id: int | None = None,
    follows: int | None = None,
    way: str = MAILBOX,
    kind: str = STAFF,
    thread_id: str | None = None,
    tries: int = 0,
) -> int:
    """`ticket_id` is the one ticket of a mail that others may follow, `follows` the mail that began its conversation.

    A notice to a customer names with `kind` which it is, and with `thread_id` the thread it goes into. `tries` is how often what
    it carries was tried in vain before.
    """
    made = conn.execute(
        insert(t)
        .values(
            mailbox_id=mailbox_id,
            marker=marker,
            recipient=recipient,
            subject=subject,
            raw=raw,
            state="composed",
            composed_at=now,
            try_after=now,
            ticket_id=ticket_id,
            follows=follows,
            way=way,
            kind=kind,
            thread_id=thread_id,
            tries=tries,
        )
        .returning(t.c.id)
    )
    return int(made.scalar_one())


def waits(conn: Connection, mailbox_id: int, now: datetime, way: str = MAILBOX) -> bool:
    """Whether `claim_next` would find anything; to be asked before, because only one may write at a time."""
    return conn.execute(select(exists().where(*_to_try(mailbox_id, now, way)))).scalar_one()


def claim_next(
    conn: Connection, mailbox_id: int, now: datetime, until: datetime, way: str = MAILBOX
) -> Envelope | None:
    """The next mail to try by this way, under a lease: from now on its outcome is unknown until somebody writes it down."""
    rows = claim(
        conn,
        t,
        _to_try(mailbox_id, now, way),
        {"state": "sending", "tried_at": now, "lease_until": until, "tries": t.c.tries + 1},
        order_by=t.c.id,
        limit=1,
        returning=_COLUMNS,
    )
    return _row(rows[0]) if rows else None


def _to_try(mailbox_id: int, now: datetime, way: str) -> list[ColumnElement[bool]]:
    return [IS_OPEN, t.c.state == "composed", t.c.try_after <= now, t.c.mailbox_id == mailbox_id, t.c.way == way]


def sent(conn: Connection, envelope_id: int, gmail_id: str, thread_id: str, now: datetime) -> bool:
    """Write down that it went out; False if that was known already."""
    done = conn.execute(
        update(t)
        .where(t.c.id == envelope_id, t.c.state != "sent")
        .values(state="sent", sent_at=now, gmail_id=gmail_id, thread_id=thread_id, lease_until=None, reason=None)
    )
    return done.rowcount == 1


def learn(conn: Connection, envelope_id: int, thread_id: str, rfc_id: str) -> None:
    """Where Gmail put it and which Message-ID Gmail gave it, as read back; "" for one that cannot be followed any more."""
    conn.execute(update(t).where(t.c.id == envelope_id).values(thread_id=thread_id, rfc_id=rfc_id))


def first_about(conn: Connection, mailbox_id: int, ticket_id: int, recipient: str) -> Envelope | None:
    """The mail that began the newest conversation with this person about this ticket alone."""
    row = conn.execute(
        select(*_COLUMNS)
        .where(t.c.mailbox_id == mailbox_id, t.c.recipient == recipient, t.c.ticket_id == ticket_id)
        .where(t.c.follows.is_(None), t.c.state != "failed", t.c.raw != "", or_(t.c.rfc_id.is_(None), t.c.rfc_id != ""))
        .order_by(t.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _row(row)


def stand_alone(conn: Connection, envelope_id: int, now: datetime) -> None:
    """It surely did not go out and cannot follow another; try it at once as the beginning of a conversation."""
    conn.execute(update(t).where(t.c.id == envelope_id).values(follows=None))
    not_sent(conn, envelope_id, now, "The mail it was to follow is gone.")


def came_back(conn: Connection, envelope_id: int, words: str) -> None:
    """It was sent, and could not be delivered."""
    conn.execute(update(t).where(t.c.id == envelope_id).values(reason=words))


def unknown(conn: Connection, envelope_id: int, now: datetime, reason: str) -> None:
    """It may have gone out, until `now`. Only a look into the mailbox can tell."""
    conn.execute(
        update(t)
        .where(t.c.id == envelope_id, t.c.state == "sending")
        .values(_UNKNOWN | {"tried_at": now, "reason": reason})
    )


def not_sent(conn: Connection, envelope_id: int, try_after: datetime, reason: str) -> None:
    """It surely did not go out; try again at `try_after`."""
    conn.execute(
        update(t)
        .where(t.c.id == envelope_id, t.c.state == "sending")
        .values(state="composed", lease_until=None, try_after=try_after, reason=reason)
    )


def hold(conn: Connection, mailbox_id: int, until: datetime) -> None:
    """Try no mail that goes through this mailbox before `until`."""
    conn.execute(
        update(t)
        .where(
            IS_OPEN, t.c.mailbox_id == mailbox_id, t.c.state == "composed", t.c.try_after < until, t.c.way == MAILBOX
        )
        .values(try_after=until)
    )


def failed(conn: Connection, envelope_id: int, reason: str) -> None:
    conn.execute(update(t).where(t.c.id == envelope_id).values(state="failed", lease_until=None, reason=reason))


def give_up(conn: Connection, mailbox_id: int, reason: str) -> list[int]:
    """Send nothing more of this mailbox, and look for nothing that may have gone out. Returns which mails."""
    waiting = update(t).where(IS_OPEN, t.c.mailbox_id == mailbox_id)
    return list(
        conn.execute(waiting.values(state="failed", lease_until=None, reason=reason).returning(t.c.id)).scalars()
    )


def has_expired(conn: Connection, now: datetime) -> bool:
    """Whether `abandon_expired` would find anything."""
    return conn.execute(select(exists().where(*_expired(now)))).scalar_one()


def abandon_expired(conn: Connection, now: datetime) -> int:
    """Tries whose worker died: nobody knows their outcome. Returns how many."""
    done = conn.execute(
        update(t)
        .where(*_expired(now))
        .values(_UNKNOWN | {"reason": "The worker that sent it ended before it could say how it went."})
    )
    return done.rowcount


def _expired(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (IS_OPEN, t.c.state == "sending", t.c.lease_until <= now)


def retry_after_search(conn: Connection, mailbox_id: int, searched_from: datetime) -> int:
    """Unknown mails that a complete sync begun at `searched_from` did not find may be tried again. Returns how many.

    Call it after that sync has recorded every mail of ours that it saw.
    """
    done = conn.execute(
        update(t)
        .where(IS_OPEN, t.c.mailbox_id == mailbox_id, t.c.way == MAILBOX)
        .where(t.c.state == "unknown", t.c.tried_at <= searched_from - LOOK_FOR)
        .values(state="composed", try_after=searched_from, in_doubt=False)
    )
    return done.rowcount


def mailboxes_with_work(conn: Connection, now: datetime) -> list[int]:
    where = or_(
        and_(t.c.state == "composed", t.c.try_after <= now),
        and_(t.c.state == "sending", t.c.lease_until <= now),
        # Of the mailbox's own a sync finds out; nothing else comes back to the others.
        and_(t.c.state == "unknown", t.c.way != MAILBOX, t.c.try_after <= now, t.c.tried_at <= now - LOOK_FOR),
    )
    return list(conn.execute(select(t.c.mailbox_id).where(IS_OPEN, where).distinct()).scalars())


def get(conn: Connection, envelope_id: int) -> Envelope | None:
    row = conn.execute(select(*_COLUMNS).where(t.c.id == envelope_id)).one_or_none()
    return None if row is None else _row(row)


def newest(
    conn: Connection, limit: int, ticket_id: int | None = None, of: Collection[int] | None = None
) -> list[Envelope]:
    """Mails, newest first; of one ticket, or of these mailboxes, if given."""
    statement = select(*_COLUMNS).order_by(t.c.id.desc()).limit(limit)
    if of is not None:
        statement = statement.where(t.c.mailbox_id.in_(of))
    if ticket_id is not None:
        statement = statement.where(t.c.id.in_(select(outbox.c.envelope_id).where(outbox.c.ticket_id == ticket_id)))
    return [_row(row) for row in conn.execute(statement)]
