"""A mailbox that answers slowly has one worker at a time, and the others serve its neighbours."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inboxsla.errors import TryLater
from inboxsla.gmail.simulator import Fault, SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter
from inboxsla.queue import RedisBell, connect
from inboxsla.queue.turns import SLOW, Turns
from inboxsla.services import setup
from inboxsla.storage import mailboxes, tickets
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Clock, Desk, settings
from tests.workers.processes import Valkey, until, worker

SALES = "sales@lumenvelo.example"
BOTH = [{"address": SUPPORT}, {"address": SALES}]


class Time:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    """In a folder of its own, because a socket's name must be short."""
    folder = Path(tempfile.mkdtemp(prefix="inboxsla-"))
    made = Valkey(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture
def valkey(server: Valkey) -> Valkey:
    with connect(server.url) as client:
        client.flushdb()
    return server


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def turns(valkey: Valkey, clock: Time) -> Turns:
    return Turns(connect(valkey.url), now=clock)


def test_a_mailbox_that_answers_well_is_read_and_written_to_at_the_same_time(turns: Turns) -> None:
    with turns.taken("sync", [1]) as first, turns.taken("deliver", [1]) as second:
        assert (first, second) == ([1], [1])
    assert turns.wished([1]) == []


def test_one_delivery_at_a_time_and_the_second_is_asked_for_again(turns: Turns) -> None:
    with turns.taken("deliver", [1]), turns.taken("deliver", [1, 2]) as second:
        assert second == [2]
    assert turns.wished([1, 2]) == [("deliver", 1)]
    assert turns.wished([1, 2]) == [], "asked for once"
    with turns.taken("deliver", [1]) as third:
        assert third == [1]


def test_where_a_job_takes_long_no_other_joins_it_and_that_is_remembered(turns: Turns, clock: Time) -> None:
    with turns.taken("sync", [1]):
        clock.at += SLOW + 1
        with turns.taken("deliver", [1]) as other:
            assert other == []
        with turns.taken("deliver", [2]) as neighbour:
            assert neighbour == [2]
    assert turns.wished([1]) == [("deliver", 1)]
    with turns.taken("deliver", [1]) as now_it_may, turns.taken("sync", [1]) as not_at_once:
        assert (now_it_may, not_at_once) == ([1], [])


def test_without_redis_nobody_takes_a_turn(valkey: Valkey, clock: Time) -> None:
    nowhere = Turns(connect(valkey.url.replace("v.sock", "none.sock")), now=clock)
    with pytest.raises(TryLater), nowhere.taken("sync", [1]):
        pass


@pytest.mark.processes
def test_mail_of_another_mailbox_is_labelled_while_a_slow_one_is_served(
    sqlite_database: Database, valkey: Valkey, clock: Time, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        store = Store(":memory:", now=Clock(datetime.now(UTC) - timedelta(hours=1)), seed=7)
        stack.callback(store.close)
        store.add_mailbox(SUPPORT)
        store.add_mailbox(SALES)
        google = stack.enter_context(SimulatorServer(store))
        desk = Desk(sqlite_database, google, store.now, settings(mailboxes=BOTH))  # type: ignore[arg-type]
        setup.live(desk.ports, SALES, "the tests")
        desk.clock.at = datetime.now(UTC)
        with desk.database.read() as conn:
            sales = mailboxes.by_address(conn, "gmail", SALES)
        assert sales is not None
        desk.writes()
        desk.sync()
        # It was slow a moment ago, and owes a label.
        with Turns(connect(valkey.url), now=clock).taken("sync", [desk.id]):
            clock.at += SLOW + 1
        desk.writes(subject="Another lamp")
        google.faults.plan(Fault("latency", times=None, seconds=5, mailbox=SUPPORT))

        environ = {
            "INBOXSLA_DATA_DIR": str(tmp_path),
            "INBOXSLA_DATABASE_URL": desk.database.url,
            "INBOXSLA_REDIS_URL": valkey.url,
            "INBOXSLA_DEMO": "true",
            "INBOXSLA_GOOGLE__API_ROOT": google.url,
        }
        bell = RedisBell(valkey.url)
        for job in ("deliver", "sync"):
            bell.ring(job, [desk.id])
        for _ in range(2):
            stack.enter_context(worker(environ, valkey.url, tmp_path / "said"))
        raw = letter(sender="kofi@customer.example", to=SALES, subject="An offer?", text="Please.", at=desk.clock())
        offer = store.deliver(SALES, raw).thread_id
        bell.ring("sync", [sales.id])

        def labelled() -> bool:
            with desk.database.read() as conn:
                found = tickets.by_thread(conn, sales.id, offer)
            return found is not None and not found.label_due

        until(labelled, "the other mailbox's mail is labelled")
        assert desk.count() == 2, "the slow mailbox is far from done"
        google.faults.clear()
