"""Mails that are taken back before they go out: what they carried is owed again, and composed anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, select, update

from inboxsla.storage.envelopes import IS_OPEN, STAFF
from inboxsla.storage.schema import envelopes as t
from inboxsla.storage.schema import outbox

# It surely did not go out, tried or not.
NEVER_WENT_OUT = (t.c.state == "composed", ~t.c.in_doubt)


def dissolve(conn: Connection, *which: ColumnElement[bool]) -> int:
    """Open mails of which this is true are no more; what they carried is owed again, and remembers how often it was tried.

    Returns how many mails.
    """
    tried = {
        row.id: row.tries for row in conn.execute(select(t.c.id, t.c.tries).where(IS_OPEN, *which).with_for_update())
    }
    ids, carried = list(tried), outbox.c.state == "enclosed"
    for act in conn.execute(
        select(outbox.c.id, outbox.c.envelope_id, outbox.c.data).where(outbox.c.envelope_id.in_(ids), carried)
    ).all():
        if tries := tried[act.envelope_id]:
            conn.execute(update(outbox).where(outbox.c.id == act.id).values(data={**act.data, "tries": tries}))
    owed = update(outbox).where(outbox.c.envelope_id.in_(ids), carried).values(state="owed", envelope_id=None)
    conn.execute(owed)
    # Acts that were dropped meanwhile keep their envelope, which is then not deleted from under them.
    kept = select(outbox.c.envelope_id).where(outbox.c.envelope_id.in_(ids))
    taken_back = {"state": "failed", "reason": "It was taken back before it went out."}
    conn.execute(update(t).where(t.c.id.in_(ids), t.c.id.in_(kept)).values(taken_back))
    return conn.execute(delete(t).where(t.c.id.in_(ids), t.c.id.not_in(kept))).rowcount


def stale_ways(conn: Connection, mailbox_id: int, before: datetime, now: datetime) -> set[str]:
    """The ways by which mails to staff about tickets are to be tried now that were composed until `before` and surely never went out."""
    return set(conn.execute(select(t.c.way).where(*_stale(mailbox_id, before, now)).distinct()).scalars())


def dissolve_stale(conn: Connection, mailbox_id: int, ways: Collection[str], before: datetime, now: datetime) -> int:
    return dissolve(conn, t.c.way.in_(ways), *_stale(mailbox_id, before, now))


def _stale(mailbox_id: int, before: datetime, now: datetime) -> tuple[ColumnElement[bool], ...]:
    tells = exists().where(outbox.c.envelope_id == t.c.id, outbox.c.state == "enclosed")
    due = (t.c.mailbox_id == mailbox_id, t.c.try_after <= now, t.c.composed_at <= before)
    return (IS_OPEN, *due, *NEVER_WENT_OUT, t.c.kind == STAFF, tells)
