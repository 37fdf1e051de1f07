"""Labels: the right one on every message of every live ticket, and nothing sent to Gmail but differences."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from inboxsla.gmail.simulator import Fault
from inboxsla.services import setup
from inboxsla.services.label_changes import FEWEST_THREADS
from inboxsla.services.labelling import LABEL_LEASE
from inboxsla.storage import label_work
from inboxsla.storage.database import Database
from tests.builders import ANA, KOFI, SUPPORT, Desk, a_desk
from tests.services.by_hand import ask


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail, known, owned and labelled."""
    found = desk.writes().thread_id
    desk.catch_up()
    return found


@pytest.fixture
def observed(database: Database) -> Iterator[Desk]:
    with a_desk(database, live=False) as made:
        yield made


def test_the_label_follows_the_clock(desk: Desk, thread: str) -> None:
    seen = [desk.labels(thread)]
    for hours in (2, 1, 1):
        desk.later(hours=hours)
        seen.append(desk.labels(thread))
    assert seen == [[{"SLA/Low"}], [{"SLA/Medium"}], [{"SLA/Urgent"}], [{"SLA/Overdue"}]]


def test_an_answer_a_pause_and_solving_show(desk: Desk, thread: str) -> None:
    desk.answers(thread)
    desk.catch_up()
    assert desk.labels(thread) == [{"SLA/Paused"}] * 2
    desk.archives(thread)
    desk.catch_up()
    assert desk.labels(thread) == [{"SLA/Met"}] * 2


def test_a_ticket_solved_with_a_miss_carries_none(desk: Desk, thread: str) -> None:
    desk.later(hours=5)
    desk.answers(thread)
    desk.archives(thread)
    desk.catch_up()
    assert desk.labels(thread) == [set()] * 2


def test_mail_that_arrives_later_gets_the_label_too(desk: Desk, thread: str) -> None:
    """C69: Gmail's labels lie on messages, so a new one has none."""
    desk.clock.forward(minutes=1)
    desk.writes_again(thread)
    desk.sync()
    assert desk.labels(thread) == [{"SLA/Low"}, set()]
    desk.deliver()
    assert desk.labels(thread) == [{"SLA/Low"}] * 2


