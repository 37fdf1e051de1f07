"""Rings over a real Valkey, answered by real RQ workers; and what happens when either is gone."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rq import Queue, Worker
from rq.job import Job

from inboxsla.errors import TryLater
from inboxsla.gmail.simulator import Fault, SimulatorServer, Store
from inboxsla.queue import JOBS, NEWS, RedisBell, connect, queues
from inboxsla.services import queries
from inboxsla.services.deliver import SEND_LEASE
from inboxsla.services.ports import Ports
from inboxsla.services.sync import LEASE
from inboxsla.services.ticking import Memory, tick
from inboxsla.storage.database import Database
from tests.builders import ANA, SUPPORT, Clock, Desk, Notepad, settings
from tests.workers.processes import Valkey, kill, until, worker
from workers.main import RingWorker

pytestmark = pytest.mark.processes


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """Not started. In a folder of its own, because a socket's name must be short."""
    folder = Path(tempfile.mkdtemp(prefix="inboxsla-"))
    made = Valkey(folder)
    yield made
    made.stop()
    shutil.rmtree(folder)


class Office:
    """A desk in the present, because the processes beside it have clocks of their own."""

    def __init__(self, desk: Desk, valkey: Valkey, folder: Path) -> None:
        self.desk, self.valkey = desk, valkey
        self.said = folder / "said"
        self.environ = {
            "INBOXSLA_DATA_DIR": str(folder),
            "INBOXSLA_DATABASE_URL": desk.database.url,
            "INBOXSLA_REDIS_URL": valkey.url,
            "INBOXSLA_DEMO": "true",
            "INBOXSLA_GOOGLE__API_ROOT": desk.server.url,
        }
        self.bell = RedisBell(valkey.url)
        ports = desk.ports
        self.ringing = Ports(ports.settings, ports.db, self.bell, ports.now, ports.mailbox)

    def work(self) -> None:
        """A worker answers every ring that waits, and then leaves."""
        with worker(self.environ, self.valkey.url, self.said, burst=True) as process:
            process.join(60)
            assert process.exitcode == 0

    def waiting(self) -> list[str]:
        return [str(job.func_name) for queue in queues(connect(self.valkey.url)) for job in queue.jobs]

    def lines(self) -> str:
        return self.said.read_text() if self.said.exists() else ""


@pytest.fixture
def office(sqlite_database: Database, valkey: Valkey, tmp_path: Path) -> Iterator[Office]:
    clock = Clock(datetime.now(UTC) - timedelta(hours=1))
    with ExitStack() as stack:
        store = Store(":memory:", now=clock, seed=7)
        stack.callback(store.close)
        store.add_mailbox(SUPPORT)
        server = stack.enter_context(SimulatorServer(store))
        desk = Desk(
            sqlite_database,
            server,
            clock,
            settings(policy={"first_response": "1h"}, notify={"skip_early_under": "never"}),
            bell=Notepad(),
        )
        clock.at = datetime.now(UTC)
        yield Office(desk, valkey, tmp_path)


def test_a_ring_leads_to_the_work_and_to_what_follows_from_it(office: Office) -> None:
    office.valkey.start()
    thread = office.desk.writes().thread_id
    office.bell.ring("sync", [office.desk.id])
    office.work()
    assert office.desk.ticket(thread).owner is not None
    assert office.desk.labels(thread) == [{"SLA/Low"}]
    assert office.waiting() == []


def test_promises_come_before_what_is_read_but_never_all_of_them(valkey: Valkey) -> None:
    valkey.start()
    bell, connection = RedisBell(valkey.url), connect(valkey.url)
    for nth in range(3):
        for job in ("sync", "deliver", "settle"):
            bell.ring(job, [nth])
    answering = RingWorker(queues(connection), connection)
    answered = [found[0].func_name for _ in range(9) if (found := answering.dequeue_job_and_maintain_ttl(None))]
    names = {function: job for job, function in JOBS.items()}
    in_turn = ["settle", "settle", "settle", "sync", "deliver", "deliver", "sync", "deliver", "sync"]
    assert [names[function] for function in answered] == in_turn


def test_what_is_due_is_settled_by_workers_and_mailed_once(office: Office) -> None:
    office.valkey.start()
    thread = office.desk.writes(at=office.desk.clock() - timedelta(minutes=45, seconds=5)).thread_id
    office.desk.sync()
    office.desk.owned_by(thread, ANA)
    memory = Memory()
    for _ in range(3):
        tick(office.ringing, memory)
    office.work()
    assert office.desk.mailed() == [ANA]
    tick(office.ringing, Memory())
    office.work()
    assert office.desk.mailed() == [ANA]


def test_a_second_ring_while_the_first_waits_is_the_first(office: Office) -> None:
    office.valkey.start()
    for _ in range(5):
        office.bell.ring("sync", [office.desk.id])
    assert office.waiting() == [JOBS["sync"]]
    office.bell.answered("sync", [office.desk.id])
    office.bell.ring("sync", [office.desk.id])
    assert len(office.waiting()) == 2


def test_without_redis_the_ticker_does_the_work_and_gives_it_back(office: Office) -> None:
    desk, memory = office.desk, Memory()
    with pytest.raises(TryLater):
        office.bell.ping()
    first = desk.writes().thread_id
    tick(office.ringing, memory)
    assert memory.bell_is_away
    assert desk.find(first) is not None

    office.valkey.start()
    second = desk.writes(subject="Another lamp").thread_id
    desk.clock.forward(seconds=30)
    tick(office.ringing, memory)
    assert not memory.bell_is_away
    assert desk.find(second) is None
    assert JOBS["sync"] in office.waiting()

    # It goes away in the middle of the run, and takes the rings along.
    office.valkey.stop()
    desk.clock.forward(seconds=30)
    tick(office.ringing, memory)
    assert memory.bell_is_away
    assert desk.find(second) is not None


