"""A mailbox that left the configuration is silent and out of the way, and comes back as it was told to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from inboxsla.errors import Refused
from inboxsla.services import auditing, checkup, queries, retiring, setup
from inboxsla.services.notices import compose_owed
from inboxsla.services.ports import Ports
from inboxsla.storage import records, schema
from tests.builders import ANA, JONAS, KOFI, SUPPORT, Desk, settings

ELSEWHERE = [{"address": "orders@lumenvelo.example"}]


def configured(desk: Desk, **chosen: Any) -> Ports:
    """The desk's ports after a start with another configuration."""
    desk.ports = replace(desk.ports, settings=settings(**chosen))
    setup.prepare(desk.ports)
    return desk.ports


@pytest.fixture
def left(desk: Desk) -> Desk:
    """A live desk with a mail composed, another owed, a label wanted and an alarm, whose mailbox has left the configuration."""
    for sender, owner in (("zofia@rowery.example", ANA), (KOFI, JONAS)):
        desk.owned_by(started(desk, sender), owner)
    desk.clock.forward(hours=3)
    desk.wake()
    assert compose_owed(desk.ports, desk.id) == 2
    desk.clock.forward(hours=1)
    desk.wake()
    with desk.database.write() as conn:
        records.alarm(conn, f"sync/{desk.id}/", "It cannot be read.", desk.clock(), desk.id)
    configured(desk, mailboxes=ELSEWHERE)
    return desk


def started(desk: Desk, sender: str) -> str:
    thread = desk.writes(sender, subject=f"A lamp for {sender}").thread_id
    desk.sync()
    return thread


def test_nothing_is_read_labelled_or_mailed_any_more(left: Desk) -> None:
    assert not left.mailbox.is_live
    with left.calls() as calls:
        assert left.sync().skipped
        left.deliver()
        left.later(hours=30)
    assert not calls
    assert {envelope.state for envelope in left.envelopes()} == {"failed"}
    assert set(left.outbox()) == {"dropped"}
    left.bell.rung.clear()  # type: ignore[union-attr]
    left.tick()
    assert [rung for rung in left.bell.rung if rung[0] in ("deliver", "assign")] == []  # type: ignore[union-attr]


def test_it_is_not_on_the_board_unless_asked_for(left: Desk) -> None:
    board = queries.board(left.ports, show="all", imported=True)
    assert (board.tickets, board.counts["all"], board.alarms) == ((), 0, ())
    assert [(box.address, box.mode) for box in board.mailboxes] == [
        ("orders@lumenvelo.example", "observed"),
        (SUPPORT, "retired"),
    ]
    assert len(queries.board(left.ports, show="all", address=SUPPORT).tickets) == 2
    assert len(queries.board(left.ports, show="all", mailbox_id=left.id).tickets) == 2
    assert [audit.mailbox for audit in auditing.audits(left.ports)] == ["orders@lumenvelo.example"]


def test_the_doctor_says_what_it_is_and_how_it_goes_away(left: Desk) -> None:
    (line,) = (line for line in checkup.found(left.ports) if line.words.startswith(SUPPORT))
    assert line.ok
    assert "left the configuration: it is not read, nothing is sent, and the 2 tickets it brought" in line.words
    assert f"disconnect {SUPPORT}` deletes it with them." in line.words


def test_it_cannot_go_live_while_it_is_not_in_the_configuration(left: Desk) -> None:
    with pytest.raises(Refused, match="not in the configuration any more"):
        setup.live(left.ports, SUPPORT, "Claire Dubois")


def test_back_in_the_configuration_it_is_observed_and_nobody_is_mailed_about_the_past(left: Desk) -> None:
    configured(left)
    assert (left.mailbox.mode, left.mailbox.retired_at) == ("observed", None)
    started(left, "new@customer.example")
    assert len(left.board().tickets) == 3
    setup.live(left.ports, SUPPORT, "Claire Dubois")
    left.catch_up()
    assert left.mailed() == []


def test_back_in_the_demo_it_is_live_with_its_labels(left: Desk) -> None:
    ticket = queries.board(left.ports, address=SUPPORT).tickets[0]
    configured(left, demo=True)
    assert left.mailbox.is_live
    left.catch_up()
    assert left.labels(ticket.thread_id) == [{"SLA/Overdue"}]


def test_a_mailbox_that_left_can_be_deleted_with_all_it_brought_and_no_other(left: Desk) -> None:
    with pytest.raises(Refused, match="is in the configuration"):
        retiring.forget(left.ports, "orders@lumenvelo.example", "Claire Dubois")
    with pytest.raises(Refused, match=f"Those that have: {SUPPORT}"):
        retiring.forget(left.ports, "sales@lumenvelo.example", "Claire Dubois")
    assert retiring.tickets_to_forget(left.ports, SUPPORT) == 2
    retiring.forget(left.ports, SUPPORT, "Claire Dubois")
    with left.database.read() as conn:
        for table in (schema.tickets, schema.messages, schema.events, schema.outbox, schema.envelopes):
            assert conn.execute(select(func.count()).select_from(table)).scalar_one() == 0
        said = conn.execute(select(schema.audit.c.actor, schema.audit.c.what).order_by(schema.audit.c.id)).all()
    assert said[-1] == ("Claire Dubois", f"mailbox {SUPPORT} deleted")
