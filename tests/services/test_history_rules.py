"""Gmail's history as it can be: forgotten midway, with lost pages, several things in one record, and drafts all over it."""

from __future__ import annotations

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.errors import Gone, TryLater
from inboxsla.gmail.simulator import Fault, mailroom
from inboxsla.services.sync import LEASE
from inboxsla.storage import mailboxes
from tests.builders import ANA, SUPPORT, Desk, Notepad


def test_a_history_that_expires_between_two_pages_is_listed_again_and_nothing_is_lost_or_doubled(desk: Desk) -> None:
    known = desk.writes().thread_id
    desk.sync()
    desk.archives(known)
    new = desk.writes(subject="Another lamp").thread_id
    desk.faults.plan(Fault("empty_page", "history.list"))
    desk.faults.plan(Fault("status", "history.list", code=404, after=1))
    desk.sync()
    assert desk.mailbox.sync_error is None
    assert desk.kinds(known) == [Kind.CUSTOMER_WROTE, Kind.ARCHIVED]
    assert desk.kinds(new) == [Kind.CUSTOMER_WROTE]
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))


def test_a_history_that_expires_while_it_is_read_costs_one_listing(desk: Desk) -> None:
    known = desk.writes().thread_id
    desk.sync()
    desk.writes_again(known)
    desk.store.expire_history(SUPPORT)
    with desk.calls() as calls:
        desk.sync()
    assert calls["threads.list"] == 1
    assert desk.kinds(known) == [Kind.CUSTOMER_WROTE, Kind.CUSTOMER_WROTE]


def test_a_page_gmail_forgot_is_asked_for_from_the_first_one_on(desk: Desk) -> None:
    desk.sync()
    client = desk.gmail(SUPPORT)
    with pytest.raises(TryLater, match="the page of its history"):
        client.history(desk.mailbox.history_id or "", "forgotten!")
    with pytest.raises(Gone, match="the page of its list"):
        client.threads("", "forgotten!")


def test_one_record_may_tell_several_things_and_all_of_them_count(desk: Desk) -> None:
    first, second = desk.writes(), desk.writes(subject="Another lamp")
    desk.sync()
    with desk.store.database.writing() as conn:
        at = mailroom.advance(conn, SUPPORT, desk.store.dice)
        conn.execute("DELETE FROM message_labels WHERE message_id = ? AND label_id = 'INBOX'", (first.message_id,))
        mailroom.record(conn, SUPPORT, at, "labelRemoved", first, changed=["INBOX"], labels=["UNREAD"])
        mailroom.remove(conn, SUPPORT, second, at)
        reply = desk.answers(first.thread_id, ANA)
        conn.execute("UPDATE history SET id = ? WHERE message_id = ?", (at, reply.message_id))
        conn.execute("UPDATE mailboxes SET history_id = ?", (at,))
    desk.sync()
    assert desk.kinds(first.thread_id) == [Kind.CUSTOMER_WROTE, Kind.STAFF_WROTE, Kind.ARCHIVED]
    assert desk.kinds(second.thread_id) == [Kind.CUSTOMER_WROTE, Kind.REMOVED]


def test_a_morning_of_typing_costs_no_call_beyond_the_history(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    draft = desk.store.autosave_draft(SUPPORT, "D", thread_id=thread)
    for typed in ("De", "Dea", "Dear"):
        draft = desk.store.autosave_draft(SUPPORT, typed, previous=draft.message_id)
    with desk.calls() as calls:
        desk.sync()
    assert set(calls) == {"history.list"}
    assert desk.kinds(thread) == [Kind.CUSTOMER_WROTE]


def test_the_cursor_moves_over_history_that_shows_nothing(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    draft = desk.store.autosave_draft(SUPPORT, "D", thread_id=thread)
    desk.store.delete(SUPPORT, draft.message_id)
    desk.sync()
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))


def test_a_ring_that_finds_another_sync_at_work_is_not_lost(desk: Desk) -> None:
    """That sync may have asked Gmail for the last time already."""
    desk.sync()
    desk.tick()
    with desk.database.write() as conn:
        mailboxes.lease_sync(conn, desk.id, "somebody else", desk.clock(), desk.clock() + LEASE)
    assert desk.sync().skipped == "another sync is at it"
    assert isinstance(desk.bell, Notepad)
    desk.bell.rung.clear()
    desk.clock.forward(seconds=1)
    desk.tick()
    assert ("sync", (desk.id,)) not in desk.bell.rung
    with desk.database.write() as conn:
        mailboxes.release_sync(conn, desk.id, "somebody else")
    desk.clock.forward(seconds=2)
    desk.tick()
    assert desk.bell.rung.count(("sync", (desk.id,))) == 1
    desk.sync()
    desk.bell.rung.clear()
    desk.tick()
    assert ("sync", (desk.id,)) not in desk.bell.rung
