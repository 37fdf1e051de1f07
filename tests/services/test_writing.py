"""One switch stops every label and every mail; reading goes on, what is owed waits, and nothing stale goes out afterwards."""

from __future__ import annotations

import pytest

from inboxsla.errors import Refused
from inboxsla.gmail.simulator import Fault
from inboxsla.services import checkup, writing
from inboxsla.services.notices import compose_owed
from tests.builders import ANA, KOFI, ZOFIA, Desk


def test_no_label_and_no_mail_goes_out_until_it_is_put_back(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    writing.stop(desk.ports, "Claire")
    newer = desk.writes("kofi@customer.example", subject="Another lamp").thread_id
    with desk.calls() as asked:
        desk.later(hours=3, minutes=5)
    assert asked["threads.modify"] == asked["messages.send"] == asked["labels.create"] == 0
    assert desk.find(newer) is not None, "reading goes on"
    assert desk.envelopes() == []
    assert desk.outbox()["owed"] > 0
    writing.resume(desk.ports, "Claire")
    desk.later(minutes=3)
    assert desk.labels(thread) == [{"SLA/Urgent"}]
    assert desk.labels(newer) == [{"SLA/Urgent"}]
    assert ANA in desk.mailed()


def test_what_was_answered_meanwhile_is_not_reminded_of(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    one_desk.owned_by(thread, ANA)
    writing.stop(one_desk.ports, "Claire")
    one_desk.later(hours=3, minutes=5)
    one_desk.answers(thread)
    one_desk.later(minutes=1)
    writing.resume(one_desk.ports, "Claire")
    one_desk.later(minutes=3)
    assert one_desk.mailed() == []


def test_a_mail_composed_before_waits_as_well(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    one_desk.owned_by(thread, ANA)
    one_desk.clock.forward(hours=3)
    one_desk.wake()
    one_desk.faults.plan(Fault("status", "messages.send", code=429, retry_after=30))
    one_desk.deliver()
    writing.stop(one_desk.ports, "Claire")
    one_desk.later(minutes=5)
    assert (one_desk.mailed(), [mail.state for mail in one_desk.envelopes()]) == ([], ["composed"])
    writing.resume(one_desk.ports, "Claire")
    one_desk.later(minutes=5)
    assert one_desk.mailed() == [ANA]


def test_a_mail_that_was_ready_when_it_was_stopped_is_composed_anew(desk: Desk) -> None:
    threads = [desk.writes(sender, subject=f"A lamp for {sender}").thread_id for sender in (ZOFIA, KOFI)]
    desk.catch_up()
    for thread in threads:
        desk.owned_by(thread, ANA)
    desk.clock.forward(hours=3)
    desk.wake()
    assert compose_owed(desk.ports, desk.id) == 1
    writing.stop(desk.ports, "Claire")
    desk.answers(threads[0])
    desk.later(minutes=30)
    writing.resume(desk.ports, "Claire")
    desk.later(minutes=3)
    (mail,) = desk.mails()
    assert f"A lamp for {KOFI}" in str(mail["Subject"])
    assert f"A lamp for {ZOFIA}" not in mail.as_string()


def test_the_board_and_the_doctor_say_that_it_is_thrown_and_since_when(one_desk: Desk) -> None:
    assert one_desk.board().stopped_at is None
    writing.stop(one_desk.ports, "Claire")
    assert (one_desk.board().stopped_at, one_desk.board().stopped_by) == (one_desk.clock(), "Claire")
    (line,) = (line for line in checkup.found(one_desk.ports) if "stopped" in line.words)
    assert not line.ok
    assert "by Claire. Reading goes on; what is owed waits." in line.words
    with pytest.raises(Refused, match=r"stopped since .* by Claire already"):
        writing.stop(one_desk.ports, "Ana")
    writing.resume(one_desk.ports, "Ana")
    with pytest.raises(Refused, match="not stopped"):
        writing.resume(one_desk.ports, "Ana")
