"""Settings become ports, once per process. The only place where the clock is read and Gmail clients are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inboxsla.config import Settings, load
from inboxsla.errors import TryLater
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Mailbox
from inboxsla.google_tokens import GoogleTokens
from inboxsla.queue import NoBell, RedisBell
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database

_TIMEOUT = 30.0
_LATER = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def settings(config_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or those that `config_file` would give it. Raises ConfigMistakes."""
    return load(config_file, environ)


def google_tokens(chosen: Settings) -> GoogleTokens:
    """What checks the tokens that Google sends with its calls; one for a whole process, because it keeps Google's keys."""
    return GoogleTokens(chosen.google.certs_uri, chosen.google.issuers)


def ports(found: Settings | None = None) -> Ports:
    """Everything a use case needs, over the real parts."""
    chosen = found or settings()

    def mailbox(address: str) -> Mailbox:
        if not chosen.demo:
            raise TryLater("It is not connected: this version reads only the demo mailbox and mailbox files", _LATER)
        return GoogleMailbox(static_credentials(address), api_root=chosen.google.api_root, timeout=_TIMEOUT)

    bell = RedisBell(chosen.redis_url) if chosen.redis_url else NoBell()
    return Ports(chosen, Database(chosen.sql_url), bell, now, mailbox)
