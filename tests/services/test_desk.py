"""The verbs that every face calls: what they do, and what they refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.timeline import Status
from inboxsla.errors import Missing, Refused
from inboxsla.services import desk
from tests.builders import ANA, JONAS, Desk


def test_a_hold_needs_a_reason_and_a_date_ahead(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    number, now = one_desk.ticket(thread).id, one_desk.clock()

    for reason, until in (("", now + timedelta(hours=1)), ("supplier", now)):
        with pytest.raises(Refused):
            desk.hold(one_desk.ports, number, ANA, reason=reason, until=until)
    desk.hold(one_desk.ports, number, ANA, reason="supplier", until=now + timedelta(hours=3))

    assert one_desk.view(thread).status_reason == "supplier"
    assert one_desk.view(thread).hold_until == now + timedelta(hours=3)
    one_desk.later(hours=3)
    assert one_desk.ticket(thread).status == "open"


def test_verbs_refuse_what_cannot_be_done_and_say_what_can(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    number = one_desk.ticket(thread).id

    with pytest.raises(Missing, match="no ticket 999"):
        desk.take(one_desk.ports, 999, ANA)
    with pytest.raises(Refused, match="critical, high, normal, low"):
        desk.set_priority(one_desk.ports, number, "urgent", ANA)
    with pytest.raises(Refused, match="Choose somebody who is"):
        desk.hand_over(one_desk.ports, number, "stranger@example.org", ANA)
    with pytest.raises(Refused, match="No tag"):
        desk.tag(one_desk.ports, number, ANA)

    with pytest.raises(Refused, match="yours already"):
        desk.take(one_desk.ports, number, ANA)
    desk.take(one_desk.ports, number, JONAS)
    assert one_desk.ticket(thread).owner == JONAS
    desk.set_status(one_desk.ports, number, Status.SOLVED, ANA)
    assert one_desk.ticket(thread).status == "solved"
