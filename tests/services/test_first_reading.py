"""The first reading of a mailbox: newest first, never in the way of new mail, and none of it twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.port import ThreadList
from inboxsla.gmail.simulator import Fault
from inboxsla.gmail.simulator.bulk import fill
from inboxsla.services import checkup, ingest, sync
from inboxsla.storage import first_readings
from tests.builders import ANA, KOFI, SUPPORT, Desk

HOUR = timedelta(hours=1)


class Killed(BaseException):
    """The process ends without a word."""


@pytest.fixture
def slow(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Taking in a thread takes a second, so that a slice ends after five."""

    def take_in(*args: Any) -> Any:
        desk.clock.forward(seconds=1)
        return ingest.take_in(*args)

    monkeypatch.setattr(sync, "take_in", take_in)
    return desk


def past(desk: Desk, threads: int) -> list[str]:
    """Threads that were there before us, newest first."""
    return fill(desk.store, SUPPORT, threads, newest=desk.clock() - HOUR, apart=HOUR)


def read_through(desk: Desk) -> int:
    """Sync until nothing is left to read; how many syncs that took."""
    for count in range(1, 100):
        if not desk.sync().more:
            return count
        desk.clock.forward(minutes=1)
    raise AssertionError("the first reading never ends")


def test_the_newest_threads_come_first_and_each_slice_goes_on_where_the_last_one_stopped(slow: Desk) -> None:
    there = past(slow, 12)
    seen = []
    while True:
        more = slow.sync().more
        seen.append([thread for thread in there if slow.find(thread)])
        if not more:
            break
    assert [there[: len(known)] for known in seen] == seen
    assert [len(known) for known in seen] == [5, 10, 12]
    assert slow.server.quota.report()["calls"]["threads.get"] == 12


def test_new_mail_is_read_between_the_slices(slow: Desk) -> None:
    past(slow, 30)
    assert slow.sync().more
    new = slow.writes(KOFI, "It is broken.", "Order 1191").thread_id
    assert slow.sync().more
    assert slow.find(new) is not None
    assert slow.mailbox.last_sync_at is not None
    read_through(slow)
    assert slow.count() == 31
    assert slow.kinds(new) == [Kind.CUSTOMER_WROTE]


@pytest.mark.parametrize("point", range(0, 8, 2))
def test_killed_at_any_point_it_goes_on_and_reads_nothing_twice(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    there = past(one_desk, 8)
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
    one_desk.sync()
    assert one_desk.count() == 8
    assert [one_desk.kinds(thread) for thread in there] == [[Kind.CUSTOMER_WROTE]] * 8
    # Only the thread that was in hand when the process ended is asked for again.
    assert one_desk.server.quota.report()["calls"]["threads.get"] == 9


def test_a_page_that_gmail_has_forgotten_costs_a_listing_and_no_thread(one_desk: Desk, slow_pages: None) -> None:
    past(one_desk, 250)
    for _ in range(3):
        assert one_desk.sync().more
    one_desk.faults.plan(Fault("status", "threads.list", code=404))
    read_through(one_desk)
    assert one_desk.count() == 250
    assert one_desk.server.quota.report()["calls"]["threads.get"] == 250


@pytest.fixture
def slow_pages(one_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice ends after some sixty threads."""

    def take_in(*args: Any) -> Any:
        one_desk.clock.forward(seconds=0.08)
        return ingest.take_in(*args)

    monkeypatch.setattr(sync, "take_in", take_in)


def test_threads_that_slip_from_page_to_page_while_others_are_deleted_are_still_found(
    one_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Gmail that counts its pages: when a thread above goes, one moves from the next page to this one unseen."""
    there = past(one_desk, 20)
    gmail = one_desk.gmail(SUPPORT)
    gone: list[str] = []

    def threads(query: str, token: str | None = None) -> ThreadList:
        at = int(token or 0)
        if at == 5 and not gone:
            gone.append(there[0])
            one_desk.store.delete(SUPPORT, there[0])
        left = [thread for thread in there if thread not in gone]
        return ThreadList(tuple(left[at : at + 5]), str(at + 5) if at + 5 < len(left) else None)

    monkeypatch.setattr(gmail, "threads", threads)
    one_desk.sync()
    assert [thread for thread in there if one_desk.find(thread) is None] == []


def test_archived_threads_start_solved_even_if_an_answer_came_while_others_were_read(slow: Desk) -> None:
    there = past(slow, 12)
    for thread in there:
        slow.archives(thread)
    assert slow.sync().more
    late = there[-1]
    slow.answers(late, ANA)
    again = there[-2]
    slow.writes_again(again, KOFI)
    read_through(slow)
    assert {slow.ticket(thread).status for thread in there if thread != again} == {"solved"}
    assert slow.ticket(again).status == "open"
    assert slow.kinds(again) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED, Kind.CUSTOMER_WROTE]


def test_new_mail_that_a_filter_archives_while_the_past_is_read_is_not_solved(slow: Desk) -> None:
    past(slow, 12)
    assert slow.sync().more
    new = slow.writes(KOFI, "It is broken.", "Order 1191", labels=("UNREAD",)).thread_id
    read_through(slow)
    assert slow.ticket(new).status == "open"


def test_a_thread_that_cannot_be_read_is_left_for_later_and_in_the_end_aside(one_desk: Desk) -> None:
    past(one_desk, 6)
    one_desk.faults.plan(Fault("status", "threads.get", code=500, times=None, after=5))
    one_desk.sync()
    assert one_desk.count() == 5
    assert one_desk.mailbox.sync_error
    new = one_desk.writes(KOFI, "It is broken.", "Order 1191").thread_id
    one_desk.later(minutes=5)
    assert one_desk.find(new) is not None
    one_desk.later(minutes=30)
    assert one_desk.mailbox.sync_error is None
    with one_desk.database.read() as conn:
        assert first_readings.unfinished(conn) == {}


def test_history_that_expires_meanwhile_loses_nothing(slow: Desk) -> None:
    there = past(slow, 12)
    assert slow.sync().more
    slow.archives(there[0])
    new = slow.writes(KOFI, "It is broken.", "Order 1191").thread_id
    slow.store.expire_history(SUPPORT)
    read_through(slow)
    assert slow.count() == 13
    assert slow.kinds(new) == [Kind.CUSTOMER_WROTE]
    assert slow.kinds(there[0]) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]


