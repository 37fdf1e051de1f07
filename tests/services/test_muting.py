"""An owner who has read it gets no more reminders of a ticket, until somebody else does something; leads get theirs."""

from __future__ import annotations

from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.acting_desk import arrived, does


def test_who_mutes_a_ticket_is_reminded_no_more_and_the_lead_is_told_all_the_same(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    one_desk.later(hours=2.8)
    assert one_desk.mailed() == [ANA]

    assert does(one_desk, thread, "mute").notice.startswith("You get no reminder of it any more")
    one_desk.later(hours=0.6)
    assert one_desk.mailed() == [ANA]
    one_desk.later(hours=0.4)

    assert CLAIRE in one_desk.mailed()
    to_ana = [mail["Subject"] for mail in one_desk.mails() if mail["To"].addresses[0].addr_spec == ANA]
    assert [subject.partition(":")[0] for subject in to_ana[1:]] == ["With Jonas Weber now"]


def test_what_somebody_else_does_ends_it(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "mute")
    does(one_desk, thread, "tags", tags="refund")
    assert "already" in does(one_desk, thread, "mute").notice, "one's own acts do not"

    does(one_desk, thread, "priority", JONAS, priority="low")
    one_desk.later(hours=2.8)
    does(one_desk, thread, "mute")
    one_desk.writes_again(thread)
    one_desk.later(hours=0.6)

    assert one_desk.mailed() == [ANA, ANA]


def test_it_can_be_taken_back_and_is_in_nobodys_way(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    seen = one_desk.view(thread).seen
    assert does(one_desk, thread, "mute").offers_undo
    assert does(one_desk, thread, "waiting", JONAS, seen=seen).outcome == "done"
    does(one_desk, thread, "reopen", JONAS)

    does(one_desk, thread, "mute")
    assert does(one_desk, thread, "undo").notice == "Taken back."
    one_desk.later(hours=2.8)
    assert one_desk.mailed() == [ANA]


def test_only_the_owner_has_something_to_mute(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    assert does(one_desk, thread, "mute", JONAS).outcome == "refused"
    does(one_desk, thread, "solve")
    assert does(one_desk, thread, "mute").outcome == "refused"