def test_only_differences_are_sent_and_echoes_cause_nothing(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    with desk.calls() as calls:
        desk.deliver()
    assert (calls["threads.modify"], calls["labels.create"], calls["labels.list"]) == (1, 19, 1)
    version = desk.ticket(thread).version
    desk.sync()
    with desk.calls() as calls:
        for _ in range(3):
            desk.sync()
            desk.deliver()
            desk.tick()
    assert calls == {"history.list": 3}
    assert desk.ticket(thread).version == version
    desk.clock.forward(hours=2)
    desk.wake()
    with desk.calls() as calls:
        desk.deliver()
    assert calls["threads.modify"] == 1
    assert "labels.list" not in calls
    assert desk.labels(thread) == [{"SLA/Medium"}]


def test_changes_that_leave_the_label_as_it_is_ask_gmail_for_nothing(desk: Desk, thread: str) -> None:
    desk.owned_by(thread, ANA)
    desk.store.relabel(SUPPORT, thread, add=["STARRED"], remove=["UNREAD"])
    with desk.calls() as calls:
        desk.catch_up()
    assert set(calls) == {"history.list"}


@pytest.mark.parametrize("add", [[], ["SLA/Overdue"]])
def test_a_label_that_somebody_takes_off_or_exchanges_comes_back(desk: Desk, thread: str, add: list[str]) -> None:
    ids = desk.mailbox.label_ids
    desk.store.relabel(SUPPORT, thread, add=[ids[name] for name in add], remove=[ids["SLA/Low"]])
    assert desk.labels(thread) == [set(add)]
    desk.catch_up()
    assert desk.labels(thread) == [{"SLA/Low"}]


def test_a_label_that_somebody_deletes_is_made_again_everywhere(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.catch_up()
    ask(desk, "labels", "delete", id=desk.mailbox.label_ids["SLA/Low"])
    assert [desk.labels(thread) for thread in threads] == [[set()]] * 3
    desk.catch_up()
    assert [desk.labels(thread) for thread in threads] == [[{"SLA/Low"}]] * 3
    assert desk.board().alarms == ()


def test_a_label_deleted_before_it_was_ever_used_is_made_when_it_is_needed(desk: Desk, thread: str) -> None:
    ask(desk, "labels", "delete", id=desk.mailbox.label_ids["SLA/Medium"])
    desk.later(hours=2)
    assert desk.labels(thread) == [{"SLA/Medium"}]


def test_labels_that_exist_already_are_used_as_they_are(desk: Desk) -> None:
    made = desk.gmail(SUPPORT).create_label("sla/LOW", "#000000", "#ffffff")
    desk.writes()
    desk.catch_up()
    assert desk.mailbox.label_ids["SLA/Low"] == made.id


def test_an_observed_mailbox_writes_nothing_and_mails_nobody(observed: Desk) -> None:
    observed.writes(at=observed.clock() - timedelta(hours=10))
    young = observed.writes(KOFI, "Where is my lamp?", "Order 1191").thread_id
    with observed.calls() as calls:
        for _ in range(6):
            observed.later(hours=1)
            observed.tick()
    assert set(calls) <= {"history.list", "threads.list", "threads.get", "profile.get", "labels.list", "sendAs.list"}
    assert observed.outbox() == {}
    assert observed.ticket(young).urgency == "overdue"
    first = next(clock for clock in observed.view(young).clocks if clock.reading.metric == "first_response")
    assert first.steps[-1].outcome == "observed"
    assert "acted" not in {step.outcome for step in first.steps}


def test_going_live_labels_what_is_there_and_mails_nobody_about_the_past(observed: Desk) -> None:
    overdue = observed.writes(at=observed.clock() - timedelta(hours=10)).thread_id
    soon = observed.writes(KOFI, at=observed.clock() - timedelta(minutes=175)).thread_id
    observed.catch_up()
    setup.live(observed.ports, SUPPORT, "Claire")
    observed.tick()
    observed.catch_up()
    assert [observed.labels(thread) for thread in (overdue, soon)] == [[{"SLA/Overdue"}], [{"SLA/Medium"}]]
    assert observed.mails() == []
    # What falls due from now on is told.
    observed.later(minutes=10)
    assert len(observed.mails()) == 1
    assert observed.labels(soon) == [{"SLA/Urgent"}]


def test_a_worker_that_dies_while_labelling_leaves_the_work_to_the_next(desk: Desk, thread: str) -> None:
    desk.clock.forward(hours=2)
    desk.wake()
    now = desk.clock()
    with desk.database.write() as conn:
        assert label_work.claim_labels(conn, desk.id, now, now + LABEL_LEASE, 10)
    desk.deliver()
    assert desk.labels(thread) == [{"SLA/Low"}]
    desk.clock.forward(minutes=3)
    desk.deliver()
    assert desk.labels(thread) == [{"SLA/Medium"}]


def test_a_label_change_whose_answer_was_lost_is_right_in_the_end(desk: Desk, thread: str) -> None:
    desk.clock.forward(hours=2)
    desk.wake()
    desk.faults.plan(Fault("drop_after", "threads.modify"))
    desk.deliver()
    assert desk.labels(thread) == [{"SLA/Medium"}]
    desk.later(minutes=5)
    assert desk.labels(thread) == [{"SLA/Medium"}]
    assert not desk.ticket(thread).label_due


def test_what_a_sync_learned_while_gmail_was_asked_is_not_overwritten(
    desk: Desk, thread: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.clock.forward(hours=2)
    desk.wake()
    gmail = desk.gmail(SUPPORT)
    real = gmail.modify_thread

    def meanwhile(thread_id: str, add: list[str], remove: list[str]) -> None:
        real(thread_id, add, remove)
        desk.archives(thread)
        desk.sync()

    monkeypatch.setattr(gmail, "modify_thread", meanwhile)
    desk.deliver()
    assert "INBOX" not in desk.kept(thread)[0].labels
    monkeypatch.undo()
    desk.store.restore(SUPPORT, thread)
    desk.catch_up()
    assert desk.ticket(thread).status == "open"


def test_a_thread_deleted_before_it_was_labelled_harms_nobody(desk: Desk, thread: str) -> None:
    other = desk.writes(KOFI).thread_id
    desk.sync()
    desk.clock.forward(hours=2)
    desk.wake()
    desk.store.delete(SUPPORT, desk.kept(thread)[0].gmail_id)
    desk.deliver()
    assert desk.labels(other) == [{"SLA/Medium"}]


def test_two_workers_labelling_at_once_send_each_difference_once(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(FEWEST_THREADS - 1)]
    desk.sync()
    with desk.calls() as calls:
        workers = [threading.Thread(target=desk.deliver) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert calls["threads.modify"] == len(threads)
    assert [desk.labels(each) for each in threads] == [[{"SLA/Low"}]] * len(threads)
