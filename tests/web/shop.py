"""A bicycle-light shop with a mailbox, on a real database: what the tests of pages look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Connection

from inboxsla.app import create_app
from inboxsla.config import Settings
from inboxsla.domain.timeline import Event, Kind
from inboxsla.errors import AccessLost, TryLater
from inboxsla.gmail.port import Mailbox
from inboxsla.services import correspondence, ingest, settle, setup
from inboxsla.services.ports import Ports
from inboxsla.storage import envelopes, mailboxes, messages, outbox, people, tickets
from inboxsla.storage.database import Database
from inboxsla.storage.mailboxes import MailboxRow
from inboxsla.storage.messages import MessageRow

ADDRESS = "support@lumenvelo.example"
ANA, JONAS, CLAIRE = "ana@lumenvelo.example", "jonas@lumenvelo.example", "claire@lumenvelo.example"
# A Tuesday, 10:48 in Berlin.
TUESDAY = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def settings(folder: Path, **changes: Any) -> Settings:
    """Promises of 60 minutes, 90 minutes and 5 hours, around the clock, in Berlin."""
    tree: dict[str, Any] = {
        "data_dir": str(folder),
        "calendar": {"zone": "Europe/Berlin", "hours": "24x7", "business_day": "24h"},
        "policy": {"name": "Standard support", "first_response": "60m", "next_response": "90m", "resolution": "5h"},
        # Clocks are moved by days here, and nobody is to be signed out by that.
        "sign_in": {"idle": "365 days", "absolute": "365 days"},
        "mailboxes": [{"address": ADDRESS}],
        "people": [
            {"address": ANA, "name": "Ana Ruiz"},
            {"address": JONAS, "name": "Jonas Weber"},
            {"address": CLAIRE, "name": "Claire Dubois", "role": "admin"},
        ],
    }
    return Settings.of(tree | changes)


class Clock:
    """An instant that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, by: timedelta) -> None:
        self.at += by


class StillBell:
    """A bell nobody listens to; `away` makes it behave as if Redis were gone."""

    away = False

    def ring(self, job: str, keys: Sequence[int]) -> None:
        self.ping()

    def ping(self) -> None:
        if self.away:
            raise TryLater("Redis cannot be reached (connection refused).")


def no_gmail(address: str) -> Mailbox:
    raise AccessLost(f"pages never ask Gmail, and this one asked for {address}")


@dataclass
class Shop:
    ports: Ports
    clock: Clock
    bell: StillBell
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    @property
    def mailbox_id(self) -> int:
        with self.ports.db.read() as conn:
            return self._mailbox(conn).id

    @staticmethod
    def _mailbox(conn: Connection) -> MailboxRow:
        found = mailboxes.by_address(conn, "gmail", ADDRESS)
        assert found is not None
        return found

    def asks(self, subject: str, name: str, *, ago: timedelta, text: str = "Hello", thread: str = "") -> int:
        """A customer writes; returns the ticket's id. `thread` continues a conversation."""
        sender = f"{name.split()[0].lower() if name.isascii() and name else 'customer'}@poczta.example"
        return self._mail(thread or f"t{self.numbers()}", subject, sender, name, text, self.clock.at - ago, "INBOX")

    def answers(self, ticket_id: int, by: str, *, ago: timedelta, text: str = "Thank you, we look into it.") -> int:
        with self.ports.db.read() as conn:
            ticket = tickets.load(conn, ticket_id)
            name = people.names(conn, ticket.mailbox_id)[by]
        to = (ticket.requester,)
        return self._mail(ticket.thread_id, ticket.subject, by, name, text, self.clock.at - ago, "SENT", to=to)

    def gives(self, ticket_id: int, owner: str | None) -> None:
        self.happens(ticket_id, Kind.ASSIGNED, {"owner": owner, "why": "next in turn"})

    def happens(self, ticket_id: int, kind: Kind, data: dict[str, Any] | None = None) -> None:
        event = Event(kind, self.clock.at, f"test:{self.numbers()}", data=data or {})
        settle.settle(self.ports, ticket_id, [event])

    def policy_of(self, ticket_id: int) -> int:
        """The id of the policy version the ticket began with."""
        with self.ports.db.read() as conn:
            return tickets.load(conn, ticket_id).policy_id

    def live(self) -> None:
        setup.live(self.ports, ADDRESS, "claire")

    def mails(self, ticket_id: int, recipient: str, subject: str, html: str = "<p>Please answer.</p>") -> int:
        """A mail of ours as it was composed, not sent yet."""
        message = EmailMessage()
        message["Subject"], message["To"], message["From"] = " ".join(subject.split()), recipient, ADDRESS
        message.set_content("Please answer.\n")
        if html:
            message.add_alternative(html, subtype="html")
        marker, box, now = f"marker-{self.numbers()}", self.mailbox_id, self.clock.at
        with self.ports.db.write() as conn:
            outbox.put(conn, box, ticket_id, [(marker, "remind_owner", "owner", {})], now)
            owed = outbox.owed(conn, box, now, 1000)[-1]
            mail = envelopes.compose(conn, box, marker, recipient, subject, message.as_string(), now)
            outbox.enclose(conn, [owed.id], mail)
        return mail

    def _mail(
        self,
        thread: str,
        subject: str,
        sender: str,
        name: str,
        text: str,
        at: datetime,
        label: str,
        to: tuple[str, ...] = (ADDRESS,),
    ) -> int:
        number = self.numbers()
        row = MessageRow(
            gmail_id=f"m{number}",
            thread_id=thread,
            rfc_id=f"<{number}@mail.example>",
            kind="human",
            kind_reason="",
            internal_at=at,
            sender=sender,
            sender_name=name,
            recipients=to,
            subject=subject,
            excerpt=text,
            headers={},
            labels=frozenset({label}),
        )
        with self.ports.db.write() as conn:
            box = self._mailbox(conn)
            staff = correspondence.Staff.of(box, people.of_mailbox(conn, box.id))
            event = correspondence.event(row, staff, {})
            assert event is not None
            messages.add(conn, box.id, [row])
            kept = messages.of_thread(conn, box.id, thread)
            ingest.settle_thread(conn, box, thread, kept, [event], staff, self.clock.at)
            ticket = tickets.by_thread(conn, box.id, thread)
        assert ticket is not None
        return ticket.id


def shop(database: Database, folder: Path, **changes: Any) -> Shop:
    """A shop on `database`, its mailbox observed and without mail, on Tuesday at 10:48 CET."""
    clock, bell = Clock(TUESDAY), StillBell()
    ports = Ports(settings(folder, **changes), database, bell, clock, no_gmail)
    setup.prepare(ports)
    return Shop(ports, clock, bell)


class _Compiled(BytecodeCache):
    """Templates compiled once for all tests, which each make an application of their own."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def pages(lumen: Shop) -> Flask:
    """The application over the shop."""
    app = create_app(lumen.ports)
    app.jinja_env.bytecode_cache = _compiled
    return app
