"""Undo: one's own last act, as long as nobody built on it and it is not long ago."""

from __future__ import annotations

from inboxsla.services import configuring
from inboxsla.services.acting import may_undo
from inboxsla.services.looking import look
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.acting_desk import arrived, does, who
from tests.services.test_ruling import BASE, RULES


def could_undo(desk: Desk, thread: str, by: str = ANA) -> str | None:
    with desk.database.read() as conn:
        return may_undo(look(conn, [desk.ticket(thread)], desk.clock())[0], who(desk, by))


def test_what_was_done_last_is_taken_back_and_then_there_is_nothing_more(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "priority", priority="high")
    assert does(one_desk, thread, "solve").offers_undo
    one_desk.clock.forward(minutes=9)
    assert could_undo(one_desk, thread) == "solve"

    undone = does(one_desk, thread, "undo", source="nonce")

    assert (undone.outcome, undone.notice, undone.offers_undo) == ("done", "Taken back.", False)
    row = one_desk.ticket(thread)
    assert (row.status, row.priority) == ("open", "high")
    assert does(one_desk, thread, "undo", source="nonce").outcome == "again"
    assert does(one_desk, thread, "undo").notice == "There is nothing of yours to take back here."
    assert could_undo(one_desk, thread) is None


def test_an_act_that_is_replayed_after_it_was_taken_back_stays_taken_back(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "solve", source="nonce")
    does(one_desk, thread, "undo")

    assert does(one_desk, thread, "solve", source="nonce").outcome == "again"
    assert one_desk.ticket(thread).status == "open"


def test_nobody_takes_back_what_others_did_or_built_on(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "solve")
    assert does(one_desk, thread, "undo", JONAS).outcome == "refused"

    one_desk.clock.forward(minutes=1)
    one_desk.writes_again(thread)
    one_desk.catch_up()

    undone = does(one_desk, thread, "undo")
    assert (undone.outcome, undone.notice) == (
        "faster",
        "The customer wrote at 11:01\u00a0CET. Read that first: your click changed nothing.",
    )
    assert could_undo(one_desk, thread) is None


def test_after_ten_minutes_it_is_changed_by_hand(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "hand_over", to=JONAS)
    one_desk.clock.forward(minutes=10, seconds=1)

    assert "ten minutes" in does(one_desk, thread, "undo").notice
    assert one_desk.ticket(thread).owner == JONAS


def test_notes_and_escalations_have_gone_out_and_stay(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    for name, fields in (("note", {"text": "Hm"}), ("escalate", {})):
        assert not does(one_desk, thread, name, **fields).offers_undo
        assert does(one_desk, thread, "undo").notice == "What you did last cannot be taken back."


def test_what_rules_said_because_of_it_is_taken_back_with_it(one_desk: Desk) -> None:
    text = (BASE + RULES).replace('tags = ["multi-touch"]', 'tags = ["multi-touch", "outage"]')
    configuring.import_(one_desk.ports, text, "the tests", False)
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    before = one_desk.ticket(thread)
    does(one_desk, thread, "tags", tags="multi-touch")
    assert one_desk.view(thread).policy_name == "Multi-touch"

    does(one_desk, thread, "undo")

    after = one_desk.ticket(thread)
    assert (one_desk.view(thread).policy_name, after.tags, after.due_at) == ("Standard", [], before.due_at)


def test_mail_that_went_out_meanwhile_stays_and_the_notice_says_so(one_desk: Desk) -> None:
    """An hour is left for a high priority; at half past three hours the reminder of a shorter promise is already due."""
    text = BASE.replace('first_response = "4h"', 'first_response = {normal = "4h", high = "10m"}')
    configuring.import_(one_desk.ports, text, "the tests", False)
    thread = one_desk.writes().thread_id
    one_desk.catch_up()
    one_desk.clock.forward(minutes=9, seconds=30)
    does(one_desk, thread, "priority", priority="high")
    one_desk.catch_up()
    assert one_desk.mailed() == [ANA]

    assert does(one_desk, thread, "undo").notice == "Taken back. What was mailed meanwhile stays mailed."
    one_desk.later(minutes=30)
    assert one_desk.mailed() == [ANA]


def test_more_time_and_answers_elsewhere_are_taken_back_too(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    due = one_desk.view(thread).next_due
    does(one_desk, thread, "extend", CLAIRE, length="2h", reason="parts")
    does(one_desk, thread, "undo", CLAIRE)
    assert one_desk.view(thread).next_due == due

    does(one_desk, thread, "answered_elsewhere", how="phone", at="10:50")
    assert one_desk.clocks(thread)["first_response"] == "met"
    does(one_desk, thread, "undo")
    assert one_desk.clocks(thread)["first_response"] == "running"
