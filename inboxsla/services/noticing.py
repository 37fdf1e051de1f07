"""A notice from Gmail that a mailbox has news: somebody is rung to read it. What the notice says is no cursor."""

from __future__ import annotations

import base64
import json
from enum import StrEnum
from typing import Any

import structlog

from inboxsla.errors import TryLater
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, watches

log = structlog.get_logger()


class Heard(StrEnum):
    """What became of a notice."""

    RUNG = "rung"
    NOTED = "noted; nobody could be rung, the ticker reads the mailbox"
    UNKNOWN = "about a mailbox we do not know"
    NOT_READ = "about a mailbox that is not read"
    UNREADABLE = "not understood"


def address_in(data: object) -> str | None:
    """Which mailbox a Pub/Sub message of Gmail's is about; None if it does not say.

    The data is JSON in base64, of either alphabet and with or without padding. The history id in it is left alone: it is as
    often too old as too new, and a sync begins where the last one ended.
    """
    try:
        packed = str(data).strip().replace("+", "-").replace("/", "_").rstrip("=")
        said: Any = json.loads(base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True))
        return str(said["emailAddress"]).strip().lower() or None
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def hear(ports: Ports, address: str | None) -> Heard:
    """Ring for the mailbox a notice is about. Notices come late, twice and in any order, so every one leads to a look.

    Raises TryLater if neither anybody could be rung nor the ring be noted: then the notice must come again.
    """
    heard, mailbox_id = _heard(ports, address)
    log.info("notice from Gmail", outcome=heard.value, mailbox=mailbox_id)
    return heard


def _heard(ports: Ports, address: str | None) -> tuple[Heard, int | None]:
    if address is None:
        return Heard.UNREADABLE, None
    now = ports.now()
    with ports.db.read() as conn:
        box = mailboxes.by_address(conn, "gmail", address)
        seen = watches.get(conn, box.id) if box is not None else None
    if box is None:
        return Heard.UNKNOWN, None
    if box.retired_at is not None or box.access_lost_at is not None:
        return Heard.NOT_READ, box.id
    try:
        ports.bell.ring("sync", [box.id])
        heard = Heard.RUNG
    except TryLater as away:
        log.warning("nobody to ring", job="sync", reason=str(away))
        heard = Heard.NOTED
    if heard is Heard.NOTED or watches.is_worth_noting(seen, now):
        with ports.db.write() as conn:
            watches.change(conn, box.id, now, noticed_at=now)
            if heard is Heard.NOTED:
                mailboxes.note_ring(conn, box.id, now)
    return heard, box.id
