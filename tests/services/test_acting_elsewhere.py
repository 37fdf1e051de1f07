"""Answers given by phone and the like, and tickets made of threads that are none."""

from __future__ import annotations

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.errors import Missing, Refused
from inboxsla.services import configuring, rebuild
from inboxsla.services.making import make
from inboxsla.services.viewers import Viewer
from tests.builders import ANA, SUPPORT, Desk
from tests.services.acting_desk import arrived, does, who
from tests.services.test_ruling import BASE, RULES

BULK = {"List-Unsubscribe": "<mailto:no@paper.example>", "Precedence": "bulk"}


def test_an_answer_by_phone_meets_the_promise_from_when_it_was_given(one_desk: Desk) -> None:
    thread = arrived(one_desk)

    acted = does(one_desk, thread, "answered_elsewhere", how="phone", at="2026-11-24T10:52")

    assert acted.notice == "Noted as answered at 10:52\u00a0CET."
    assert one_desk.clocks(thread)["first_response"] == "met"
    assert one_desk.ticket(thread).status == "waiting_on_customer"
    assert one_desk.view(thread).clocks[0].reading.elapsed.total_seconds() == 4 * 60


def test_a_holding_answer_keeps_the_ticket_open(one_desk: Desk) -> None:
    thread = arrived(one_desk)

    notice = does(one_desk, thread, "answered_elsewhere", how="chat", holding="on").notice

    assert notice == "Noted as answered at 11:00\u00a0CET. It stays open; the next update is promised."
    assert one_desk.ticket(thread).status == "open"


@pytest.mark.parametrize(
    ("at", "complaint"),
    [("11:01", "in the future"), ("10:47", "before the customer wrote"), ("yesterday", "not a date")],
)
def test_a_time_that_cannot_be_is_refused_where_it_was_written(one_desk: Desk, at: str, complaint: str) -> None:
    thread = arrived(one_desk)

    acted = does(one_desk, thread, "answered_elsewhere", how="phone", at=at)

    assert complaint in acted.complaints["at"]
    assert one_desk.clocks(thread)["first_response"] == "running"


def test_the_minute_in_which_the_customer_wrote_is_not_before_it(one_desk: Desk) -> None:
    one_desk.clock.forward(seconds=40)
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    one_desk.clock.forward(minutes=1)

    assert does(one_desk, thread, "answered_elsewhere", how="phone", at="10:48").outcome == "done"
    assert one_desk.clocks(thread)["first_response"] == "met"


def test_a_newsletter_that_is_none_becomes_a_ticket_by_hand_and_stays_its_customers(one_desk: Desk) -> None:
    placed = one_desk.writes("orders@shop.example", "Where are our lamps?", "Order 7", headers=BULK)
    one_desk.catch_up()
    assert one_desk.find(placed.thread_id) is None

    with one_desk.calls() as calls:
        number = make(one_desk.ports, who(one_desk, ANA), SUPPORT, placed.thread_id)
        assert make(one_desk.ports, who(one_desk, ANA), SUPPORT, placed.thread_id) == number

    assert not calls
    row = one_desk.ticket(placed.thread_id)
    assert (row.id, row.status, row.subject, row.requester) == (number, "open", "Order 7", "orders@shop.example")
    assert one_desk.view(placed.thread_id).clocks[0].reading.started_at == one_desk.clock()
    one_desk.answers(placed.thread_id, ANA)
    one_desk.catch_up()
    assert one_desk.clocks(placed.thread_id)["first_response"] == "met"
    assert one_desk.ticket(placed.thread_id).requester == "orders@shop.example"


def test_a_person_knows_better_than_the_rule_that_keeps_a_sender_off_the_board(one_desk: Desk) -> None:
    text = (BASE + RULES).replace('tags = ["multi-touch"]', 'tags = ["multi-touch", "outage"]')
    configuring.import_(one_desk.ports, text, "the tests", False)
    thread = one_desk.writes("news@paper.example", "May we interview you?", "Interview").thread_id
    one_desk.catch_up()
    assert one_desk.ticket(thread).status == "not_a_ticket"

    assert does(one_desk, thread, "solve").notice == "This thread is marked as not a ticket. Make it a ticket first."
    assert does(one_desk, thread, "make_ticket").outcome == "done"

    assert one_desk.ticket(thread).status == "open"
    assert one_desk.clocks(thread)["first_response"] == "running"


def test_our_own_mail_and_conversations_among_colleagues_become_no_tickets(one_desk: Desk) -> None:
    inside = one_desk.sends(ANA, "Lunch?", "Lunch").thread_id
    one_desk.catch_up()

    with pytest.raises(Refused, match="Nobody outside"):
        make(one_desk.ports, who(one_desk, ANA), SUPPORT, inside)
    assert one_desk.find(inside) is None
    for viewer, thread in ((who(one_desk, ANA), "unknown"), (Viewer("eve@example.org", "Eve", "", {}), inside)):
        with pytest.raises(Missing):
            make(one_desk.ports, viewer, SUPPORT, thread)


def test_the_stored_figures_equal_what_such_events_add_up_to(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    for name, fields in (
        ("answered_elsewhere", {"how": "phone", "holding": "on"}),
        ("priority", {"priority": "high"}),
        ("undo", {}),
        ("note", {"text": "Hm"}),
    ):
        does(one_desk, thread, name, **fields)
    does(one_desk, thread, "extend", "claire@lumenvelo.example", length="1h", reason="parts")
    one_desk.later(hours=1)

    assert [line.words for line in rebuild.compare(one_desk.ports) if not line.ok] == []
    assert one_desk.kinds(thread)[-5:] == [
        Kind.ANSWERED_ELSEWHERE,
        Kind.PRIORITY_SET,
        Kind.UNDONE,
        Kind.NOTED,
        Kind.EXTENDED,
    ]
