"""A notice from Gmail that a mailbox has news: somebody is rung to read it. What the notice says is no cursor."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import structlog

from inboxsla.errors import TryLater
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, watches

log = structlog.get_logger()

# Gmail's history ids are unsigned 64-bit numbers; others may be wider, but no more than this is read.
_LONGEST_ID = 40


class Heard(StrEnum):
    """What became of a notice."""

    RUNG = "rung"
    NOTED = "noted; nobody could be rung, the ticker reads the mailbox"
    UNKNOWN = "about a mailbox we do not know"
    NOT_READ = "about a mailbox that is not read"
    UNREADABLE = "not understood"


@dataclass(frozen=True, slots=True)
class Notice:
    """`history_id` is 0 where the notice names none that is a number."""

    address: str
    history_id: int = 0


def notice_in(data: object) -> Notice | None:
    """What a Pub/Sub message of Gmail's says; None if it does not say which mailbox it is about.

    The data is JSON in base64, of either alphabet and with or without padding; the history id in it is text or a number.
    """
    try:
        packed = str(data).strip().replace("+", "-").replace("/", "_").rstrip("=")
        said: Any = json.loads(base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True))
        address = str(said["emailAddress"]).strip().lower()
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    named = str(said.get("historyId", ""))
    return Notice(address, int(named) if named.isascii() and named.isdigit() and len(named) <= _LONGEST_ID else 0)


def hear(ports: Ports, notice: Notice | None) -> Heard:
    """Ring for the mailbox a notice is about. Notices come late, twice and in any order, so every one leads to a look.

    Its history id is no cursor: a sync begins where the last one ended. It only says how far that sync should come.

    Raises TryLater if the ring cannot be noted: then the notice must come again.
    """
    heard, mailbox_id = _heard(ports, notice)
    log.info("notice from Gmail", outcome=heard.value, mailbox=mailbox_id)
    return heard


def _heard(ports: Ports, notice: Notice | None) -> tuple[Heard, int | None]:
    if notice is None:
        return Heard.UNREADABLE, None
    now = ports.now()
    with ports.db.read() as conn:
        box = mailboxes.by_address(conn, "gmail", notice.address)
        seen = watches.get(conn, box.id) if box is not None else None
    if box is None:
        return Heard.UNKNOWN, None
    if box.retired_at is not None or box.access_lost_at is not None:
        return Heard.NOT_READ, box.id
    with ports.db.write() as conn:
        # Kept until a sync begins, so that the notice survives a queue that is full, flushed or away.
        mailboxes.note_ring(conn, box.id, now)
        if watches.is_worth_noting(seen, notice.history_id, now):
            watches.notice(conn, seen, box.id, notice.history_id, now)
    try:
        ports.bell.ring("sync", [box.id])
    except TryLater as away:
        log.warning("nobody to ring", job="sync", reason=str(away))
        return Heard.NOTED, box.id
    return Heard.RUNG, box.id
