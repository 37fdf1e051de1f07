"""What every face asks: the board, one ticket, the mails."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.ticket_view import time_left
from inboxsla.errors import InboxSLAError, Missing, Refused
from inboxsla.services import queries
from tests.builders import ANA, KOFI, REFUND, SUPPORT, ZOFIA, Desk
from tests.services.mailbox_files import Mail, imported, written

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


@pytest.fixture
def past(desk: Desk, tmp_path: Path) -> Desk:
    """The live mailbox, and the same address read from a file."""
    file = written(tmp_path / "old.mbox", Mail("1", subject="Old lamp"), Mail("2", subject="Old bell", hours=1))
    imported(desk.ports, file)
    return desk


def test_what_is_read_from_a_file_stays_off_the_live_board(past: Desk) -> None:
    past.writes(subject="New lamp")
    past.sync()
    board = past.board("open")
    assert [view.subject for view in board.tickets] == ["New lamp"]
    assert board.counts == {"open": 1, "nobody": 1, "solved": 0, "all": 1}
    assert [box.kind for box in board.mailboxes] == ["gmail", "import"]


def test_what_is_read_from_a_file_is_listed_where_it_is_asked_for(past: Desk) -> None:
    past.writes(subject="New lamp")
    past.sync()
    old = next(box.id for box in past.board().mailboxes if box.kind == "import")
    assert {view.subject for view in queries.board(past.ports, mailbox_id=old).tickets} == {"Old lamp", "Old bell"}
    everything = queries.board(past.ports, imported=True)
    assert (len(everything.tickets), everything.counts["open"]) == (3, 3)


def test_what_is_read_from_a_file_is_listed_last_and_never_takes_a_live_tickets_place(past: Desk) -> None:
    past.writes(subject="New lamp")
    past.sync()
    subjects = [view.subject for view in queries.board(past.ports, imported=True).tickets]
    assert (subjects[0], set(subjects[1:])) == ("New lamp", {"Old lamp", "Old bell"})
    few = queries.board(past.ports, imported=True, limit=1)
    assert ([view.subject for view in few.tickets], few.more) == (["New lamp"], 2)
    two = queries.board(past.ports, imported=True, limit=2)
    assert (two.tickets[0].subject, len(two.tickets), two.more) == ("New lamp", 2, 1)


def test_the_tickets_of_one_address_are_listed_alone(past: Desk, tmp_path: Path) -> None:
    imported(past.ports, written(tmp_path / "sales.mbox", Mail("9", subject="An offer")), mailbox="sales@old.example")
    past.writes(subject="New lamp")
    past.sync()
    board = queries.board(past.ports, imported=True, address="sales@old.example")
    assert ([view.subject for view in board.tickets], board.counts["all"]) == (["An offer"], 1)
    assert len(queries.board(past.ports, address=SUPPORT).tickets) == 3, "connected and imported alike"
    with pytest.raises(Refused, match=f"No mailbox nope@x.example is known here. Known: {SUPPORT}, sales@old"):
        queries.board(past.ports, address="nope@x.example")


def test_a_ticket_from_a_file_is_dated_and_announces_nothing(past: Desk) -> None:
    old = next(view for view in queries.board(past.ports, imported=True).tickets if view.subject == "Old lamp")
    page = queries.ticket(past.ports, old.id, SAY)
    assert page.view.as_of == page.mailbox.as_of
    assert " 2026 " in time_left(page.view, SAY).head.replace("\u00a0", " ")
    assert page.planned == ()
    assert not any(clock.steps for clock in page.view.clocks)
    assert "step" not in {entry.icon for entry in page.happened}


def test_the_story_says_whom_each_mail_reached(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    desk.owned_by(thread, ANA)
    desk.catch_up()
    for hours in (3, 0.6, 0.4):
        desk.later(hours=hours)
    told = [entry.what for entry in queries.ticket(desk.ports, desk.ticket(thread).id, SAY).happened]
    assert told.count("Reminder sent to Ana Ruiz") == 2
    assert "Claire Dubois was told by mail" in told
    first = len(told) - 1 - told[::-1].index("Reminder sent to Ana Ruiz")
    assert told[first + 1] == "Reminder step taken", "newest first, and the mail followed the step"


def test_a_solved_ticket_says_since_when(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    desk.archives(thread)
    desk.sync()
    page = queries.ticket(desk.ports, desk.ticket(thread).id, SAY)
    assert page.view.over_since is not None
    assert time_left(page.view, SAY).head == f"Solved {SAY.moment(page.view.over_since, page.view.now)}"


@pytest.mark.parametrize("number", [2**31, 2**63, 10**20])
def test_no_number_is_too_large_to_be_unknown(desk: Desk, number: int) -> None:
    with pytest.raises(Missing, match=f"There is no ticket {number}"):
        queries.ticket(desk.ports, number, SAY)
    with pytest.raises(Missing, match=f"There is no mail {number}"):
        queries.mail(desk.ports, number)
