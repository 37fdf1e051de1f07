"""A desk that owes two mails and can send by every way there is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.gmail.google import static_credentials
from inboxsla.gmail.sending_account import SendingAccount
from inboxsla.notify.mailer import Mailer, Route, Way
from inboxsla.notify.smtp import SmtpRelay
from inboxsla.services.sender_accounts import AccountMailer
from inboxsla.storage.database import Database
from tests.builders import ANA, JONAS, KOFI, Desk, a_desk, settings
from tests.post import Post

POST, RELAY = "post@lumenvelo.example", "desk@relay.example"


@contextmanager
def owing(database: Database, chosen: Settings, *, finds: bool = True) -> Iterator[Desk]:
    """A desk that owes one mail to Ana and one to Jonas, and has what it needs to send by any way."""
    with a_desk(database, chosen) as desk:
        desk.store.add_mailbox(POST)
        equip(desk, finds=finds)
        for sender, owner in (("zofia@rowery.example", ANA), (KOFI, JONAS)):
            thread = desk.writes(sender, subject=f"A lamp for {owner}").thread_id
            desk.sync()
            desk.owned_by(thread, owner)
        desk.deliver()
        desk.sync()
        desk.clock.forward(hours=3)
        desk.wake()
        yield desk


def equip(desk: Desk, chosen: Settings | None = None, *, finds: bool = True) -> None:
    """Give the desk the settings it restarts with, and ways out as the wiring makes them."""

    def mailer(way: Way) -> Mailer:
        if way.route is Route.SMTP:
            return SmtpRelay(wiring.relay(desk.ports.settings))
        return AccountMailer(_account(way.sender, desk.server.url), way.sender, finds=finds)

    desk.ports = replace(desk.ports, settings=chosen or desk.ports.settings, mailer=mailer)


@cache
def _account(address: str, url: str) -> SendingAccount:
    """Building one takes longer than most tests."""
    return SendingAccount(static_credentials(address), api_root=url, timeout=10)


def by_relay(post: Post, **more: Any) -> Settings:
    return settings(mail={"way": "smtp"}, smtp=post.settings(**more))


def by_account() -> Settings:
    return settings(mail={"way": "gmail", "account": POST})


def states(desk: Desk) -> list[str]:
    return sorted(envelope.state for envelope in desk.envelopes())


def threads(desk: Desk) -> list[str]:
    with desk.database.read() as conn:
        return list(conn.exec_driver_sql("SELECT thread_id FROM tickets").scalars())
