"""What somebody asks for on a card or page: done once, told in words, refused politely."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Kind
from inboxsla.errors import Missing, Refused
from inboxsla.services import queries
from inboxsla.services.acting import act
from inboxsla.services.viewers import Viewer
from tests.builders import ANA, CLAIRE, JONAS, KOFI, SUPPORT, Desk
from tests.services.acting_desk import arrived, does, who

HOUR = timedelta(hours=1)


def test_each_act_does_what_its_button_says(one_desk: Desk) -> None:
    thread = arrived(one_desk)

    assert does(one_desk, thread, "take", JONAS).notice == "The ticket is yours."
    assert one_desk.ticket(thread).owner == JONAS
    assert does(one_desk, thread, "hand_over", to=CLAIRE).notice == "The ticket is with Claire Dubois now."
    assert does(one_desk, thread, "waiting").notice == "The ticket waits for the customer."
    assert does(one_desk, thread, "reopen").notice == "The ticket is open."
    assert does(one_desk, thread, "priority", priority="High").notice == "The priority is high now."
    assert does(one_desk, thread, "tags", tags="refund, vip").notice == "Tagged refund, vip."
    assert does(one_desk, thread, "tags", tags="vip,late").notice == "Tagged late; no longer tagged refund."
    assert does(one_desk, thread, "hold", reason="supplier", until="2026-11-26T09:00").notice == (
        "The ticket is on hold until Thu 09:00\u00a0CET: supplier."
    )
    assert does(one_desk, thread, "solve").notice == "The ticket is solved."
    assert does(one_desk, thread, "not_a_ticket").notice == "This is marked as not a ticket. No timer runs."
    assert does(one_desk, thread, "make_ticket").notice == "The ticket is open."

    row = one_desk.ticket(thread)
    assert (row.owner, row.status, row.priority, row.tags) == (CLAIRE, "open", "high", ["late", "vip"])


def test_asked_for_again_it_is_done_once_and_told_the_same(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    first = does(one_desk, thread, "solve", source="nonce-1")
    before = one_desk.events(thread)
    does(one_desk, thread, "reopen", JONAS, source="nonce-2")

    again = does(one_desk, thread, "solve", source="nonce-1", seen=before[-1].number)

    assert (first.outcome, again.outcome, again.notice) == ("done", "again", first.notice)
    assert not again.offers_undo
    assert does(one_desk, thread, "reopen", JONAS, source="nonce-2").offers_undo
    assert one_desk.ticket(thread).status == "open"


def test_who_was_slower_is_told_who_did_what_and_changes_nothing(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    seen = one_desk.view(thread).seen
    does(one_desk, thread, "take", JONAS, seen=seen)
    one_desk.clock.forward(minutes=1)

    slower = does(one_desk, thread, "take", CLAIRE, seen=seen)

    assert slower.outcome == "faster"
    assert slower.notice == (
        "Jonas Weber was faster. Jonas Weber took it at 11:00\u00a0CET. Your click changed nothing."
    )
    assert one_desk.ticket(thread).owner == JONAS
    assert does(one_desk, thread, "take", CLAIRE, seen=one_desk.view(thread).seen).outcome == "done"


def test_a_customer_who_wrote_meanwhile_is_read_before_the_ticket_is_solved(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    seen = one_desk.view(thread).seen
    one_desk.writes_again(thread)
    one_desk.catch_up()

    assert does(one_desk, thread, "solve", seen=seen).notice == (
        "The customer wrote at 11:00\u00a0CET. Read that first: your click changed nothing."
    )
    for name, fields in (("note", {"text": "Look"}), ("tags", {"tags": "late"}), ("escalate", {})):
        assert does(one_desk, thread, name, seen=seen, **fields).outcome == "done", name


def test_neither_time_nor_machines_nor_oneself_are_ever_faster(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    seen = one_desk.view(thread).seen
    one_desk.later(hours=3, minutes=10)
    does(one_desk, thread, "priority", priority="high", seen=seen)
    assert Kind.STEP_TAKEN in [event.kind for event in one_desk.events(thread)]

    assert does(one_desk, thread, "solve", seen=seen).outcome == "done"


def test_what_a_person_gets_wrong_is_said_at_its_field(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    before = one_desk.events(thread)
    wrong = {
        ("hand_over", "to"): {"to": KOFI},
        ("hold", "reason"): {},
        ("hold", "until"): {"reason": "supplier", "until": "next week"},
        ("priority", "priority"): {"priority": "urgent"},
        ("tags", "tags"): {"tags": "x" * 61},
        ("escalate", "words"): {"words": "x" * 201},
        ("note", "text"): {"text": " "},
        ("answered_elsewhere", "how"): {"how": "telepathy"},
        ("answered_elsewhere", "at"): {"how": "phone", "at": "23:59"},
    }
    for (name, field), fields in wrong.items():
        acted = does(one_desk, thread, name, **fields)
        assert (acted.outcome, list(acted.complaints)) == ("refused", [field]), (name, acted)

    assert one_desk.events(thread) == before


def test_nobody_acts_on_a_ticket_they_may_not_see_and_no_act_is_invented(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    stranger = Viewer("eve@example.org", "Eve", "", {})

    with pytest.raises(Missing):
        act(one_desk.ports, stranger, one_desk.ticket(thread).id, "solve", {}, seen=None, source=None)
    with pytest.raises(Missing):
        act(one_desk.ports, who(one_desk, ANA), 10**20, "solve", {}, seen=None, source=None)
    with pytest.raises(Refused, match="nothing that can be done"):
        does(one_desk, thread, "explode")


def test_the_mailboxs_own_account_acts_as_somebody_but_cannot_own_a_ticket(one_desk: Desk) -> None:
    thread = arrived(one_desk)

    assert "Sign in as yourself" in does(one_desk, thread, "take", SUPPORT).notice
    assert does(one_desk, thread, "solve", SUPPORT).outcome == "done"
    assert one_desk.events(thread)[-1].actor is None


def test_leads_give_more_time_and_agents_do_not(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    due = one_desk.view(thread).next_due
    assert due is not None

    assert does(one_desk, thread, "extend", length="2h", reason="parts").outcome == "refused"
    assert does(one_desk, thread, "extend", CLAIRE, length="2h", reason="parts are late").notice == (
        "First response has 2\u00a0h more."
    )
    assert one_desk.view(thread).next_due == due + 2 * HOUR
    assert does(one_desk, thread, "extend", CLAIRE, length="soon", reason="parts").complaints.keys() == {"length"}
    assert does(one_desk, thread, "extend", CLAIRE, metric="update", length="2h", reason="x").complaints.keys() == {
        "metric"
    }


def test_absurd_text_is_kept_as_text_or_refused_and_never_an_error(desk: Desk) -> None:
    """What pages can send and databases refuse: zero bytes, halves of characters, line breaks where one line is meant."""
    thread = arrived(desk)
    absurd = "\x00sup\x07plier \ud800 \u202e<b>&\n\r\nlate\x9f"

    assert does(desk, thread, "hold", reason=absurd, source=absurd * 40).outcome == "done"
    assert desk.view(thread).status_reason == "supplier ? \u202e<b>& late"
    assert does(desk, thread, "note", text=absurd).outcome == "done"
    assert does(desk, thread, "tags", tags=",,\x00,").outcome == "refused"
    for name, field in (("hold", "until"), ("answered_elsewhere", "at"), ("absence", "start")):
        for when in ("9999-12-31T23:59", "0001-01-01", "2026-02-30", "\ud800", "99:99", "1" * 5000):
            acted = does(desk, thread, name, **{"reason": "x", "how": "phone", "until": "2026-12-01", field: when})
            assert (acted.outcome, list(acted.complaints)) == ("refused", [field]), (name, when)


def test_the_command_line_says_why_a_promise_is_due_later_than_the_policy_says(one_desk: Desk) -> None:
    thread = arrived(one_desk)
    does(one_desk, thread, "extend", CLAIRE, length="2h", reason="parts are late")
    say = English("Europe/Berlin")

    page = listing.one(queries.ticket(one_desk.ports, one_desk.ticket(thread).id, say), say, why=True)
    shown = " ".join(page.replace("\u00a0", " ").split())

    assert "4 h around the clock, from Tue 24 Nov 2026 10:48 CET 2 h more since 11:00 CET: parts are late." in shown
    assert "Claire Dubois gave first response 2 h more (parts are late)" in shown
