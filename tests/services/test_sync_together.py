"""Several syncs at once, a Gmail that asks us to wait, and one that no longer lets us in."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.services import ingest, sync
from inboxsla.storage import mailboxes
from tests.builders import SUPPORT, Desk, Notepad


def test_a_second_sync_of_the_same_mailbox_does_not_start_while_one_is_at_it(desk: Desk) -> None:
    now = desk.clock()
    with desk.database.write() as conn:
        assert mailboxes.lease_sync(conn, desk.id, "another worker", now, now + sync.LEASE)
    desk.writes()
    assert desk.sync().skipped
    assert desk.count() == 0
    # The other one has died: its lease runs out.
    desk.clock.forward(minutes=4)
    assert not desk.sync().skipped
    assert desk.count() == 1


def test_several_syncs_at_once_make_one_ticket_a_thread(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(5)]
    workers = [threading.Thread(target=desk.sync) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    desk.sync()
    assert desk.count() == 5
    assert [desk.kinds(thread) for thread in threads] == [[Kind.CUSTOMER_WROTE]] * 5


def test_the_same_news_taken_in_at_once_by_two_makes_one_ticket(desk: Desk) -> None:
    thread = desk.gmail(SUPPORT).thread(desk.writes().thread_id)
    news = ingest.ThreadNews(thread.id, thread.messages)
    errors: list[BaseException] = []
    ready = threading.Barrier(4)

    def take() -> None:
        try:
            ready.wait()
            ingest.take_in(desk.ports, desk.id, news)
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=take) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert desk.count() == 1
    assert desk.kinds(thread.id) == [Kind.CUSTOMER_WROTE]


def test_gmails_wish_to_wait_is_kept_to(one_desk: Desk) -> None:
    one_desk.faults.plan(Fault("status", "*", code=429, retry_after=90))
    one_desk.sync()
    assert one_desk.mailbox.retry_after == one_desk.clock() + timedelta(seconds=90)
    with one_desk.calls() as calls:
        assert one_desk.sync().skipped
    assert not calls
    one_desk.clock.forward(seconds=91)
    one_desk.sync()
    assert one_desk.mailbox.sync_error is None


def test_lost_access_stops_the_mailbox_and_is_an_alarm(one_desk: Desk) -> None:
    one_desk.store.revoke(SUPPORT)
    one_desk.sync()
    assert one_desk.mailbox.access_lost_at == one_desk.clock()
    assert any(SUPPORT in words for words in one_desk.board().alarms)
    with one_desk.calls() as calls:
        one_desk.sync()
        one_desk.deliver()
    assert not calls


def test_who_finds_a_sync_under_way_makes_it_look_again(one_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ring that comes between the question to Gmail and the end of a sync is not lost."""
    one_desk.sync()
    one_desk.archives(one_desk.writes().thread_id)
    late: list[str] = []

    def take_in(*args: Any) -> Any:
        if not late:
            late.append(one_desk.writes(subject="Lamp flickers").thread_id)
            assert one_desk.sync().skipped
        return ingest.take_in(*args)

    with monkeypatch.context() as patch:
        patch.setattr(sync, "take_in", take_in)
        patch.setattr(sync, "_ROUNDS", 1)
        one_desk.run("sync")
    assert one_desk.find(late[0]) is None
    assert isinstance(one_desk.bell, Notepad)
    one_desk.clock.forward(seconds=3)
    one_desk.tick()
    assert ("sync", (one_desk.id,)) in one_desk.bell.rung
    one_desk.run("sync")
    assert one_desk.find(late[0]) is not None
