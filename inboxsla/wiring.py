"""Settings become ports, once per process. The only place where the clock is read and Gmail clients are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path

from inboxsla.config import Settings, load
from inboxsla.errors import TryLater
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.pacing import Account, Paced
from inboxsla.gmail.port import Mailbox
from inboxsla.queue import NoBell, RedisBell, connect
from inboxsla.queue.quota import LocalAccount, Rate, SharedAccount
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database

_TIMEOUT = 30.0
_LATER = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


def settings(config_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or those that `config_file` would give it. Raises ConfigMistakes."""
    return load(config_file, environ)


def ports(found: Settings | None = None) -> Ports:
    """Everything a use case needs, over the real parts."""
    chosen = found or settings()
    account = cache(partial(_account, chosen))

    def mailbox(address: str) -> Mailbox:
        if not chosen.demo:
            raise TryLater("It is not connected: this version reads only the demo mailbox and mailbox files", _LATER)
        pace = Paced(account(address))
        return GoogleMailbox(static_credentials(address), api_root=chosen.google.api_root, timeout=_TIMEOUT, pace=pace)

    bell = RedisBell(chosen.redis_url) if chosen.redis_url else NoBell()
    return Ports(chosen, Database(chosen.sql_url), bell, now, mailbox)


def _account(chosen: Settings, address: str) -> Account:
    """What is left of a mailbox's quota: known to all processes where there is Redis, a cautious guess of this one where not."""
    rate = Rate.of(chosen.quota.units_per_minute, chosen.quota.share)
    if not chosen.redis_url:
        return LocalAccount(rate.alone(), level=0.0)
    return SharedAccount(connect(chosen.redis_url), address, rate)
