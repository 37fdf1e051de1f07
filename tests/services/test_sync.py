"""Sync: what Gmail shows becomes known once, in order, whatever breaks in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.errors import NoWorkingTime
from inboxsla.gmail.message import from_gmail
from inboxsla.gmail.port import Change, HistoryPage
from inboxsla.gmail.simulator import Fault
from inboxsla.services import ingest, queries, sync
from tests.builders import ANA, KOFI, SUPPORT, Desk

DAY = timedelta(days=1)


def test_the_first_sync_reads_the_window_and_nothing_older(desk: Desk) -> None:
    old = desk.writes(at=desk.clock() - 31 * DAY)
    recent = desk.writes(at=desk.clock() - 29 * DAY)
    new = desk.writes()
    desk.sync()
    assert desk.find(old.thread_id) is None
    assert desk.find(recent.thread_id) is not None
    assert desk.find(new.thread_id) is not None


def test_the_cursor_of_a_finished_sync_is_where_gmail_stands(desk: Desk) -> None:
    assert desk.mailbox.history_id is None
    desk.writes()
    desk.sync()
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))
    assert desk.mailbox.last_sync_at == desk.clock()


def test_a_later_sync_asks_only_for_what_is_new(desk: Desk) -> None:
    first = desk.writes()
    desk.sync()
    desk.writes_again(first.thread_id)
    with desk.calls() as calls:
        desk.sync()
    assert calls == {"history.list": 2, "messages.get": 1}
    with desk.calls() as calls:
        desk.sync()
    assert calls == {"history.list": 1}


def test_a_sync_that_breaks_off_leaves_the_cursor_and_reads_again_without_duplicates(desk: Desk) -> None:
    desk.sync()
    before = desk.mailbox.history_id
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.faults.plan(Fault("status", "messages.get", code=503, after=1))
    desk.sync()
    assert desk.mailbox.history_id == before
    assert desk.mailbox.sync_error
    assert desk.find(threads[0]) is not None
    assert desk.find(threads[1]) is None
    desk.clock.forward(minutes=1)
    desk.sync()
    assert desk.mailbox.sync_error is None
    assert [desk.kinds(thread) for thread in threads] == [[Kind.CUSTOMER_WROTE]] * 3
    assert desk.count() == 3


def test_a_first_sync_that_breaks_off_goes_on_where_it_stopped_and_misses_nothing_of_the_meantime(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(6)]
    desk.faults.plan(Fault("status", "threads.get", code=429, after=3))
    desk.sync()
    assert 0 < desk.count() < 6
    known = threads[-1]
    desk.archives(known)
    desk.clock.forward(minutes=2)
    with desk.calls() as calls:
        desk.sync()
    assert calls["threads.get"] == 3
    assert desk.count() == 6
    assert desk.kinds(known) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]


def test_a_mistake_of_ours_in_the_middle_reads_again_without_duplicates(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sync()
    before = desk.mailbox.history_id
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]

    class Killed(BaseException):
        pass

    taken: list[str] = []

    def killed(ports: Any, mailbox_id: int, news: ingest.ThreadNews) -> Any:
        if len(taken) == 2:
            raise Killed
        taken.append(news.thread_id)
        return ingest.take_in(ports, mailbox_id, news)

    with monkeypatch.context() as patch:
        patch.setattr(sync, "take_in", killed)
        with pytest.raises(Killed):
            desk.sync()
    assert desk.mailbox.history_id == before
    desk.sync()
    assert [desk.kinds(thread) for thread in threads] == [[Kind.CUSTOMER_WROTE]] * 3


def test_expired_history_is_listed_again_without_duplicates_and_without_losing_what_happened(desk: Desk) -> None:
    """C68: a cursor that Gmail has forgotten costs a bounded listing, and nothing else."""
    quiet, archived, trashed, deleted, answered = (
        desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(5)
    )
    desk.sync()
    desk.clock.forward(hours=1)
    desk.archives(archived)
    desk.store.trash(SUPPORT, trashed)
    desk.store.delete(SUPPORT, deleted)
    desk.answers(answered, ANA)
    arrived = desk.writes(KOFI, "Where is my lamp?", "Order 1191")
    desk.store.expire_history(SUPPORT)
    desk.sync()
    assert desk.kinds(quiet) == [Kind.CUSTOMER_WROTE]
    assert desk.kinds(archived) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]
    assert desk.ticket(archived).status == "solved"
    assert desk.kinds(trashed) == [Kind.CUSTOMER_WROTE, Kind.REMOVED]
    assert desk.kinds(deleted) == [Kind.CUSTOMER_WROTE, Kind.REMOVED]
    assert desk.kinds(answered) == [Kind.CUSTOMER_WROTE, Kind.STAFF_WROTE]
    assert desk.kinds(arrived.thread_id) == [Kind.CUSTOMER_WROTE]
    desk.store.expire_history(SUPPORT)
    desk.sync()
    assert desk.kinds(archived) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]
    assert desk.count() == 6


def test_a_message_deleted_during_the_gap_is_gone_and_the_rest_of_its_thread_stays(desk: Desk) -> None:
    first = desk.writes()
    second = desk.writes_again(first.thread_id)
    desk.sync()
    desk.store.delete(SUPPORT, second.message_id)
    desk.store.expire_history(SUPPORT)
    desk.sync()
    assert [row.gone for row in desk.kept(first.thread_id)] == [False, True]
    assert desk.ticket(first.thread_id).status == "open"


def test_mail_that_gmails_search_does_not_find_yet_is_not_missed(desk: Desk) -> None:
    desk.store.search_lag = timedelta(minutes=5)
    new = desk.writes()
    desk.sync()
    assert desk.find(new.thread_id) is not None


def test_history_is_read_to_its_last_page_even_past_empty_ones(desk: Desk) -> None:
    desk.sync()
    desk.faults.plan(Fault("empty_page", "history.list"))
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.sync()
    assert all(desk.find(thread) for thread in threads)


def test_lines_that_do_not_name_their_thread_are_understood(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    known = desk.writes()
    desk.sync()
    new = desk.writes(KOFI, "Where is my lamp?", "Order 1191")
    desk.archives(known.thread_id)
    gmail = desk.gmail(SUPPORT)
    real = gmail.history

    def nameless(start: str, page_token: str | None = None) -> HistoryPage:
        page = real(start, page_token)
        cut = [Change(c.kind, c.record_id, c.message_id, "", c.label_ids) for c in page.changes]
        stray = Change("labels_added", "9", "ffff000011112222", "", frozenset({"STARRED"}))
        gone = Change("added", "9", "ffff000011113333", "", frozenset({"INBOX"}))
        return HistoryPage((*cut, stray, gone), page.history_id, page.next_page_token)

    monkeypatch.setattr(gmail, "history", nameless)
    monkeypatch.setattr(sync, "_ROUNDS", 1)
    desk.sync()
    assert desk.mailbox.sync_error is None
    assert desk.kinds(known.thread_id) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]
    assert desk.kinds(new.thread_id) == [Kind.CUSTOMER_WROTE]


def test_the_same_line_twice_and_a_message_that_is_gone_again_change_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sync()
    new = desk.writes()
    gone = desk.writes(KOFI, "Never mind", "Order 1191")
    desk.store.delete(SUPPORT, gone.message_id)
    gmail = desk.gmail(SUPPORT)
    real = gmail.history
    monkeypatch.setattr(
        gmail,
        "history",
        lambda start, token=None: (p := real(start, token)) and HistoryPage(p.changes * 2, p.history_id),
    )
    monkeypatch.setattr(sync, "_ROUNDS", 1)
    desk.sync()
    assert desk.kinds(new.thread_id) == [Kind.CUSTOMER_WROTE]
    assert len(desk.kept(new.thread_id)) == 1
    assert desk.find(gone.thread_id) is None


def test_a_thread_that_cannot_be_worked_out_is_kept_aside_and_neither_neighbours_nor_the_cursor_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.sync()
    before, poisoned, after = (desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3))
    real = ingest.settle_thread

    def settle_thread(conn: Any, mailbox: Any, thread_id: str, *args: Any, **more: Any) -> Any:
        if thread_id == poisoned:
            raise NoWorkingTime("This calendar never opens.")
        return real(conn, mailbox, thread_id, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "settle_thread", settle_thread)
        done = desk.sync()
    assert done.kept_aside == 1
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))
    assert [desk.find(thread) is not None for thread in (before, poisoned, after)] == [True, False, True]
    (aside,) = queries.kept_aside(desk.ports)
    assert poisoned in aside.source
    assert "NoWorkingTime" in aside.reason
    # What comes next in that thread brings all of it.
    desk.writes_again(poisoned)
    desk.sync()
    assert desk.kinds(poisoned) == [Kind.CUSTOMER_WROTE, Kind.CUSTOMER_WROTE]


def test_a_message_that_cannot_be_read_is_kept_aside_and_the_rest_of_its_thread_lives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = desk.writes()
    bad = desk.writes_again(first.thread_id, text="poison")
    real = from_gmail

    def poisoned(payload: Any, **more: Any) -> Any:
        parsed = real(payload, **more)
        if "poison" in parsed.text:
            raise RecursionError("too deep")
        return parsed

    monkeypatch.setattr(ingest, "from_gmail", poisoned)
    desk.sync()
    assert desk.kinds(first.thread_id) == [Kind.CUSTOMER_WROTE]
    assert [aside.source for aside in queries.kept_aside(desk.ports)] == [bad.message_id]
