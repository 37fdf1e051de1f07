"""Mail that Gmail will not let us read: one bad thread holds up neither its neighbours nor what the mailbox owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from inboxsla.gmail.port import HistoryPage, Mailbox
from inboxsla.gmail.simulator import Fault
from inboxsla.services import queries, sync
from tests.builders import Desk

HALF_AN_HOUR = timedelta(minutes=30)


def stuck_and_neighbour(desk: Desk) -> tuple[str, str]:
    """A new thread that cannot be read, and a known one to which the customer writes again."""
    known = desk.writes(subject="Neighbour").thread_id
    desk.sync()
    stuck = desk.writes(subject="Stuck").thread_id
    desk.writes_again(stuck, text="One more thing.")
    desk.writes_again(known, text="Still waiting.")
    desk.faults.plan(Fault("status", "threads.get", code=500, times=None))
    return stuck, known


def test_a_thread_that_cannot_be_read_does_not_hold_up_its_neighbours(one_desk: Desk) -> None:
    stuck, known = stuck_and_neighbour(one_desk)
    cursor = one_desk.mailbox.history_id
    one_desk.sync()
    assert len(one_desk.kept(known)) == 2
    assert one_desk.find(stuck) is None
    assert one_desk.mailbox.history_id == cursor, "so that nothing is lost"
    assert any("one thread" in words for words in one_desk.board().alarms)

    one_desk.faults.clear()
    one_desk.later(minutes=2)
    one_desk.sync()
    assert one_desk.ticket(stuck).subject == "Stuck"
    assert one_desk.board().alarms == ()
    assert one_desk.mailbox.sync_error is None


def test_after_half_an_hour_it_is_kept_aside_and_the_cursor_moves(one_desk: Desk) -> None:
    stuck, _ = stuck_and_neighbour(one_desk)
    cursor = one_desk.mailbox.history_id
    one_desk.sync()
    one_desk.clock.forward(seconds=HALF_AN_HOUR.total_seconds() + 60)
    one_desk.sync()
    assert one_desk.mailbox.history_id != cursor
    assert [aside.source for aside in queries.kept_aside(one_desk.ports)] == [f"thread {stuck}"]


def test_when_gmail_as_a_whole_is_away_no_thread_is_blamed(one_desk: Desk) -> None:
    one_desk.writes(subject="Neighbour")
    one_desk.sync()
    one_desk.writes(subject="Another")
    one_desk.faults.plan(Fault("status", "messages.get", code=503, times=None))
    one_desk.faults.plan(Fault("status", "profile.get", code=503, times=None))
    one_desk.sync()
    assert one_desk.board().alarms == ()
    assert "Nothing is lost" in (one_desk.mailbox.sync_error or "")


def test_labels_and_mails_go_out_while_reading_is_put_off(one_desk: Desk) -> None:
    _, known = stuck_and_neighbour(one_desk)
    one_desk.sync()
    assert one_desk.mailbox.retry_after is not None
    one_desk.deliver()
    one_desk.faults.clear()
    assert all(one_desk.labels(known))


def test_ten_million_equal_letters_are_a_mail_like_any_other(one_desk: Desk) -> None:
    one_desk.writes(subject="First")
    one_desk.sync()
    long = one_desk.writes(subject="Long", text="A" * 10_000_000).thread_id
    after = one_desk.writes(subject="After it").thread_id
    one_desk.sync()
    assert one_desk.ticket(long).subject == "Long"
    assert one_desk.ticket(after).subject == "After it"


def test_one_thread_that_cannot_be_labelled_does_not_hold_up_the_others(one_desk: Desk) -> None:
    threads = [one_desk.writes(subject=f"Lamp {number}").thread_id for number in range(3)]
    one_desk.sync()
    one_desk.faults.plan(Fault("status", "threads.modify", code=500, times=1))
    one_desk.deliver()
    labelled = [all(one_desk.labels(thread)) for thread in threads]
    assert labelled.count(True) == 2


class Broken:
    """A Gmail whose history makes no sense to us at all."""

    def __init__(self, inner: Mailbox) -> None:
        self._inner = inner

    def history(self, start: str, page_token: str | None = None) -> HistoryPage:
        raise RuntimeError("a fault nobody thought of")

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def test_a_fault_of_ours_is_shown_and_not_only_logged(one_desk: Desk) -> None:
    one_desk.writes(subject="First")
    one_desk.sync()
    ports = replace(one_desk.ports, mailbox=lambda address: Broken(one_desk.gmail(address)))  # type: ignore[arg-type,return-value]
    with pytest.raises(RuntimeError):
        sync.sync(ports, one_desk.id)
    assert "fault in InboxSLA" in (one_desk.mailbox.sync_error or "")
    assert any("fault in InboxSLA" in words for words in one_desk.board().alarms)
    one_desk.sync()
    assert one_desk.mailbox.sync_error is None
