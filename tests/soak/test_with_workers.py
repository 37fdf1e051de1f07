"""Bad days for real worker processes, over a real Valkey, beside a ticker: what they leave is what good days leave."""

from __future__ import annotations

import random
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rq import Worker

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store
from inboxsla.queue import RedisBell, connect
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Clock, Desk
from tests.soak.life import Happening, What
from tests.soak.world import World, left, opened_settings
from tests.workers.processes import Valkey, kill, until, worker
from workers import ticker

pytestmark = pytest.mark.processes

# Late enough for the first reminder, early enough that the next is far away.
LONG_AGO = timedelta(hours=3, minutes=20)
FRESH = 6
_BY_CHANCE = Counter({"assigned": 99, "removed": 1, "restored": 1})
HANGS = 0.7  # seconds
AFTERWARDS = [
    (6, What.ANSWERED), (7, What.ANSWERED), (8, What.DRAFTED), (8, What.ANSWERED), (9, What.NUDGES), (10, What.ARCHIVED),
    (11, What.SPAM), (6, What.NUDGES), (12, What.ANSWERED), (12, What.BOUNCES), (11, What.RESTORED), (7, What.THANKS),
    (13, What.RELABELLED), (14, What.NUDGES),
]  # fmt: skip
# Troubles whose waits are short: a worker's clock is nobody's to move. The long ones are left to the soak.
STRIKES: dict[str, dict[str, Any]] = {
    "429": {"kind": "status", "code": 429, "reason": "rateLimitExceeded", "retry_after": 1},
    "503": {"kind": "status", "code": 503, "retry_after": 1},
    "500": {"kind": "status", "code": 500, "reason": "backendError", "method": "messages.get"},
    "cut before": {"kind": "drop_before"},
    "cut after": {"kind": "drop_after", "method": "threads.modify"},
    "empty page": {"kind": "empty_page"},
    "slow": {"kind": "latency", "seconds": 0.3},
}


def _opened(stack: ExitStack, migrated_file: Path, folder: Path) -> World:
    """A live desk whose labels are there, and six customers who have waited for long."""
    shutil.copyfile(migrated_file, folder)
    database = Database(f"sqlite:///{folder}")
    stack.callback(database.close)
    clock = Clock(datetime.now(UTC) - timedelta(hours=5))
    store = Store(":memory:", now=clock, seed=7)
    stack.callback(store.close)
    store.add_mailbox(SUPPORT)
    desk = Desk(database, stack.enter_context(SimulatorServer(store)), clock, opened_settings())
    desk.catch_up()
    world = World(desk)
    desk.clock.at = datetime.now(UTC) - LONG_AGO
    for number in range(FRESH):
        world._acts(Happening(clock(), number, What.ASKS))
    desk.clock.at = datetime.now(UTC)
    return world


def _life() -> list[tuple[int, What]]:
    return [*((number, What.ASKS) for number in range(FRESH, 15)), *AFTERWARDS]


def _ends(world: World) -> dict[str, Any]:
    """Quiet hours, lived through in a moment; then everything that can be compared.

    Who happened to get what cannot; nor whether a mail was seen before it lay in Spam for half a second.
    """
    world.live([], world.desk.clock())
    found = left(world)
    for ticket in found.tickets.values():
        del ticket["owner"]
    happened = {number: Counter(kinds) - _BY_CHANCE for number, kinds in found.happened.items()}
    return {
        "tickets": found.tickets,
        "labels": found.labels,
        "happened": happened,
        "promises": found.promises,
        "acts": found.acts,
    }


@contextmanager
def _ticking(desk: Desk, bell: RedisBell) -> Iterator[None]:
    stopping = threading.Event()
    ports = replace(desk.ports, bell=bell, now=lambda: datetime.now(UTC))
    beside = threading.Thread(target=ticker.run, args=(ports,), kwargs={"stopping": stopping, "every": 0.3})
    beside.start()
    try:
        yield
    finally:
        stopping.set()
        beside.join()


def _lived_by_workers(world: World, valkey: Valkey, folder: Path, dice: random.Random) -> None:
    desk, bell = world.desk, RedisBell(valkey.url)
    environ = {
        "INBOXSLA_DATA_DIR": str(folder),
        "INBOXSLA_DATABASE_URL": desk.database.url,
        "INBOXSLA_REDIS_URL": valkey.url,
        "INBOXSLA_DEMO": "true",
        "INBOXSLA_SYNC__POLL_EVERY": "1s",
        "INBOXSLA_GOOGLE__API_ROOT": desk.server.url,
    }
    with ExitStack() as stack:
        processes = [stack.enter_context(worker(environ, valkey.url, folder / "said")) for _ in range(2)]
        with connect(valkey.url) as connection:
            until(lambda: len(Worker.all(connection, serializer="json")) == 2, "the workers have come")
            stack.enter_context(_ticking(desk, bell))
            for number, what in _life():
                desk.clock.at = datetime.now(UTC)
                world._acts(Happening(desk.clock(), number, what))
                if dice.random() < 0.6:
                    strike = dice.choice(list(STRIKES))
                    world.struck[strike] += 1
                    desk.faults.plan(Fault(**STRIKES[strike]))
                if dice.random() < 0.7:
                    bell.ring("sync", [desk.id])
                threading.Event().wait(0.1)
            desk.faults.clear()
            until(lambda: desk.count() >= FRESH, "workers bring in the mail between one trouble and the next")
            desk.faults.plan(Fault("latency", "history.list", seconds=HANGS))
            bell.ring("sync", [desk.id])
            until(lambda: not desk.faults.planned(), "somebody asks Gmail")
            busy = [one.pid for one in Worker.all(connection, serializer="json") if one.get_state() == "busy"]
            for process in processes:
                if process.pid in busy:
                    world.struck["killed"] += 1
                    kill(process)
    # What was on its way to Gmail when they died arrives, before hours pass in a moment.
    threading.Event().wait(2 * HANGS)
    desk.clock.at = datetime.now(UTC)


def test_what_workers_leave_after_bad_days_is_what_good_days_leave(migrated_file: Path, tmp_path: Path) -> None:
    with ExitStack() as stack:
        socket = Path(tempfile.mkdtemp(prefix="inboxsla-"))
        stack.callback(shutil.rmtree, socket)
        valkey = Valkey(socket)
        valkey.start()
        stack.callback(valkey.stop)
        calm = _opened(stack, migrated_file, tmp_path / "good.db")
        for number, what in _life():
            calm.desk.clock.forward(seconds=1)
            calm._acts(Happening(calm.desk.clock(), number, what))
            calm._push()
            calm._work()
        good = _ends(calm)
        world = _opened(stack, migrated_file, tmp_path / "bad.db")
        _lived_by_workers(world, valkey, tmp_path, random.Random(5))
        bad = _ends(world)

        assert world.struck["killed"] >= 1
        assert sum(world.struck.values()) > 8, "the days were not bad enough to prove anything"
        for name, expected in good.items():
            assert bad[name] == expected, name
        markers = Counter(mail["X-InboxSLA-Id"] for mail in world.desk.mails())
        assert markers
        assert set(markers.values()) == {1}
        assert set(world.desk.outbox()) <= {"done", "dropped"}
