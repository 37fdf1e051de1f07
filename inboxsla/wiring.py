"""Settings become ports, once per process. The only place where the clock is read and Gmail clients are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from inboxsla.config import Settings, load
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Mailbox
from inboxsla.queue import NoBell, RedisBell
from inboxsla.services import access
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database

_TIMEOUT = 30.0


def now() -> datetime:
    return datetime.now(UTC)


def settings(config_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or those that `config_file` would give it. Raises ConfigMistakes."""
    return load(config_file, environ)


def ports(found: Settings | None = None) -> Ports:
    """Everything a use case needs, over the real parts."""
    chosen = found or settings()
    db = Database(chosen.sql_url)

    def mailbox(address: str) -> Mailbox:
        opened = static_credentials(address) if chosen.demo else access.google(db, chosen, address)
        return GoogleMailbox(opened, api_root=chosen.google.api_root, timeout=_TIMEOUT)

    bell = RedisBell(chosen.redis_url) if chosen.redis_url else NoBell()
    return Ports(chosen, db, bell, now, mailbox)
