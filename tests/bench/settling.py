"""Settling tickets whose time has come, in batches as a worker gets them: six events each, one reminder step falling due."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import insert

from inboxsla.config import Settings
from inboxsla.domain.timeline import Event, Kind, participant
from inboxsla.errors import AccessLost
from inboxsla.gmail.port import Mailbox
from inboxsla.queue import BATCH, NoBell
from inboxsla.services import settle, setup
from inboxsla.services.ports import Ports
from inboxsla.storage import events, mailboxes, migrations, policies, tickets
from inboxsla.storage.database import Database
from inboxsla.storage.schema import tickets as t

BEGAN = datetime(2026, 6, 1, 8, tzinfo=UTC)
NOW = BEGAN + timedelta(hours=26)
ANA = "ana@lumenvelo.example"
BATCHES = 7
GOAL = 300


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as folder, office(Path(folder), BATCHES * BATCH) as ports:
        rates = []
        for _ in range(BATCHES):
            due = _claimed(ports)
            begun = time.perf_counter()
            decisions = settle.wake(ports, due)
            rates.append(len(due) / (time.perf_counter() - begun))
            assert all(decision.steps_taken for decision in decisions)
        rate = median(rates)
        yield f"SQLite: settle due tickets, batches of {BATCH}", f"{rate:,.0f} /s", f"≥ {GOAL} /s", rate >= GOAL


@contextmanager
def office(folder: Path, count: int) -> Iterator[Ports]:
    """A live mailbox in office hours with `count` tickets due."""
    chosen = Settings.of(
        {
            "data_dir": str(folder),
            "calendar": {"zone": "Europe/Berlin", "holidays": ["2026-05-25", "2026-12-25"]},
            "mailboxes": [{"address": "support@lumenvelo.example"}],
            "people": [{"address": ANA, "name": "Ana Ruiz"}],
        }
    )
    migrations.upgrade(chosen.sql_url)
    database = Database(chosen.sql_url)
    ports = Ports(chosen, database, NoBell(), lambda: NOW, _no_gmail)
    try:
        setup.prepare(ports)
        _fill(database, count)
        yield ports
    finally:
        database.close()


def _no_gmail(address: str) -> Mailbox:
    raise AccessLost(f"{address} is not connected")


def _fill(database: Database, count: int) -> None:
    with database.write() as conn:
        (box,) = mailboxes.every(conn)
        mailboxes.change(conn, box.id, mode="live", live_since=BEGAN)
        policy_id = policies.newest_id(conn, "Default")
        for n in range(count):
            row = {
                "mailbox_id": box.id, "thread_id": f"thread-{n}", "policy_id": policy_id, "version": 3, "owner": ANA,
                "subject": f"Lamp {n} flickers in the rain", "requester": f"kofi{n}@customer.example",
                "requester_name": "Kofi Mensah", "status": "open", "priority": "normal", "urgency": "medium",
                "metric": "next_response", "due_at": NOW + timedelta(hours=2), "opened_at": BEGAN, "waiting_since": BEGAN,
                "last_activity": BEGAN, "wake_at": NOW, "ring_at": NOW, "label_wanted": "medium", "breached": False,
            }  # fmt: skip
            (ticket_id,) = conn.execute(insert(t).values(row).returning(t.c.id)).one()
            events.append(conn, ticket_id, _timeline(n), BEGAN)


def _timeline(n: int) -> list[Event]:
    """Asked, handed out, answered, asked again; three quarters of the second promise are used up by now."""
    who = participant(f"kofi{n}@customer.example")
    asked_again = NOW - timedelta(hours=22)
    return [
        Event(Kind.CUSTOMER_WROTE, BEGAN, f"msg:{n}a", data={"who": who}),
        Event(Kind.ASSIGNED, BEGAN, f"owner:{n}", data={"owner": ANA, "why": "has the fewest open tickets"}),
        Event(Kind.STAFF_WROTE, BEGAN + timedelta(hours=1), f"msg:{n}b", ANA, {"to": [who]}),
        Event(Kind.MACHINE_WROTE, BEGAN + timedelta(hours=2), f"msg:{n}c", data={"what": "auto_reply"}),
        Event(Kind.CUSTOMER_WROTE, asked_again, f"msg:{n}d", data={"who": who}),
        Event(Kind.CUSTOMER_WROTE, asked_again + timedelta(minutes=3), f"msg:{n}e", data={"who": who}),
    ]


def _claimed(ports: Ports) -> list[int]:
    with ports.db.write() as conn:
        return [ticket_id for ticket_id, _ in tickets.claim_due(conn, ports.now(), BATCH)]
