"""Which labels are ours: by id, whatever people rename, delete, colour or make twice."""

from __future__ import annotations

import threading

import pytest

from inboxsla.gmail.simulator import Fault, changes
from inboxsla.services import setup
from inboxsla.storage import mailboxes
from tests.builders import KOFI, SUPPORT, Desk
from tests.services import by_hand


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail, known, owned and labelled."""
    found = desk.writes().thread_id
    desk.catch_up()
    return found


def test_a_renamed_label_stays_ours_and_keeps_its_name(desk: Desk, thread: str) -> None:
    by_hand.rename(desk, "SLA/Low", "Zeit genug")
    desk.later(hours=25)
    desk.writes_again(thread)
    desk.catch_up()
    other = desk.writes(KOFI).thread_id
    desk.catch_up()
    assert by_hand.shown(desk, other) >= {"Zeit genug"}
    assert "SLA/Low" not in by_hand.names(desk)


def test_a_label_renamed_to_the_name_of_a_deleted_one_is_not_taken_for_it(desk: Desk, thread: str) -> None:
    by_hand.delete(desk, "SLA/Medium")
    by_hand.rename(desk, "SLA/Low", "SLA/Medium")
    desk.later(hours=2)
    assert by_hand.shown(desk, thread) - {"Owner/Ana Ruiz"} == {"SLA/Medium 2"}
    desk.later(hours=1)
    assert by_hand.shown(desk, thread) - {"Owner/Ana Ruiz"} == {"SLA/Urgent"}


def test_a_label_deleted_unseen_is_made_again_within_a_day(desk: Desk, thread: str) -> None:
    by_hand.delete(desk, "SLA/Do/Solve")
    desk.catch_up()
    assert "SLA/Do/Solve" not in by_hand.names(desk)
    desk.clock.forward(hours=24)
    assert desk.tick()
    assert ("deliver", (desk.id,)) in desk.bell.rung  # type: ignore[union-attr]
    desk.deliver()
    assert "SLA/Do/Solve" in by_hand.names(desk)


def test_two_labels_of_one_name_become_one(desk: Desk, thread: str) -> None:
    """Gmail refuses a second one of the same name, but two that were made at the same moment may both be there."""
    copy = by_hand.ask(desk, "labels", "create", body={"name": "other"})["id"]
    with desk.store.database.writing() as conn:
        conn.execute("UPDATE labels SET name = 'sla/LOW', folded = 'other' WHERE id = ?", (copy,))
    desk.store.relabel(SUPPORT, thread, add=[copy], remove=[desk.mailbox.label_ids["SLA/Low"]])
    desk.clock.forward(hours=24)
    desk.catch_up()
    assert by_hand.names(desk) & {"SLA/Low", "sla/LOW"} == {"SLA/Low"}
    assert sum(label.name.casefold() == "sla/low" for label in desk.gmail(SUPPORT).labels()) == 1


def test_two_workers_that_make_the_labels_at_once_make_each_once(desk: Desk) -> None:
    workers = [threading.Thread(target=desk.deliver) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    made = [label.name.casefold() for label in desk.gmail(SUPPORT).labels() if label.kind == "user"]
    assert len(made) == len(set(made)) == 19
    assert len(set(desk.mailbox.label_ids.values())) == 19


def test_colours_that_gmail_refuses_are_done_without(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PALETTE", frozenset({"#000000"}))
    thread = desk.writes().thread_id
    desk.catch_up()
    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}


def test_labels_that_cannot_be_made_now_are_not_asked_for_all_the_time(desk: Desk) -> None:
    desk.faults.plan(Fault("status", "labels.list", code=503))
    desk.deliver()
    assert desk.mailbox.label_ids == {}
    desk.clock.forward(seconds=10)
    desk.tick()
    assert ("deliver", (desk.id,)) not in desk.bell.rung  # type: ignore[union-attr]
    desk.clock.forward(minutes=5)
    desk.tick()
    assert ("deliver", (desk.id,)) in desk.bell.rung  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", "labels.create", after=5, times=1),
        Fault("status", "labels.create", code=429, after=12, times=1),
        Fault("drop_before", "labels.create", after=8, times=2),
        Fault("drop_after", "labels.create", after=8, times=2),
    ],
)
def test_making_them_goes_on_where_gmail_broke_off(desk: Desk, fault: Fault) -> None:
    thread = desk.writes().thread_id
    desk.faults.plan(fault)
    for _ in range(3):
        desk.later(minutes=3)
    made = [label.name.casefold() for label in desk.gmail(SUPPORT).labels() if label.kind == "user"]
    assert len(made) == len(set(made)) == 19
    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}


def test_a_name_that_gmail_refuses_is_replaced_by_the_address(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "RESERVED", {"owner/ana ruiz"})
    thread = desk.writes().thread_id
    desk.catch_up()
    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/ana@lumenvelo.example"}
    by_hand.put(desk, thread, "Owner/Jonas Weber")
    by_hand.handled(desk)
    by_hand.put(desk, thread, "Owner/ana@lumenvelo.example")
    by_hand.handled(desk)
    assert desk.ticket(thread).owner == "ana@lumenvelo.example"


def test_one_persons_label_that_gmail_refuses_keeps_nobody_elses_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "RESERVED", {"owner/ana ruiz", "owner/ana@lumenvelo.example"})
    thread = desk.writes().thread_id
    desk.catch_up()
    assert by_hand.shown(desk, thread) == {"SLA/Low"}
    assert "Owner/Jonas Weber" in by_hand.names(desk)
    assert any("Gmail refuses the label Owner/Ana Ruiz" in words for words in desk.board().alarms)


def test_a_label_that_gmail_says_is_not_found_is_looked_up_like_one_it_refuses(desk: Desk, thread: str) -> None:
    by_hand.delete(desk, "SLA/Medium")
    desk.clock.forward(hours=2)
    desk.wake()
    desk.faults.plan(Fault("status", "threads.modify", code=404, reason="notFound"))
    desk.deliver()
    assert by_hand.shown(desk, thread) == {"SLA/Medium", "Owner/Ana Ruiz"}


def test_going_live_again_makes_what_was_deleted_meanwhile(desk: Desk, thread: str) -> None:
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, mode="observed", live_since=None)
    by_hand.delete(desk, "SLA/Do/Solve")
    setup.live(desk.ports, SUPPORT, "Claire")
    desk.catch_up()
    assert "SLA/Do/Solve" in by_hand.names(desk)