def test_a_worker_waits_for_redis_to_come_and_to_come_back(office: Office) -> None:
    with worker(office.environ, office.valkey.url, office.said) as process:
        until(lambda: "Redis cannot be reached" in office.lines(), "the worker says that Redis is away")
        office.valkey.start()
        until(lambda: "Redis is back" in office.lines(), "the worker says that Redis is back")
        first = office.desk.writes().thread_id
        office.bell.ring("sync", [office.desk.id])
        until(lambda: office.desk.find(first), "the first ring is answered")
        office.valkey.stop()
        office.valkey.start()
        second = office.desk.writes(subject="Another lamp").thread_id
        office.bell.ring("sync", [office.desk.id])
        until(lambda: office.desk.find(second), "the ring after the restart is answered")
        assert process.is_alive()
        assert process.pid is not None
        os.kill(process.pid, signal.SIGTERM)
        process.join(30)
        assert process.exitcode == 0


def test_a_worker_killed_in_the_middle_of_a_sync_loses_nothing(office: Office) -> None:
    office.valkey.start()
    desk = office.desk
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(4)]
    desk.faults.plan(Fault("latency", "threads.get", seconds=1, after=2))
    office.bell.ring("sync", [desk.id])
    with worker(office.environ, office.valkey.url, office.said) as process:
        until(lambda: not desk.faults.planned(), "the worker reads the third thread")
        kill(process)
    assert 0 < desk.count() < 4
    desk.clock.at = datetime.now(UTC) + LEASE
    desk.sync()
    assert all(desk.kinds(thread) for thread in threads)
    assert desk.count() == 4


def test_a_worker_killed_while_sending_sends_nothing_twice(office: Office) -> None:
    office.valkey.start()
    desk = office.desk
    thread = desk.writes(at=desk.clock() - timedelta(minutes=45, seconds=5)).thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.wake()
    desk.faults.plan(Fault("latency", "messages.send", seconds=0.5))
    office.bell.ring("deliver", [desk.id])
    with worker(office.environ, office.valkey.url, office.said) as process:
        until(lambda: not desk.faults.planned(), "the worker sends")
        kill(process)
    until(desk.mailed, "Gmail has taken the mail")
    desk.clock.at = datetime.now(UTC) + SEND_LEASE
    desk.deliver()
    desk.sync()
    desk.deliver()
    assert desk.mailed() == [ANA]
    assert [envelope.state for envelope in desk.envelopes()] == ["sent"]


def test_a_job_that_runs_out_of_time_is_not_blamed_on_a_message(office: Office) -> None:
    office.valkey.start()
    desk = office.desk
    thread = desk.writes().thread_id
    queue = Queue(NEWS, connection=connect(office.valkey.url), serializer="json")
    queue.enqueue_call("tests.workers.slow.sync", args=([desk.id],), timeout=1, result_ttl=0)
    office.work()
    assert queries.kept_aside(desk.ports) == ()
    assert desk.count() == 0
    desk.clock.at = datetime.now(UTC)
    desk.sync()
    assert desk.find(thread) is not None


def test_after_a_job_that_was_cut_off_the_same_worker_answers_the_next_ring(office: Office) -> None:
    office.valkey.start()
    desk = office.desk
    queue = Queue(NEWS, connection=connect(office.valkey.url), serializer="json")
    job = "tests.workers.slow.in_the_middle_of_writing"
    with worker(office.environ, office.valkey.url, office.said) as process:
        queue.enqueue_call(job, args=(desk.id,), timeout=1, result_ttl=0)
        until(lambda: queue.failed_job_registry.count, "its time is over")
        assert desk.mailbox.failures == 0
        thread = desk.writes().thread_id
        office.bell.ring("sync", [desk.id])
        until(lambda: desk.find(thread), "the next ring is answered")
        assert process.is_alive()


def test_a_job_that_does_not_hear_that_its_time_is_over_takes_its_worker_along(office: Office) -> None:
    office.valkey.start()
    queue = Queue(NEWS, connection=connect(office.valkey.url), serializer="json")
    queue.enqueue_call("tests.workers.slow.deaf", timeout=1, result_ttl=0)
    with worker(office.environ, office.valkey.url, office.said, grace=1) as process:
        process.join(30)
        assert process.exitcode == 1
    assert "in deaf" in office.lines()


def test_a_worker_stays_with_a_long_job_and_says_that_it_is_alive(office: Office, tmp_path: Path) -> None:
    office.valkey.start()
    connection = connect(office.valkey.url)
    queue = Queue(NEWS, connection=connection, serializer="json")

    def beat() -> tuple[datetime | None, datetime | None]:
        [watching] = Worker.all(connection, serializer="json")
        return watching.last_heartbeat, Job.fetch(job.id, connection, "json").last_heartbeat

    with worker(office.environ, office.valkey.url, office.said, monitoring=1) as process:
        until(lambda: Worker.all(connection, serializer="json"), "the worker has come")
        [before] = Worker.all(connection, serializer="json")
        job = queue.enqueue_call("tests.workers.slow.until_let_go", args=(str(tmp_path),), timeout=60, result_ttl=0)
        until((tmp_path / "began").exists, "the job begins")
        for _ in range(2):
            last = beat()
            until(lambda last=last: all(now != then for now, then in zip(beat(), last, strict=True)), "signs of life")  # type: ignore[misc]
        (tmp_path / "go").touch()
        until((tmp_path / "done").exists, "the job ends")
        [after] = Worker.all(connection, serializer="json")
        assert (after.name, after.pid) == (before.name, process.pid)
        assert int((tmp_path / "began").read_text()) == process.pid
    assert office.lines() == ""
