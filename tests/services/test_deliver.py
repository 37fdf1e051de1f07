"""Mails go out exactly once, whatever dies in between."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from multiprocessing.process import BaseProcess
from typing import Any

import pytest

from inboxsla.gmail.simulator import Fault
from inboxsla.services import ingest
from inboxsla.storage import mailboxes
from tests.builders import ANA, JONAS, KOFI, SUPPORT, Desk
from tests.services import worker_of_one_run
from tests.services.worker_of_one_run import ACCEPTED, CLAIMED, COMPOSED, SECOND

# Real processes, forked from one that has imported everything and runs nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([worker_of_one_run.__name__])


@pytest.fixture
def owing(desk: Desk) -> Desk:
    """A desk that owes one mail to Ana and one to Jonas."""
    for sender, owner in (("zofia@rowery.example", ANA), (KOFI, JONAS)):
        thread = desk.writes(sender, subject=f"A lamp for {owner}").thread_id
        desk.sync()
        desk.owned_by(thread, owner)
    desk.deliver()
    desk.sync()
    desk.clock.forward(hours=3)
    desk.wake()
    return desk


def worker(desk: Desk, *words: str) -> BaseProcess:
    process = PROCESSES.Process(
        target=worker_of_one_run.main, args=(desk.database.url, desk.server.url, desk.clock().isoformat(), *words)
    )
    process.start()
    return process


def run_to_the_end(desk: Desk, *words: str) -> int | None:
    process = worker(desk, *words)
    process.join(60)
    return process.exitcode


def carry_on(desk: Desk) -> None:
    """Fresh processes go on, later: the lease has run out, a complete sync begins more than a minute after the try."""
    desk.clock.forward(minutes=5)
    assert run_to_the_end(desk, "deliver", "sync", "deliver") == 0


@pytest.mark.processes
@pytest.mark.parametrize("point", [COMPOSED, CLAIMED, ACCEPTED, SECOND])
def test_a_worker_killed_at_any_point_sends_nothing_twice_and_loses_nothing(owing: Desk, point: str) -> None:
    """C43: whatever dies in between."""
    assert run_to_the_end(owing, "deliver", f"die={point}") == -signal.SIGKILL
    carry_on(owing)
    assert sorted(owing.mailed()) == [ANA, JONAS]
    assert {envelope.state for envelope in owing.envelopes()} == {"sent"}
    assert owing.outbox() == {"done": 2}
    owing.later(minutes=5)
    assert len(owing.mailed()) == 2


@pytest.mark.processes
def test_a_worker_killed_while_gmail_takes_its_time_sends_nothing_twice(owing: Desk) -> None:
    owing.faults.plan(Fault("latency", "messages.send", seconds=0.5))
    process = worker(owing, "deliver")
    while owing.faults.planned() and process.is_alive():
        threading.Event().wait(0.01)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    while not owing.mailed():
        threading.Event().wait(0.02)
    carry_on(owing)
    assert sorted(owing.mailed()) == [ANA, JONAS]
    assert owing.outbox() == {"done": 2}


def test_a_mail_whose_answer_was_lost_is_found_in_the_mailbox_and_not_sent_again(owing: Desk) -> None:
    owing.faults.plan(Fault("drop_after", "messages.send"))
    owing.deliver()
    assert sorted(envelope.state for envelope in owing.envelopes()) == ["sent", "unknown"]
    assert len(owing.mailed()) == 2
    owing.clock.forward(seconds=5)
    owing.sync()
    assert {envelope.state for envelope in owing.envelopes()} == {"sent"}
    owing.later(minutes=5)
    assert len(owing.mailed()) == 2


@pytest.mark.parametrize("fault", [Fault("drop_before", "messages.send"), Fault("status", "messages.send", code=503)])
def test_an_unknown_outcome_is_tried_again_only_after_a_complete_sync_begun_a_minute_later(
    owing: Desk, fault: Fault
) -> None:
    owing.faults.plan(fault)
    owing.deliver()
    for seconds in (5, 54):
        owing.clock.forward(seconds=seconds)
        owing.sync()
        owing.deliver()
        assert len(owing.mailed()) == 1
    owing.clock.forward(seconds=10)
    owing.faults.plan(Fault("status", "history.list", code=500))
    owing.sync()
    owing.deliver()
    assert len(owing.mailed()) == 1, "a sync that broke off has not shown everything"
    owing.clock.forward(seconds=60)
    owing.sync()
    owing.deliver()
    assert sorted(owing.mailed()) == [ANA, JONAS]
    owing.later(minutes=5)
    assert len(owing.mailed()) == 2


def test_a_sync_begun_within_the_minute_proves_nothing_however_long_it_takes(
    owing: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing.faults.plan(Fault("drop_before", "messages.send"))
    owing.deliver()
    owing.sync()
    gmail = owing.gmail(SUPPORT)
    real = gmail.history

    def slow(*args: Any) -> Any:
        owing.clock.forward(minutes=2)
        return real(*args)

    owing.clock.forward(seconds=59)
    monkeypatch.setattr(gmail, "history", slow)
    owing.sync()
    owing.deliver()
    assert len(owing.mailed()) == 1


def test_the_minute_counts_from_when_the_answer_was_given_up(owing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    gmail = owing.gmail(SUPPORT)
    send = gmail.send

    def slow(*args: Any) -> Any:
        owing.clock.forward(seconds=30)
        return send(*args)

    monkeypatch.setattr(gmail, "send", slow)
    owing.faults.plan(Fault("drop_before", "messages.send"))
    owing.deliver()
    owing.clock.forward(seconds=25)
    owing.sync()
    owing.deliver()
    assert len(owing.mailed()) == 1
    owing.clock.forward(seconds=35)
    owing.sync()
    owing.deliver()
    assert len(owing.mailed()) == 2


def test_our_own_mail_is_recognised_even_where_it_cannot_be_read(owing: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    owing.faults.plan(Fault("drop_after", "messages.send", times=2))
    owing.deliver()

    def unreadable(*_: Any, **__: Any) -> Any:
        raise RecursionError("too deep")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "from_gmail", unreadable)
        owing.clock.forward(minutes=2)
        owing.sync()
    with monkeypatch.context() as patch:
        patch.setattr(ingest, "settle_thread", unreadable)
        owing.clock.forward(minutes=2)
        owing.sync()
    owing.later(minutes=5)
    assert len(owing.mailed()) == 2


def test_after_expired_history_a_mail_of_unknown_outcome_is_still_found(owing: Desk) -> None:
    owing.faults.plan(Fault("drop_after", "messages.send", times=2))
    owing.deliver()
    owing.store.expire_history(SUPPORT)
    owing.later(minutes=5)
    owing.later(minutes=5)
    assert len(owing.mailed()) == 2
    assert {envelope.state for envelope in owing.envelopes()} == {"sent"}


def test_gmails_limit_on_sending_holds_the_mails_but_not_the_reading(owing: Desk) -> None:
    owing.faults.plan(Fault("status", "messages.send", code=429, reason="rateLimitExceeded", retry_after=3600))
    with owing.calls() as calls:
        owing.deliver()
    assert calls["messages.send"] == 1
    new = owing.writes("priya@customer.example", "Hello", "Another lamp")
    owing.later(minutes=30)
    assert owing.labels(new.thread_id) == [{"SLA/Low"}]
    assert owing.mailed() == []
    owing.later(minutes=31)
    assert {ANA, JONAS} <= set(owing.mailed())


def test_a_mail_gmail_will_never_take_is_an_alarm_and_its_neighbour_goes_out(owing: Desk) -> None:
    owing.faults.plan(Fault("status", "messages.send", code=413))
    owing.deliver()
    assert owing.mailed() == [JONAS]
    assert any(ANA in words for words in owing.board().alarms)
    owing.later(minutes=10)
    assert owing.mailed() == [JONAS]


def test_lost_access_sends_nothing_and_keeps_what_is_owed(owing: Desk) -> None:
    owing.store.revoke(SUPPORT)
    owing.deliver()
    assert owing.mailbox.access_lost_at is not None
    assert {envelope.state for envelope in owing.envelopes()} == {"composed"}


def test_two_workers_at_once_compose_and_send_each_mail_once(owing: Desk) -> None:
    errors: list[BaseException] = []
    ready = threading.Barrier(4)

    def run() -> None:
        try:
            ready.wait()
            owing.deliver()
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=run) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert errors == []
    assert sorted(owing.mailed()) == [ANA, JONAS]
    assert len(owing.envelopes()) == 2


def test_a_mailbox_that_is_no_longer_live_owes_nothing(owing: Desk) -> None:
    with owing.database.write() as conn:
        mailboxes.change(conn, owing.id, mode="observed")
    owing.deliver()
    assert owing.mailed() == []
    assert owing.outbox() == {"dropped": 2}
