"""What Gmail charges for our work, and what a call costs our own processor."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, redirect_stdout
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.pacing import Paced
from inboxsla.gmail.simulator.bulk import fill
from inboxsla.queue import connect
from inboxsla.queue.quota import Rate, SharedAccount
from inboxsla.storage import migrations
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, a_desk
from tests.quota.conftest import account, client
from tests.quota.test_figures import OUTSIDE, THROUGH, a_life
from tests.workers.processes import Valkey

SHARE = 4_500
GOAL_CPU = 1.0
CALLS, ROUNDS = 200, 7


def figures() -> Iterable[tuple[str, str, str, bool]]:
    for name, reminders, goal in (("outside", [], OUTSIDE), ("through", [55, 75, 90], THROUGH)):
        with _database() as database:
            units, _ = a_life(database, reminders)
        yield f"a ticket's life, reminders sent {name} the mailbox", f"{units} units", f"≤ {goal}", units <= goal
    used, most = _first_reading()
    yield "first reading of 50,000 threads: of its share", f"{used:.1%}", "≥ 95 %", used >= 0.95
    yield "first reading: most in any minute", f"{most:,} units", f"≤ {SHARE:,}", most <= SHARE
    spent = _cpu_per_call()
    yield "processor time per Gmail call, quota in Valkey", f"{spent:.2f} ms", f"≤ {GOAL_CPU:g} ms", spent <= GOAL_CPU


@contextmanager
def _database() -> Iterator[Database]:
    with TemporaryDirectory() as folder, redirect_stdout(StringIO()):
        url = f"sqlite:///{folder}/inboxsla.db"
        migrations.upgrade(url)
        database = Database(url)
        yield database
        database.close()


def _first_reading() -> tuple[float, int]:
    """Minutes two to four of a clock that only waiting moves: how much of the share was used; and the dearest minute of all."""
    with _database() as database, a_desk(database) as desk, closing(client(desk, account(desk))) as gmail:
        desk.ports = replace(desk.ports, mailbox=lambda address: gmail)
        fill(desk.store, SUPPORT, 50_000, newest=desk.clock(), apart=timedelta(seconds=36))
        first = desk.clock()
        while desk.clock() - first < timedelta(minutes=1):
            desk.sync()
        begun, before = desk.clock(), desk.server.quota.report()["units"]
        while desk.clock() - begun < timedelta(minutes=3):
            desk.sync()
        minutes = (desk.clock() - begun) / timedelta(minutes=1)
        report = desk.server.quota.report()
        return (report["units"] - before) / (SHARE * minutes), report["most_in_a_minute"][SUPPORT]


def _cpu_per_call() -> float:
    """Milliseconds of this thread, which only asks; Gmail's side runs in others."""
    with TemporaryDirectory(prefix="inboxsla-") as folder, _database() as database, a_desk(database) as desk:
        valkey = Valkey(Path(folder))
        valkey.start()
        try:
            with connect(valkey.url) as server:
                pace = Paced(SharedAccount(server, SUPPORT, Rate.of(1_000_000, 75)))
                gmail = GoogleMailbox(static_credentials(SUPPORT), api_root=desk.server.url, pace=pace)
                with closing(gmail):
                    return median(_spent(gmail, str(desk.store.history_id(SUPPORT))) for _ in range(ROUNDS))
        finally:
            valkey.stop()


def _spent(gmail: GoogleMailbox, cursor: str) -> float:
    begun = time.thread_time()
    for _ in range(CALLS):
        gmail.history(cursor)
    return (time.thread_time() - begun) / CALLS * 1000
