"""An out-of-office answer to a mail of ours: its sender is asked whether they are away, once a day, and nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

from inboxsla.domain.people import Absence
from inboxsla.domain.timeline import Kind
from inboxsla.services import away
from inboxsla.services.viewers import viewer
from tests.builders import ANA, Desk

AWAY = {"Auto-Submitted": "auto-replied", "X-Autoreply": "yes"}


def reminded(desk: Desk) -> str:
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.later(hours=3)
    assert desk.mailed() == [ANA]
    return thread


def answers_automatically(desk: Desk) -> None:
    ours = desk.mails()[-1]
    desk.clock.forward(seconds=5)
    headers = {**AWAY, "In-Reply-To": ours["Message-ID"]}
    desk.writes(ANA, "I am away until the 9th.", f"Automatic reply: {ours['Subject']}", headers=headers)
    desk.catch_up()


def test_its_sender_is_asked_whether_they_are_away(one_desk: Desk) -> None:
    """C54: reminders still went to people on holiday."""
    thread = reminded(one_desk)
    answers_automatically(one_desk)

    proposal = one_desk.mails()[-1]
    assert one_desk.mailed() == [ANA, ANA]
    assert proposal["Subject"].startswith("Are you away? You answered automatically: ")
    text = proposal.get_body(("plain",))
    assert text is not None
    assert "Say when I am away:" in text.get_content()
    assert Kind.NOTED not in one_desk.kinds(thread)
    assert one_desk.count() == 1


def test_what_answers_the_question_automatically_is_not_asked_again_that_day(one_desk: Desk) -> None:
    reminded(one_desk)
    for _ in range(3):
        answers_automatically(one_desk)
    assert one_desk.mailed() == [ANA, ANA]


def test_whoever_said_that_they_are_away_is_not_asked(one_desk: Desk) -> None:
    reminded(one_desk)
    with one_desk.database.read() as conn:
        ana = viewer(conn, ANA)
    assert ana is not None
    today = one_desk.clock().date()
    away.say(one_desk.ports, ana, Absence(today, today + timedelta(days=9)), date.min)

    answers_automatically(one_desk)
    assert one_desk.mailed() == [ANA]


def test_a_customers_out_of_office_asks_nobody(one_desk: Desk) -> None:
    thread = reminded(one_desk)
    one_desk.writes_again(thread, headers=AWAY)
    one_desk.catch_up()
    assert one_desk.mailed() == [ANA]
