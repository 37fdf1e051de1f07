"""Who does the work, seen from outside: over a real Valkey, with rings, a dead job, and nobody there."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rq import SimpleWorker

from inboxsla.errors import TryLater
from inboxsla.queue import RedisBell, connect, queues
from inboxsla.queue.looking import JobQueue, QueueLook
from inboxsla.services import checkup
from inboxsla.services.checkup import Finding, State, Surroundings, fixing, processes
from tests.builders import Desk
from tests.workers.processes import Valkey, until
from workers import ticker as tickers

NOW = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)
WORKING = QueueLook(workers=2, ticked_at=NOW, waiting=0, oldest_at=None, dead=())
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="inboxsla-"))
    made = Valkey(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


def said(around: Surroundings, mailboxes: int = 1) -> dict[str, Finding]:
    return {finding.check: finding for finding in processes.judged(around, mailboxes, NOW)}


def test_where_nothing_runs_that_is_a_problem_only_if_there_is_something_to_do() -> None:
    nothing = Surroundings("", embedded=True)
    assert "Nothing runs here: no mail is read" in said(nothing)["processes.run"].words
    assert said(nothing, mailboxes=0)["processes.run"].ok


def test_workers_and_ticker_that_work_are_fine_and_silent_ones_are_named() -> None:
    assert all(finding.ok for finding in said(Surroundings("http://here", True, WORKING)).values())
    silent = replace(WORKING, workers=0, ticked_at=NOW - 31 * SECOND, waiting=3, oldest_at=NOW - 61 * SECOND)
    found = said(Surroundings("", False, silent))
    assert {name for name, finding in found.items() if not finding.ok} == {
        "processes.workers",
        "processes.ticker",
        "processes.queue",
    }
    assert found["processes.queue"].since == NOW - 61 * SECOND
    just_started = replace(WORKING, workers=0, ticked_at=None)
    assert all(each.ok for each in said(Surroundings("http://here", True, just_started, run_since=NOW)).values())


def test_without_redis_that_is_said_and_what_it_hides_is_not_known(desk: Desk) -> None:
    desk.sync()
    with pytest.raises(TryLater, match="Redis cannot be reached"):
        JobQueue("redis://127.0.0.1:9/0").look(NOW)
    found = {each.check: each.state for each in checkup.found(desk.ports, Surroundings("", False, away="Gone."))}
    assert (found["processes.redis"], found["processes.workers"]) == (State.ATTENTION, State.UNKNOWN)
    assert found["mailboxes.read"] is State.FINE


def test_a_job_that_broke_off_is_named_with_its_reason_and_forgotten_when_asked(desk: Desk, valkey: Valkey) -> None:
    connection = connect(valkey.url)
    connection.flushall()
    every = queues(connection)
    for waiting in every:
        waiting.enqueue_call("json.loads", args=([desk.id],), timeout=30, failure_ttl=60)
    SimpleWorker(every, connection=connection, serializer="json").work(burst=True, logging_level="ERROR")
    bell = RedisBell(valkey.url)
    bell.ticked(desk.clock())
    for job in ("settle", "deliver", "sync"):
        bell.ring(job, [desk.id])

    queue = JobQueue(valkey.url)
    look = queue.look(datetime.now(UTC))
    assert (look.workers, look.waiting, look.ticked_at) == (0, 3, desk.clock())
    assert [(dead.job, dead.keys) for dead in look.dead] == [("json.loads", (desk.id,))] * 3
    assert all("TypeError" in dead.reason for dead in look.dead)
    found = said(Surroundings("", False, look))["processes.dead_jobs"]
    assert "3 jobs broke off (3 × json.loads): TypeError" in found.words
    assert found.since is not None

    done = list(fixing.fix(desk.ports, queue, [found]))
    assert done == [(True, "Forgot 3 dead jobs. The ticker rings for whatever of it is still to be done.")]
    assert queue.look(datetime.now(UTC)).dead == ()


def test_a_redis_that_was_emptied_learns_of_its_workers_and_ticker_by_their_next_sign(
    desk: Desk, valkey: Valkey
) -> None:
    connection = connect(valkey.url)
    worker = SimpleWorker(queues(connection), connection=connection)
    worker.register_birth()
    connection.flushall()
    queue, bell = JobQueue(valkey.url), RedisBell(valkey.url)
    now = datetime.now(UTC)
    assert (queue.look(now).workers, queue.look(now).ticked_at) == (0, None)
    worker.heartbeat()
    bell.ticked(now)
    assert (queue.look(now).workers, queue.look(now).ticked_at) == (1, now)
    assert queue.look(now + timedelta(minutes=2)).workers == 0


def test_a_ticker_that_ticks_is_seen(desk: Desk, valkey: Valkey) -> None:
    connect(valkey.url).flushall()
    queue, stopping = JobQueue(valkey.url), threading.Event()
    ringing = replace(desk.ports, bell=RedisBell(valkey.url))
    thread = threading.Thread(target=tickers.run, args=(ringing,), kwargs={"stopping": stopping, "every": 0.05})
    thread.start()
    try:
        until(lambda: queue.look(desk.clock()).ticked_at == desk.clock(), "the ticker says that it is there")
    finally:
        stopping.set()
        thread.join()
