"""One thing that goes wrong must not take its neighbours along: it is set apart, logged, and shown as an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy import Connection

from inboxsla.errors import AccessLost, TicketMoved, TryLater
from inboxsla.services.ports import Ports
from inboxsla.storage import records

log = structlog.get_logger()


@contextmanager
def set_apart(ports: Ports, key: str, what: str, mailbox_id: int | None = None) -> Iterator[None]:
    """Run the block for one ticket, person or thread; what it raises by mistake becomes an alarm instead of an end.

    What concerns everybody passes through: a database or Gmail that is away, access that is lost. `what` is for people and
    holds no customer text.
    """
    try:
        yield
    except (TryLater, AccessLost):
        raise
    except TicketMoved:
        log.info("left to whoever is writing to it", key=key)
    except Exception as error:
        with ports.db.write() as conn:
            note_apart(conn, key, what, error, ports.now(), mailbox_id)


def note_apart(
    conn: Connection, key: str, what: str, error: Exception, now: datetime, mailbox_id: int | None = None
) -> None:
    """Write down, in the caller's transaction, that `what` was set apart because of `error`."""
    log.error("set apart", key=key, exc_info=error)
    words = f"{what} could not be processed ({type(error).__name__}); the log says where. The rest goes on."
    records.alarm(conn, key, words, now, mailbox_id)
