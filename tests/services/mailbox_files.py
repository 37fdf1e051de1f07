"""Mailbox files as the tests write them, and ports over a database, with nobody to ring and no Gmail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from inboxsla.config import Settings
from inboxsla.errors import AccessLost
from inboxsla.gmail.port import Mailbox
from inboxsla.services import importing
from inboxsla.services.importing import Built, Read
from inboxsla.services.ports import Ports
from inboxsla.storage import schema
from inboxsla.storage.database import Database

SUPPORT = "support@lumenvelo.example"
ANA, JONAS = "ana@lumenvelo.example", "jonas@lumenvelo.example"
KOFI, MAYA = "kofi@customer.example", "maya@elsewhere.example"
# A Monday, 09:00 UTC; the default office is open from 09:00 to 17:00 UTC.
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
LATER = MONDAY + timedelta(days=400)


class SilentBell:
    """Nobody is there to hear it."""

    def ring(self, job: str, keys: Sequence[int]) -> None: ...

    def ping(self) -> None: ...


def no_gmail(address: str) -> Mailbox:
    raise AccessLost(f"{address} is a file, nobody may ask Gmail about it")


def ports(database: Database, folder: Path, **changes: Any) -> Ports:
    return Ports(Settings.of({"data_dir": str(folder)} | changes), database, SilentBell(), lambda: LATER, no_gmail)


@dataclass(frozen=True)
class Mail:
    """One message: who to whom, how many hours after Monday 09:00 UTC, and what it answers."""

    id: str
    sender: str = KOFI
    to: str = SUPPORT
    hours: float = 0
    subject: str = "My lamp flickers"
    answers: str = ""
    headers: tuple[str, ...] = ()
    body: str = "It flickers in the rain."
    name: str = ""
    fields: tuple[str, ...] = field(default=("from", "to", "date", "subject"))

    @property
    def at(self) -> datetime:
        return MONDAY + timedelta(hours=self.hours)

    @property
    def raw(self) -> bytes:
        told = {
            "from": f"From: {self.name} <{self.sender}>",
            "to": f"To: {self.to}",
            "date": f"Date: {format_datetime(self.at)}",
            "subject": f"Subject: {self.subject}",
        }
        lines = [f"From {self.sender or '-'} {self.at:%a %b %d %H:%M:%S %Y}", *self.headers]
        lines += [told[each] for each in self.fields]
        lines += [f"Message-ID: <{self.id}@mail.example>"] if self.id else []
        lines += [f"In-Reply-To: <{self.answers}@mail.example>"] if self.answers else []
        return "\n".join([*lines, "", self.body, "", ""]).encode()


def written(file: Path, *mails: Mail | bytes) -> Path:
    file.write_bytes(b"".join(mail if isinstance(mail, bytes) else mail.raw for mail in mails))
    return file


def imported(
    ports: Ports, file: Path, agents: Sequence[str] = (ANA,), own_lists: Sequence[str] = (), mailbox: str = SUPPORT
) -> tuple[Read, Built]:
    read = importing.read(ports, file, mailbox, agents, own_lists, lambda _: None)
    return read, importing.build(ports, read, lambda _: None)


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    """Everything in a table."""
    with database.read() as conn:
        found = conn.execute(select(schema.metadata.tables[table])).all()
    return [dict(row._mapping) for row in found]