def test_nobody_is_mailed_about_the_past(slow: Desk) -> None:
    """Steps of the last hours were due before the mailbox went live, and the next ones are minutes away."""
    fill(slow.store, SUPPORT, 12, newest=slow.clock() - timedelta(minutes=10), apart=HOUR)
    read_through(slow)
    slow.catch_up()
    assert slow.mailed() == []


def test_the_board_and_doctor_say_how_far_it_is(slow: Desk) -> None:
    fill(slow.store, SUPPORT, 10, newest=slow.clock(), apart=timedelta(days=4))
    assert slow.sync().more
    [box] = slow.board().mailboxes
    assert box.first_reading is not None
    # Five threads, four days apart: sixteen of thirty days.
    assert (box.first_reading.percent, box.first_reading.threads) == (53, 5)
    words = box.first_reading.words(English("UTC"))
    assert words.startswith("53 % done, 5 conversations so far, about ")
    assert any(words.split(",")[0] in line.words for line in checkup.found(slow.ports))
    read_through(slow)
    [box] = slow.board().mailboxes
    assert box.first_reading is None


def test_after_lost_history_what_did_not_change_is_not_read_again(desk: Desk) -> None:
    quiet = past(desk, 6)
    desk.sync()
    desk.writes(KOFI, "Any news?", "Re: Order", thread_id=quiet[2])
    desk.store.expire_history(SUPPORT)
    with desk.calls() as calls:
        desk.sync()
    assert calls["threads.get"] == 1
    assert len(desk.kept(quiet[2])) == 2


def test_a_brand_new_thread_costs_one_message_and_any_other_is_read_whole(desk: Desk) -> None:
    desk.sync()
    new = desk.writes()
    with desk.calls() as calls:
        desk.sync()
    assert (calls["messages.get"], calls["threads.get"]) == (1, 0)
    old = desk.writes(KOFI, at=desk.clock() - timedelta(days=90))
    desk.sync()
    with desk.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM messages")
    desk.writes_again(old.thread_id, KOFI)
    with desk.calls() as calls:
        desk.sync()
    assert (calls["messages.get"], calls["threads.get"]) == (0, 1)
    assert len(desk.kept(old.thread_id)) == 2
    assert desk.find(new.thread_id) is not None
