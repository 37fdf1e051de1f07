"""Acts owed to the outside, written in the transaction of their cause; unique by key, so none is owed twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import envelopes
from inboxsla.storage.schema import outbox as t
from inboxsla.storage.tables import only


@dataclass(frozen=True, slots=True)
class Owed:
    """One act. `data` has metric, cycle, percent, instant (ISO) and, once it is known, recipient."""

    id: int
    key: str
    mailbox_id: int
    ticket_id: int
    act: str
    role: str
    data: Mapping[str, Any]
    not_before: datetime


IS_OWED = only("outbox.state = 'owed'")
# Posts to webhooks wait for others' servers; who makes mails and labels never looks at them (see `posts`).
POST = "post_webhook"
# Why an act waits whose recipient had enough mails for now.
NO_ROOM = "waits: enough mails went to them within the hour; it comes with the next that has room"
# Why a reminder waits that another mail, which may yet be taken back, makes needless.
AFTER_ANOTHER = "waits until it is known that the mail before it went out"
COLUMNS = [t.c[name] for name in Owed.__dataclass_fields__]


def _owed(row: Row[Any]) -> Owed:
    return Owed(**row._mapping)


def put(
    conn: Connection,
    mailbox_id: int,
    ticket_id: int,
    acts: Iterable[tuple[str, str, str, Mapping[str, Any]]],
    now: datetime,
) -> int:
    """Owe (key, act, role, data) from `now` on; keys are made unique per ticket. Returns how many were new."""
    rows = [
        {
            "key": f"{ticket_id}/{key}",
            "mailbox_id": mailbox_id,
            "ticket_id": ticket_id,
            "act": act,
            "role": role,
            "data": dict(data),
            "state": "owed",
            "not_before": now,
            "owed_at": now,
        }
        for key, act, role, data in acts
    ]
    return len(insert_ignore(conn, t, rows, conflict=["key"]))


def owed(conn: Connection, mailbox_id: int, now: datetime, limit: int) -> list[Owed]:
    """What is owed now, oldest first, without posts to webhooks."""
    rows = conn.execute(
        select(*COLUMNS)
        .where(IS_OWED, t.c.not_before <= now, t.c.mailbox_id == mailbox_id, t.c.act != POST)
        .order_by(t.c.id)
        .limit(limit)
    )
    return [_owed(row) for row in rows]


def owed_to(conn: Connection, mailbox_id: int, role: str, now: datetime, limit: int) -> list[Owed]:
    """What is owed to a role now, oldest first."""
    where = (IS_OWED, t.c.not_before <= now, t.c.mailbox_id == mailbox_id, t.c.role == role)
    return [_owed(row) for row in conn.execute(select(*COLUMNS).where(*where).order_by(t.c.id).limit(limit))]


def carried_by(conn: Connection, envelope_id: int) -> list[Owed]:
    """What a mail is about."""
    rows = conn.execute(select(*COLUMNS).where(t.c.envelope_id == envelope_id).order_by(t.c.id))
    return [_owed(row) for row in rows]


def without_room(conn: Connection, mailbox_id: int, now: datetime) -> list[Owed]:
    """What waits until its recipient has room for another mail, oldest first; it goes along with any that goes sooner."""
    where = (IS_OWED, t.c.not_before > now, t.c.mailbox_id == mailbox_id, t.c.outcome == NO_ROOM)
    return [_owed(row) for row in conn.execute(select(*COLUMNS).where(*where).order_by(t.c.id))]


def held(conn: Connection, ticket_id: int, now: datetime) -> list[tuple[Owed, bool]]:
    """What waits about a ticket, the first to go first, without posts to webhooks and what waits a moment for another mail; and whether it waits only for room."""
    # As a value, the state keeps the few rows of a ticket from being looked for among everything owed.
    of_it = (t.c.ticket_id == ticket_id, t.c.state == "owed", t.c.act != POST)
    query = select(*COLUMNS, t.c.outcome).where(*of_it, t.c.not_before > now, t.c.outcome != AFTER_ANOTHER)
    rows = conn.execute(query.order_by(t.c.not_before, t.c.id))
    return [(Owed(*row[:-1]), row.outcome == NO_ROOM) for row in rows]


def waited_since(conn: Connection, ids: Sequence[int]) -> datetime | None:
    """Since when the first of these acts waited for room; None if none did."""
    where = (t.c.id.in_(ids), t.c.outcome == NO_ROOM)
    since: datetime | None = conn.execute(select(func.min(t.c.owed_at)).where(*where)).scalar_one()
    return since


def owed_since(conn: Connection, mailbox_id: int, now: datetime) -> datetime | None:
    """Since when there is something to be told now that did not wait for anything else."""
    where = (IS_OWED, t.c.not_before <= now, t.c.mailbox_id == mailbox_id, t.c.act != POST)
    since: datetime | None = conn.execute(select(func.min(t.c.not_before)).where(*where)).scalar_one()
    return since


def mailboxes_owing(conn: Connection, now: datetime) -> list[int]:
    rows = conn.execute(select(t.c.mailbox_id).where(IS_OWED, t.c.not_before <= now, t.c.act != POST).distinct())
    return list(rows.scalars())


def finish(conn: Connection, ids: Sequence[int], state: str, now: datetime, outcome: str) -> None:
    """Close acts as "done" or "dropped", saying why."""
    conn.execute(update(t).where(t.c.id.in_(ids)).values(state=state, done_at=now, outcome=outcome))


def enclose(conn: Connection, ids: Sequence[int], envelope_id: int) -> None:
    """Freeze acts into an envelope: from here on they go out with it or not at all."""
    conn.execute(
        update(t).where(t.c.id.in_(ids), t.c.state == "owed").values(state="enclosed", envelope_id=envelope_id)
    )


def delivered(conn: Connection, envelope_id: int, now: datetime, state: str, outcome: str) -> None:
    conn.execute(
        update(t)
        .where(t.c.envelope_id == envelope_id, t.c.state == "enclosed")
        .values(state=state, done_at=now, outcome=outcome)
    )


def owed_again(conn: Connection, envelope_id: int) -> None:
    """Their mail reached nobody, so what it carried is to be told to somebody else."""
    where = (t.c.envelope_id == envelope_id, t.c.state.in_(("enclosed", "done")))
    conn.execute(update(t).where(*where).values(state="owed", envelope_id=None, done_at=None, outcome=None))


def direct(conn: Connection, act_id: int, role: str, data: Mapping[str, Any]) -> bool:
    """Give an act that is still owed another recipient; False if it is no longer owed."""
    done = conn.execute(update(t).where(t.c.id == act_id, t.c.state == "owed").values(role=role, data=dict(data)))
    return done.rowcount == 1


def finish_owed(conn: Connection, act_id: int, state: str, now: datetime, outcome: str) -> None:
    """Like `finish`, but leaves an act alone that has gone out already."""
    conn.execute(
        update(t).where(t.c.id == act_id, t.c.state == "owed").values(state=state, done_at=now, outcome=outcome)
    )


def hold(conn: Connection, act_id: int, until: datetime, why: str) -> None:
    """Leave an act owed, but not before `until`."""
    conn.execute(update(t).where(t.c.id == act_id, t.c.state == "owed").values(not_before=until, outcome=why))


def release_held(conn: Connection, mailbox_id: int) -> None:
    """Look again at everything this mailbox owes: what it waited for may have changed."""
    where = (IS_OWED, t.c.mailbox_id == mailbox_id, t.c.not_before > t.c.owed_at, t.c.act != POST)
    conn.execute(update(t).where(*where).values(not_before=t.c.owed_at))


def count_handed(conn: Connection, mailbox_id: int, act: str, since: datetime) -> Counter[str]:
    """How many acts of this kind were owed to each recipient since `since`."""
    rows = conn.execute(select(t.c.data).where(t.c.mailbox_id == mailbox_id, t.c.act == act, t.c.owed_at > since))
    return Counter(str(data.get("recipient", "")) for data in rows.scalars())


def owed_at(conn: Connection, act_id: int) -> datetime:
    """Since when an act is, or was, owed."""
    at: datetime = conn.execute(select(t.c.owed_at).where(t.c.id == act_id)).scalar_one()
    return at


def by_key(conn: Connection, key: str) -> Owed | None:
    row = conn.execute(select(*COLUMNS).where(t.c.key == key)).one_or_none()
    return None if row is None else _owed(row)


def drop_for_mailbox(conn: Connection, mailbox_id: int, now: datetime, why: str) -> int:
    """Returns how many acts were still owed."""
    done = conn.execute(
        update(t)
        .where(t.c.mailbox_id == mailbox_id, t.c.state == "owed")
        .values(state="dropped", done_at=now, outcome=why)
    )
    return done.rowcount


def went_out(conn: Connection, ticket_id: int, since: datetime) -> bool:
    """Whether something owed about this ticket at `since` or later is in a mail already."""
    enclosed = select(t.c.id).where(t.c.ticket_id == ticket_id, t.c.owed_at >= since, t.c.envelope_id.is_not(None))
    return conn.execute(enclosed.limit(1)).first() is not None


def lately_mailed(conn: Connection, recipients: Collection[str], since: datetime) -> dict[tuple[int, str], bool]:
    """(ticket, recipient) of every mail that was composed for one of them after `since` and did not fail; whether one is known to
    have gone out.
    """
    carried = (
        select(t.c.ticket_id, envelopes.c.recipient, envelopes.c.state)
        .join(envelopes, envelopes.c.id == t.c.envelope_id)
        .where(envelopes.c.recipient.in_(recipients), envelopes.c.composed_at > since, envelopes.c.state != "failed")
    )
    found: dict[tuple[int, str], bool] = {}
    for ticket_id, recipient, state in conn.execute(carried):
        found[ticket_id, recipient] = found.get((ticket_id, recipient), False) or state == "sent"
    return found


def mailed_at(conn: Connection, recipient: str, since: datetime) -> list[datetime]:
    """When mails to somebody were composed after `since`, whatever mailbox they are about."""
    where = (envelopes.c.recipient == recipient, envelopes.c.composed_at > since)
    return list(conn.execute(select(envelopes.c.composed_at).where(*where)).scalars())


def acts_of(conn: Connection, ticket_id: int) -> dict[int, set[str]]:
    """What each mail about a ticket was owed for: kinds of acts."""
    rows = conn.execute(select(t.c.envelope_id, t.c.act).where(t.c.ticket_id == ticket_id))
    found: dict[int, set[str]] = {}
    for envelope_id, act in rows:
        if envelope_id is not None:
            found.setdefault(envelope_id, set()).add(act)
    return found


def tickets_of(conn: Connection, envelope_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Which tickets each mail is about."""
    rows = conn.execute(
        select(t.c.envelope_id, t.c.ticket_id)
        .where(t.c.envelope_id.in_(envelope_ids))
        .distinct()
        .order_by(t.c.ticket_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for envelope_id, ticket_id in rows:
        found[envelope_id] = (*found.get(envelope_id, ()), ticket_id)
    return found
