"""What people do with a thread in Gmail: archive, bring back, spam, trash, delete."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import changes
from inboxsla.services import sync
from inboxsla.services.ingest import ThreadNews, take_in
from inboxsla.services.ports import Ports
from tests.builders import SUPPORT, ZOFIA, Desk

WROTE, ANSWERED, ARCHIVED = Kind.CUSTOMER_WROTE, Kind.STAFF_WROTE, Kind.ARCHIVED


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail that is known."""
    found = desk.writes().thread_id
    desk.sync()
    desk.clock.forward(minutes=30)
    return found


def test_archiving_solves(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.sync()
    assert desk.ticket(thread).status == "solved"
    assert desk.clocks(thread) == {"first_response": "closed_without_reply", "resolution": "met"}
    assert desk.ticket(thread).wake_at is None


def test_mail_that_a_filter_archives_on_arrival_stays_open(desk: Desk) -> None:
    desk.sync()
    filtered = desk.writes(labels=("UNREAD", "CATEGORY_UPDATES"))
    desk.sync()
    assert desk.kinds(filtered.thread_id) == [WROTE]
    assert desk.ticket(filtered.thread_id).status == "open"


def test_mail_that_skips_the_inbox_of_a_solved_thread_reopens_it(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.sync()
    desk.clock.forward(minutes=10)
    desk.writes_again(thread, labels=("UNREAD",))
    desk.sync()
    assert desk.ticket(thread).status == "open"


def test_send_and_archive_answers_and_solves(desk: Desk, thread: str) -> None:
    desk.answers(thread)
    desk.archives(thread)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ANSWERED, ARCHIVED]
    assert desk.clocks(thread) == {"first_response": "met", "resolution": "met"}
    assert desk.ticket(thread).status == "solved"


def test_a_thread_brought_back_to_the_inbox_is_open_again(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.sync()
    desk.clock.forward(minutes=10)
    desk.store.restore(SUPPORT, thread)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ARCHIVED, Kind.UNARCHIVED]
    assert desk.ticket(thread).status == "open"


def test_archived_and_answered_by_the_customer_before_anybody_looked_is_open(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.clock.forward(minutes=10)
    desk.writes_again(thread)
    desk.clock.forward(minutes=10)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ARCHIVED, WROTE]
    assert desk.ticket(thread).status == "open"
    assert desk.clocks(thread) == {
        "first_response": "closed_without_reply",
        "resolution": "running",
        "next_response": "running",
    }


def test_a_customers_mail_arriving_in_a_solved_thread_is_no_unarchiving(desk: Desk, thread: str) -> None:
    desk.archives(thread)
    desk.sync()
    desk.clock.forward(minutes=10)
    desk.writes_again(thread)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ARCHIVED, WROTE]


@pytest.mark.parametrize("where", ["spam", "trash"])
def test_spam_and_trash_take_a_thread_off_the_board_and_restoring_brings_it_back(
    desk: Desk, thread: str, where: str
) -> None:
    getattr(desk.store, where)(SUPPORT, thread)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, Kind.REMOVED]
    ticket = desk.ticket(thread)
    assert (ticket.status, ticket.wake_at, ticket.urgency) == ("away", None, "none")
    desk.clock.forward(hours=10)
    desk.store.restore(SUPPORT, thread)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, Kind.REMOVED, Kind.RESTORED]
    ticket = desk.ticket(thread)
    assert ticket.status == "open"
    # The ten hours in there do not count.
    assert ticket.due_at == desk.events(thread)[0].happened_at + timedelta(hours=14)


def test_new_mail_in_a_trashed_thread_brings_it_back(desk: Desk, thread: str) -> None:
    desk.store.trash(SUPPORT, thread)
    desk.sync()
    desk.clock.forward(minutes=10)
    desk.writes_again(thread)
    desk.sync()
    assert Kind.RESTORED in desk.kinds(thread)
    assert desk.ticket(thread).status == "open"


def test_mail_first_seen_in_spam_starts_when_it_is_restored(desk: Desk) -> None:
    spam = desk.writes(labels=("SPAM", "UNREAD"))
    desk.sync()
    assert desk.find(spam.thread_id) is None
    desk.clock.forward(days=2)
    desk.store.restore(SUPPORT, spam.thread_id)
    desk.sync()
    assert desk.ticket(spam.thread_id).due_at == desk.clock() + timedelta(hours=4)


def test_mail_that_was_in_spam_before_connecting_starts_when_it_is_restored(desk: Desk) -> None:
    spam = desk.writes(labels=("SPAM", "UNREAD"))
    desk.clock.forward(days=2)
    desk.sync()
    desk.store.restore(SUPPORT, spam.thread_id)
    desk.sync()
    assert desk.ticket(spam.thread_id).due_at == desk.clock() + timedelta(hours=4)


def test_what_happened_while_a_long_sync_went_on_keeps_its_order(
    desk: Desk, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.archives(thread)
    first: list[ThreadNews] = []

    def slowly(ports: Ports, mailbox_id: int, news: ThreadNews) -> object:
        if not first:
            first.append(news)
            desk.clock.forward(seconds=5)
            desk.writes_again(thread)
            desk.clock.forward(seconds=20)
        return take_in(ports, mailbox_id, news)

    monkeypatch.setattr(sync, "take_in", slowly)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ARCHIVED, WROTE]
    assert desk.ticket(thread).status == "open"


def test_one_message_in_the_trash_leaves_its_thread_alone(desk: Desk, thread: str) -> None:
    second = desk.writes_again(thread)
    desk.sync()
    with desk.store.database.writing() as conn:
        message = changes.message_of(conn, SUPPORT, second.message_id)
        changes.relabel(conn, SUPPORT, [message], ["TRASH"], ["INBOX"], desk.store.dice)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, WROTE]
    assert desk.ticket(thread).status == "open"


def test_a_thread_archived_before_connecting_starts_solved_as_of_its_last_message(desk: Desk) -> None:
    began = desk.clock()
    old = desk.writes(labels=())
    desk.clock.forward(hours=30)
    desk.sync()
    ticket = desk.ticket(old.thread_id)
    assert (ticket.status, ticket.breached) == ("solved", False)
    assert desk.events(old.thread_id)[-1].happened_at == began


def test_a_thread_that_staff_began_and_nobody_answered_is_not_taken_for_archived(desk: Desk) -> None:
    thread = desk.sends(ZOFIA).thread_id
    desk.sync()
    assert desk.ticket(thread).status == "waiting_on_customer"


def test_a_thread_deleted_for_good_leaves_the_board(desk: Desk, thread: str) -> None:
    (row,) = desk.kept(thread)
    desk.store.delete(SUPPORT, row.gmail_id)
    desk.sync()
    assert desk.ticket(thread).status == "away"
    assert desk.kept(thread)[0].gone
    assert desk.board("open").tickets == ()


def test_one_deleted_message_of_several_leaves_the_thread_open(desk: Desk, thread: str) -> None:
    second = desk.writes_again(thread)
    desk.sync()
    desk.store.delete(SUPPORT, second.message_id)
    desk.sync()
    assert desk.ticket(thread).status == "open"
    assert desk.kinds(thread) == [WROTE, WROTE]


def test_reading_mail_changes_labels_but_not_the_ticket(desk: Desk, thread: str) -> None:
    version = desk.ticket(thread).version
    desk.store.relabel(SUPPORT, thread, add=["STARRED"], remove=["UNREAD"])
    desk.sync()
    assert desk.ticket(thread).version == version
    assert "STARRED" in desk.kept(thread)[0].labels
