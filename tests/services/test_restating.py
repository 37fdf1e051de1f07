"""A reminder says how things stand: one that could not go out in time is composed anew, or left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.timeline import Status
from inboxsla.gmail.simulator import Fault
from inboxsla.services import access, checkup
from inboxsla.services import desk as verbs
from inboxsla.services.checkup import Surroundings
from inboxsla.services.restating import KEEPS
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, Desk, a_desk, settings
from tests.services.conftest import owes_a_reminder

LATER = KEEPS + timedelta(minutes=1)


@pytest.fixture
def thread(desk: Desk) -> str:
    return owes_a_reminder(desk)


def refuses(desk: Desk, wait: timedelta) -> None:
    """Gmail takes no mail for so long."""
    desk.faults.plan(
        Fault("status", "messages.send", code=429, reason="rateLimitExceeded", retry_after=int(wait.total_seconds()))
    )
    desk.deliver()
    assert desk.mailed() == []


def subjects(desk: Desk) -> list[str]:
    return [str(mail["Subject"]) for mail in desk.mails()]


def test_a_reminder_that_gmail_took_late_says_how_much_is_left_then(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(minutes=20))
    [before] = [mail.subject for mail in desk.envelopes()]
    assert before.startswith("Due in 1 h")
    desk.clock.forward(minutes=21)
    desk.deliver()
    [subject] = subjects(desk)
    assert subject.startswith("Due in 39 min")
    assert len(desk.envelopes()) == 1
    assert desk.outbox() == {"done": 1}


def test_one_that_is_overdue_by_then_says_so(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(hours=2))
    desk.clock.forward(hours=2, minutes=1)
    desk.deliver()
    assert not [subject for subject in subjects(desk) if subject.startswith("Due in")]


def test_nobody_is_reminded_of_what_was_solved_meanwhile(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(minutes=20))
    verbs.set_status(desk.ports, desk.ticket(thread).id, Status.SOLVED, CLAIRE)
    desk.clock.forward(minutes=21)
    desk.deliver()
    assert desk.mailed() == []
    assert desk.outbox() == {"dropped": 1}


def test_whoever_owns_it_by_then_is_reminded(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(minutes=20))
    desk.owned_by(thread, JONAS)
    desk.clock.forward(minutes=21)
    desk.deliver()
    assert desk.mailed() == [JONAS]


def test_a_reminder_that_another_covers_is_told_where_the_other_is_taken_back(
    sqlite_database: Database,
) -> None:
    """The first answer makes the reminder of it needless; that the ticket is to be solved by then is still to be told."""
    ladder = [{"at": 75, "do": ["remind_owner"]}]
    promises = {"first_response": "4h", "resolution": "4h 5m", "ladder": ladder, "pauses": {"waiting_on_customer": []}}
    with a_desk(sqlite_database, settings(policy=promises)) as desk:
        thread = owes_a_reminder(desk)
        refuses(desk, timedelta(minutes=20))
        desk.clock.forward(minutes=5)
        desk.wake()
        desk.deliver()
        assert desk.outbox() == {"enclosed": 1, "owed": 1}
        desk.answers(thread)
        desk.sync()
        desk.clock.forward(minutes=16)
        desk.deliver()
        assert desk.mailed() == [ANA]
        assert desk.outbox() == {"dropped": 1, "done": 1}


def test_what_waited_a_moment_goes_out_as_it_was_composed(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(minutes=2))
    before = [mail.raw for mail in desk.envelopes()]
    desk.clock.forward(minutes=3)
    desk.deliver()
    assert [mail.raw for mail in desk.envelopes()] == before
    assert desk.mailed() == [ANA]


def test_what_may_have_gone_out_is_never_composed_anew(desk: Desk, thread: str) -> None:
    desk.faults.plan(Fault("drop_after", "messages.send"))
    desk.deliver()
    [before] = desk.envelopes()
    assert before.state == "unknown"
    desk.clock.forward(minutes=30)
    desk.deliver()
    desk.sync()
    desk.deliver()
    assert [(mail.marker, mail.state) for mail in desk.envelopes()] == [(before.marker, "sent")]
    assert desk.mailed() == [ANA]


def test_while_access_is_lost_mails_are_left_alone(desk: Desk, thread: str) -> None:
    refuses(desk, timedelta(minutes=1))
    [before] = desk.envelopes()
    access.lost(desk.ports, desk.mailbox, "Google no longer accepts it")
    desk.clock.forward(minutes=30)
    desk.deliver()
    assert [mail.marker for mail in desk.envelopes()] == [before.marker]


def test_composed_anew_it_counts_as_tried_and_the_doctor_still_says_since_when(desk: Desk, thread: str) -> None:
    owed = desk.clock()
    for _ in range(3):
        refuses(desk, timedelta(minutes=20))
        desk.clock.forward(minutes=21)
    [mail] = desk.envelopes()
    assert mail.tries == 3
    desk.clock.forward(minutes=-20)
    found = {each.check: each for each in checkup.found(desk.ports, Surroundings("", False, away="Gone."))}
    assert found["mail.held"].since == owed
