"""Mails, labels, wakes and wishes that should have been done by now: named with since when, and rung for, never done twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.gmail.simulator import Fault
from inboxsla.services import writing
from inboxsla.services.checkup import Do, Finding, Remedy, State, fixing
from inboxsla.storage import label_commands, records
from tests.builders import ANA, Desk, Notepad
from tests.checkup.reading import fixed, problems, the

MINUTE = timedelta(minutes=1)


@pytest.fixture
def due(desk: Desk) -> Desk:
    """Ana is owed a reminder."""
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    desk.catch_up()
    desk.clock.forward(hours=3)
    desk.sync()
    desk.wake()
    return desk


def rung(desk: Desk) -> list[tuple[str, tuple[int, ...]]]:
    assert isinstance(desk.bell, Notepad)
    return desk.bell.rung


def test_of_a_desk_that_works_there_is_nothing_to_complain(desk: Desk) -> None:
    desk.writes()
    desk.catch_up()
    assert problems(desk.ports) == {}
    assert fixed(desk.ports) == []


def test_a_reminder_nobody_carries_out_is_named_and_rung_for_and_goes_out_once(due: Desk) -> None:
    assert "mail.owed" not in problems(due.ports), "workers need a moment"
    since = due.clock()
    due.clock.forward(minutes=6)
    found = the("mail.owed", due.ports)
    assert (found.state, found.since, found.mailbox) == (State.ATTENTION, since, due.mailbox.address)
    for _ in range(2):
        assert (True, f"Rang for what is owed in {found.mailbox}. A worker does it in the next seconds.") in fixed(
            due.ports
        )
    assert rung(due).count(("deliver", (due.id,))) == 2
    assert due.mailed() == []
    due.catch_up()
    due.catch_up()
    assert due.mailed() == [ANA]
    assert problems(due.ports) == {}


def test_mails_gmail_takes_later_are_named_with_its_reason_and_need_nobody(due: Desk) -> None:
    due.faults.plan(Fault("status", "messages.send", code=429, retry_after=1500, reason="rateLimitExceeded"))
    due.deliver()
    found = the("mail.held", due.ports)
    assert "Gmail asks us to wait" in found.words
    assert found.cure.startswith("Nothing; they are tried again at 24 Nov 2026 14:13 CET")
    assert found.remedy is None
    due.later(minutes=26)
    assert due.mailed() == [ANA]
    assert problems(due.ports) == {}


def test_a_mail_of_which_nobody_knows_whether_it_went_out_is_looked_for_not_sent_again(due: Desk) -> None:
    due.faults.plan(Fault("drop_after", "messages.send"))
    due.deliver()
    due.clock.forward(minutes=4)
    assert "mail.unknown" not in problems(due.ports), "the next sync finds out"
    due.clock.forward(minutes=12)
    found = the("mail.unknown", due.ports)
    assert found.words.startswith("Nobody knows whether 1 mail of ")
    assert "Nothing is sent twice" in found.cure
    fixed(due.ports)
    assert ("sync", (due.id,)) in rung(due)
    due.catch_up()
    due.catch_up()
    assert due.mailed() == [ANA]
    assert problems(due.ports) == {}


def test_a_mail_gmail_refuses_for_good_is_named_for_a_day(due: Desk) -> None:
    due.faults.plan(Fault("status", "messages.send", code=413, message="Too large"))
    due.deliver()
    (found,) = problems(due.ports).values()
    assert (found.check, ANA in found.words, "Too large" in found.words) == ("mail.failed", True, True)
    due.later(hours=25)
    assert "mail.failed" not in problems(due.ports)


def test_what_is_owed_is_no_problem_while_labels_and_mail_are_stopped(due: Desk) -> None:
    writing.stop(due.ports, "Claire")
    due.clock.forward(minutes=4)
    due.clock.forward(minutes=4)
    due.sync()
    (found,) = problems(due.ports).values()
    assert (found.check, "resume-writing" in found.cure) == ("mail.stopped", True)
    assert "1 act owed" in the("mail.backlog", due.ports).words
    assert fixed(due.ports) == []


def test_labels_that_were_tried_in_vain_are_counted(desk: Desk) -> None:
    desk.faults.plan(Fault("status", "threads.modify", code=503, times=None))
    thread = desk.writes().thread_id
    desk.sync()
    desk.deliver()
    assert "mail.labels" not in problems(desk.ports)
    desk.clock.forward(minutes=3)
    found = the("mail.labels", desk.ports)
    assert found.words.startswith("1 conversation of ")
    assert found.since == desk.clock() - 3 * MINUTE
    desk.faults.clear()
    fixed(desk.ports)
    desk.catch_up()
    assert desk.labels(thread) == [{"SLA/Low"}]
    assert problems(desk.ports) == {}


def test_tickets_nobody_woke_are_rung_for(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.catch_up()
    since = desk.ticket(thread).wake_at
    desk.clock.forward(hours=5)
    desk.sync()
    found = the("tickets.wake", desk.ports)
    assert (found.state, found.since) == (State.ATTENTION, since)
    assert (True, "Rang for 1 ticket. A worker does it in the next seconds.") in fixed(desk.ports)
    assert ("settle", (desk.ticket(thread).id,)) in rung(desk)
    desk.catch_up()
    assert "tickets.wake" not in problems(desk.ports)


def test_what_a_label_asked_for_and_nobody_did_is_named(desk: Desk) -> None:
    with desk.database.write() as conn:
        label_commands.note(conn, desk.id, "t1", [("SLA/Do/Solve", "h1")], desk.clock())
    assert "tickets.commands" not in problems(desk.ports)
    desk.clock.forward(minutes=11)
    assert the("tickets.commands", desk.ports).words.startswith("1 thing people asked for by a label is not done yet")
    fixed(desk.ports)
    assert ("sync", (desk.id,)) in rung(desk)


def test_what_was_kept_aside_is_news_for_a_day_and_then_a_fact(desk: Desk) -> None:
    with desk.database.write() as conn:
        records.keep_aside(conn, desk.id, "thread 1", "broken", desk.clock())
    assert not the("tickets.kept_aside", desk.ports).ok
    desk.later(hours=25)
    assert the("tickets.kept_aside", desk.ports).ok


def test_an_alarm_about_a_fault_is_taken_off_and_comes_back_only_if_it_lasts(desk: Desk) -> None:
    desk.writes()
    desk.catch_up()
    with desk.database.write() as conn:
        records.alarm(conn, "settle/1", "Ticket 1 could not be processed.", desk.clock(), desk.id)
        records.alarm(conn, "settle/12", "Ticket 12 could not be processed.", desk.clock(), desk.id)
        records.alarm(conn, f"nobody/{desk.id}", "Nobody can be told.", desk.clock(), desk.id)
    done = fixed(desk.ports)
    assert sorted(words.split(". ")[0] for _, words in done) == [
        "Took an alarm off: A ticket was set apart (1)",
        "Took an alarm off: A ticket was set apart (12)",
    ]
    # Ticket 12 does not exist, so it cannot be settled now either.
    assert sorted(desk.board().alarms) == [
        "Nobody can be told.",
        "Ticket 12 could not be processed (NoResultFound); the log says where. The rest goes on.",
    ]


def test_a_remedy_that_fails_is_named_in_plain_words(desk: Desk) -> None:
    about_no_mailbox = Finding("mail.owed", State.ATTENTION, "Something waits.", remedy=Remedy(Do.ACCESS))
    ((done, words),) = fixing.fix(desk.ports, None, [about_no_mailbox])
    assert not done
    assert words.startswith("Letting a mailbox go on failed because of a fault in InboxSLA (IndexError)")
