"""Mails that are taken back before they go out: what they carried is owed again, and composed anew."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, select, update

from inboxsla.storage.schema import envelopes as t
from inboxsla.storage.schema import outbox
from inboxsla.storage.tables import only

_IS_OPEN = only("state IN ('composed','sending','unknown')")
# Nobody tried to send it yet.
UNTRIED = (t.c.state == "composed", t.c.tries == 0)


def dissolve(conn: Connection, *which: ColumnElement[bool]) -> int:
    """Open mails of which this is true are no more; what they carried is owed again. Returns how many mails."""
    ids = list(conn.execute(select(t.c.id).where(_IS_OPEN, *which).with_for_update()).scalars())
    carried = update(outbox).where(outbox.c.envelope_id.in_(ids), outbox.c.state == "enclosed")
    conn.execute(carried.values(state="owed", envelope_id=None))
    # Acts that were dropped meanwhile keep their envelope, which is then not deleted from under them.
    kept = select(outbox.c.envelope_id).where(outbox.c.envelope_id.in_(ids))
    return conn.execute(delete(t).where(t.c.id.in_(ids), t.c.id.not_in(kept))).rowcount
