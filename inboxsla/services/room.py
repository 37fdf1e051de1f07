"""Nobody gets more mails in an hour than the configuration says: what goes beyond waits, and comes as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from inboxsla.domain.mail_cap import HOUR, most, room_at
from inboxsla.notify.notice import Told
from inboxsla.services.telling import ToTell
from inboxsla.storage import outbox, people

# Told before a promise is missed, to whoever can still keep it.
_CAN_WAIT = frozenset({Told.REMIND_OWNER, Told.WARN_CLOSING})
_MISSED = 100


def lock(conn: Connection, addresses: Iterable[str]) -> None:
    """Nobody else composes for these people until the transaction ends: two at once would both find the last room."""
    people.lock(conn, sorted(addresses))


def wait(conn: Connection, mine: Sequence[ToTell], cap: int, now: datetime) -> datetime | None:
    """Until when one person's mail has to wait; None: there is room. Written down on what it would tell."""
    until = full_until(conn, mine, cap, now)
    if until is not None:
        for one in mine:
            outbox.hold(conn, one.act.id, until, outbox.NO_ROOM)
    return until


def full_until(conn: Connection, mine: Sequence[ToTell], cap: int, now: datetime) -> datetime | None:
    """The same without writing anything."""
    sent = outbox.mailed_at(conn, mine[0].person.address, now - HOUR)
    return room_at(sent, most(cap, presses=any(map(_presses, mine))), now)


def _presses(one: ToTell) -> bool:
    return one.told not in _CAN_WAIT or int(one.act.data.get("percent", 0)) >= _MISSED
