"""Settings become ports, once per process. The only place where the clock is read and Gmail clients are made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from inboxsla.config import Settings, load
from inboxsla.errors import AccessLost, Missing, Refused
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.pacing import Account, Paced
from inboxsla.gmail.port import Mailbox
from inboxsla.gmail.pubsub import GoogleSubscription, Subscription, key_file
from inboxsla.gmail.sending_account import SendingAccount
from inboxsla.google_tokens import GoogleTokens
from inboxsla.notify.mailer import Mailer, Route, Way
from inboxsla.notify.smtp import Relay, SmtpRelay
from inboxsla.queue import NoBell, RedisBell, connect
from inboxsla.queue.quota import LocalAccount, Rate, SharedAccount
from inboxsla.queue.tries import LocalTries, SharedTries, Tries
from inboxsla.services import access, sender_accounts
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database

_TIMEOUT = 30.0


def now() -> datetime:
    return datetime.now(UTC)


def settings(config_file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process, or those that `config_file` would give it. Raises ConfigMistakes."""
    return load(config_file, environ)


def google_tokens(chosen: Settings) -> GoogleTokens:
    """What checks the tokens that Google sends with its calls; one for a whole process, because it keeps Google's keys."""
    return GoogleTokens(chosen.google.certs_uri, chosen.google.issuers)


def tries(having: Ports) -> Tries:
    """What counts failed sign-ins, for all web processes where there is Redis."""
    alone = LocalTries(lambda: having.now().timestamp())
    url = having.settings.redis_url
    return SharedTries(connect(url), alone) if url else alone


def subscription(chosen: Settings) -> Subscription:
    """What notices are pulled from. Raises Refused when its key file is missing or is none."""
    if chosen.push.credentials is None:
        raise Refused("No key file is set to pull with (push.credentials).")
    credentials = key_file(chosen.push.credentials, chosen.google.token_uri)
    return GoogleSubscription(credentials, chosen.push.subscription, pubsub_root=chosen.google.pubsub_root)


def ports(found: Settings | None = None) -> Ports:
    """Everything a use case needs, over the real parts."""
    chosen = found or settings()
    db, account = Database(chosen.sql_url), cache(partial(_account, chosen))

    def mailbox(address: str) -> Mailbox:
        opened = static_credentials(address) if chosen.demo else access.google(db, chosen, address)
        return GoogleMailbox(opened, api_root=chosen.google.api_root, timeout=_TIMEOUT, pace=Paced(account(address)))

    def mailer(way: Way) -> Mailer:
        if way.route is Route.SMTP:
            return SmtpRelay(relay(chosen))
        credentials, finds = sender_accounts.opened(db, chosen, way.sender)
        root, pace = chosen.google.api_root, Paced(account(way.sender))
        gmail = SendingAccount(credentials, api_root=root, timeout=_TIMEOUT, pace=pace)
        return sender_accounts.AccountMailer(gmail, way.sender, finds=finds)

    bell = RedisBell(chosen.redis_url) if chosen.redis_url else NoBell()
    return Ports(chosen, db, bell, now, mailbox, mailer=mailer)


def relay(chosen: Settings) -> Relay:
    """The mail server as set. Raises Missing where none is, AccessLost when the file with its password cannot be read."""
    said = chosen.smtp
    if not said.host:
        raise Missing("No mail server is set up: [smtp] in config.toml. docs/sending.md shows a whole example.")
    try:
        password = said.password_file.read_text("utf-8").strip() if said.password_file else said.password
    except (OSError, UnicodeDecodeError) as error:
        raise AccessLost(f"smtp.password_file, {said.password_file}, cannot be read ({error}).") from error
    return Relay(said.host, said.at_port, said.tls, said.user, password, said.ca_file, said.timeout)


def _account(chosen: Settings, address: str) -> Account:
    """What is left of a mailbox's quota: known to all processes where there is Redis, a cautious guess of this one where not."""
    rate = Rate.of(chosen.quota.units_per_minute, chosen.quota.share)
    if not chosen.redis_url:
        return LocalAccount(rate.alone(), level=0.0)
    return SharedAccount(connect(chosen.redis_url), address, rate)
