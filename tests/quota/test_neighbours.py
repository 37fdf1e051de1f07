"""Two mailboxes and real workers: one that Gmail keeps refusing does not hold up the other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter
from inboxsla.queue import RedisBell, connect
from inboxsla.storage import mailboxes, tickets
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Clock, Desk, Notepad, settings
from tests.workers.processes import Valkey, worker

pytestmark = pytest.mark.processes
SALES = "sales@lumenvelo.example"


def test_a_mailbox_that_is_always_refused_does_not_hold_up_its_neighbour(
    sqlite_database: Database, valkey: Valkey, tmp_path: Path
) -> None:
    clock = Clock(datetime.now(UTC) - timedelta(minutes=5))
    store = Store(":memory:", now=clock, seed=7)
    for address in (SUPPORT, SALES):
        store.add_mailbox(address)
    chosen = settings(mailboxes=[{"address": SUPPORT}, {"address": SALES}])
    with SimulatorServer(store) as server, connect(valkey.url) as redis_server:
        redis_server.flushdb()
        desk = Desk(sqlite_database, server, clock, chosen, bell=Notepad())
        for number in range(20):
            for address in (SUPPORT, SALES):
                raw = letter(
                    sender="kofi@customer.example", to=address, subject=f"Lamp {number}", text="Hello", at=clock()
                )
                store.deliver(address, raw)
        server.faults.plan(Fault("status", mailbox=SUPPORT, code=429, retry_after=3600, times=None))
        with sqlite_database.read() as conn:
            boxes = {box.address: box.id for box in mailboxes.every(conn)}
        bell = RedisBell(valkey.url)
        environ = {
            "INBOXSLA_DATA_DIR": str(tmp_path),
            "INBOXSLA_DATABASE_URL": desk.database.url,
            "INBOXSLA_REDIS_URL": valkey.url,
            "INBOXSLA_DEMO": "true",
            "INBOXSLA_GOOGLE__API_ROOT": server.url,
        }
        for _ in range(3):
            for address in (SUPPORT, SALES):
                bell.ring("sync", [boxes[address]])
                bell.ring("deliver", [boxes[address]])
            with worker(environ, valkey.url, tmp_path / "said", burst=True) as process:
                process.join(60)
                assert process.exitcode == 0
        with sqlite_database.read() as conn:
            counts = {address: tickets.count(conn, tickets.t.c.mailbox_id == boxes[address]) for address in boxes}
            waits = {box.address: box.retry_after for box in mailboxes.every(conn)}
        assert counts == {SUPPORT: 0, SALES: 20}
        assert waits[SUPPORT] is not None
        assert waits[SALES] is None
        # One question was enough to know that Gmail wants peace for an hour.
        assert server.quota.report()["units_by_mailbox"][SUPPORT] == 1
    store.close()
