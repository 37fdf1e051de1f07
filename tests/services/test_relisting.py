"""After lost history: compared newest first, never in the way of new mail, and finished however often it is interrupted."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.services import ingest, sync
from inboxsla.storage import relistings
from tests.builders import KOFI, SUPPORT, Desk


class Killed(BaseException):
    """The process ends without a word."""


@pytest.fixture
def slow(one_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Taking in a thread takes a second, so that a slice ends after five."""

    def take_in(*args: Any) -> Any:
        one_desk.clock.forward(seconds=1)
        return ingest.take_in(*args)

    monkeypatch.setattr(sync, "take_in", take_in)
    return one_desk


def unheard_of(desk: Desk, threads: int) -> list[str]:
    """Threads, newest first, to which something happened that history does not tell any more."""
    known = [desk.writes(subject=f"Lamp {n}").thread_id for n in range(threads)]
    while desk.sync().more:
        pass
    desk.clock.forward(minutes=10)
    for thread in known:
        desk.clock.forward(seconds=1)
        desk.writes_again(thread)
    desk.store.expire_history(SUPPORT)
    return known[::-1]


def deleted(desk: Desk, thread: str) -> None:
    """For good, and not told by history either."""
    for message in desk.gmail(SUPPORT).thread(thread).messages:
        desk.store.delete(SUPPORT, message.id)
    desk.store.expire_history(SUPPORT)


def told_of(desk: Desk, threads: list[str]) -> list[bool]:
    return [len(desk.kinds(thread)) == 2 for thread in threads]


def goes_on(desk: Desk) -> bool:
    with desk.database.read() as conn:
        return relistings.of_mailbox(conn, desk.id) is not None


def test_the_newest_threads_come_first_and_each_slice_goes_on_where_the_last_one_stopped(slow: Desk) -> None:
    threads = unheard_of(slow, 12)
    seen = []
    with slow.calls() as calls:
        while slow.sync().more:
            seen.append(told_of(slow, threads))
    assert seen == [[True] * 5 + [False] * 7, [True] * 10 + [False] * 2]
    assert told_of(slow, threads) == [True] * 12
    assert calls["threads.get"] == 12
    assert not goes_on(slow)


def test_new_mail_does_not_wait_until_all_is_listed(slow: Desk) -> None:
    threads = unheard_of(slow, 12)
    assert slow.sync().more
    new = slow.writes(KOFI, "It is broken.", "Order 1191").thread_id
    assert slow.sync().more
    assert slow.kinds(new) == [Kind.CUSTOMER_WROTE]
    assert told_of(slow, threads) == [True] * 5 + [False] * 7, "new mail is handed out before anything else is read"
    while slow.sync().more:
        pass
    assert told_of(slow, threads) == [True] * 12
    assert slow.kinds(new) == [Kind.CUSTOMER_WROTE]


@pytest.mark.parametrize("point", [0, 3, 5])
def test_killed_at_any_point_it_loses_nothing(one_desk: Desk, monkeypatch: pytest.MonkeyPatch, point: int) -> None:
    threads = unheard_of(one_desk, 6)
    deleted(one_desk, threads[2])
    taken: list[str] = []

    def take_in(ports: Any, mailbox_id: int, news: ingest.ThreadNews) -> Any:
        if len(taken) == point:
            raise Killed
        taken.append(news.thread_id)
        return ingest.take_in(ports, mailbox_id, news)

    with monkeypatch.context() as patch:
        patch.setattr(sync, "take_in", take_in)
        with pytest.raises(Killed):
            one_desk.sync()
    assert goes_on(one_desk)
    one_desk.clock.forward(minutes=5)
    while one_desk.sync().more:
        pass
    left = [thread for thread in threads if thread != threads[2]]
    assert told_of(one_desk, left) == [True] * 5
    assert all(row.gone for row in one_desk.kept(threads[2]))
    assert not goes_on(one_desk)


def test_nothing_is_held_for_deleted_before_gmail_says_so_itself(slow: Desk) -> None:
    threads = unheard_of(slow, 7)
    deleted(slow, threads[6])
    assert slow.sync().more
    assert not any(row.gone for row in slow.kept(threads[6])), "it is not listed, but not all is listed yet"
    while slow.sync().more:
        pass
    assert all(row.gone for row in slow.kept(threads[6]))


def test_history_that_is_lost_again_meanwhile_loses_nothing(slow: Desk) -> None:
    threads = unheard_of(slow, 8)
    assert slow.sync().more
    slow.writes_again(threads[7])
    slow.store.expire_history(SUPPORT)
    while slow.sync().more:
        pass
    assert [len(slow.kinds(thread)) for thread in threads] == [2] * 7 + [3]


def test_a_thread_that_cannot_be_read_yet_is_asked_for_again_when_the_rest_is_done(one_desk: Desk) -> None:
    threads = unheard_of(one_desk, 3)
    one_desk.faults.plan(Fault("status", "threads.get", code=500, after=1))
    one_desk.sync()
    assert told_of(one_desk, threads) == [True, False, True]
    assert goes_on(one_desk)
    one_desk.clock.forward(minutes=2)
    with one_desk.calls() as calls:
        one_desk.sync()
    assert told_of(one_desk, threads) == [True] * 3
    assert calls["threads.get"] == 1
    assert not goes_on(one_desk)
