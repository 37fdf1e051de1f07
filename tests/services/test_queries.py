"""What every face asks: the board, one ticket, the mails."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.speech import English
from inboxsla.errors import InboxSLAError
from inboxsla.services import queries
from tests.builders import ANA, KOFI, REFUND, SUPPORT, ZOFIA, Desk

SAY = English("Europe/Berlin")


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    return one_desk


def test_the_board_shows_what_presses_most_first(desk: Desk) -> None:
    ages = {"Young": 0, "Overdue": 300, "Urgent": 200, "Medium": 130}
    for subject, minutes in ages.items():
        desk.writes(subject=subject, at=desk.clock() - timedelta(minutes=minutes))
    desk.catch_up()
    assert [view.subject for view in desk.board("open").tickets] == ["Overdue", "Urgent", "Medium", "Young"]


def test_each_list_holds_what_it_says(desk: Desk) -> None:
    solved = desk.writes(subject="Solved").thread_id
    owned = desk.writes(subject="Owned").thread_id
    desk.writes(subject="Nobody's")
    desk.sync()
    desk.archives(solved)
    desk.sync()
    desk.owned_by(owned, ANA)
    lists = {show: {view.subject for view in desk.board(show).tickets} for show in ("open", "nobody", "solved", "all")}
    assert lists == {
        "open": {"Owned", "Nobody's"},
        "nobody": {"Nobody's"},
        "solved": {"Solved"},
        "all": {"Solved", "Owned", "Nobody's"},
    }
    assert desk.board().counts == {show: len(found) for show, found in lists.items()}


def test_the_board_says_how_many_it_left_out(desk: Desk) -> None:
    for n in range(5):
        desk.writes(subject=f"Lamp {n}")
    desk.sync()
    board = queries.board(desk.ports, show="open", limit=3)
    assert (len(board.tickets), board.more) == (3, 2)


def test_the_board_is_right_between_two_syncs(desk: Desk) -> None:
    desk.writes()
    desk.sync()
    desk.clock.forward(hours=5)
    (view,) = desk.board("open").tickets
    assert (view.urgency, view.breached) == ("overdue", True)


def test_trouble_with_gmail_is_shown_with_its_mailbox(desk: Desk) -> None:
    desk.store.revoke(SUPPORT)
    desk.sync()
    assert desk.board().mailboxes[0].trouble


def test_a_ticket_tells_its_story_with_the_customers_words(desk: Desk) -> None:
    thread = desk.writes(text="Where is my refund of 84.90?").thread_id
    desk.catch_up()
    desk.later(hours=3)
    page = queries.ticket(desk.ports, desk.ticket(thread).id, SAY)
    assert page.view.subject == REFUND
    assert any("84.90" in str(entry) for entry in page.happened)
    assert page.label == "SLA/Urgent"
    assert [mail.recipient for mail in page.mails] == [desk.ticket(thread).owner]
    assert page.planned


def test_a_mail_is_shown_as_it_was_sent(desk: Desk) -> None:
    desk.writes(KOFI, subject="Order 1191")
    desk.catch_up()
    desk.later(hours=3)
    (line,) = queries.mails(desk.ports)
    shown = queries.mail(desk.ports, line.id)
    assert line.state == "sent"
    assert "Order 1191" in shown.text
    assert "Order 1191" in shown.html


@pytest.mark.parametrize("ask", [queries.mail, lambda ports, n: queries.ticket(ports, n, SAY)])
def test_what_does_not_exist_is_said_in_words(desk: Desk, ask: object) -> None:
    assert callable(ask)
    with pytest.raises(InboxSLAError, match="4711"):
        ask(desk.ports, 4711)


def test_a_list_that_does_not_exist_is_refused_with_those_that_do(desk: Desk) -> None:
    with pytest.raises(InboxSLAError, match="nobody"):
        desk.board("everything")


def test_asking_writes_nothing(desk: Desk) -> None:
    thread = desk.writes(ZOFIA).thread_id
    desk.sync()
    before = desk.ticket(thread)
    desk.clock.forward(hours=9)
    desk.board()
    queries.ticket(desk.ports, before.id, SAY)
    assert desk.ticket(thread) == before
