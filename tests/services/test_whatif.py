"""A draft configuration, replayed on what happened; and one message, tried on the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla import listing
from inboxsla.config.document import Document, read
from inboxsla.errors import Refused
from inboxsla.services import configuring, in_force, rollout, trying, whatif
from tests.builders import ANA, CLAIRE, SUPPORT, Desk
from tests.services.acting_desk import does
from tests.services.test_ruling import BASE, RULES, saved

MAIL = b"From: Zofia <zofia@rowery.example>\r\nTo: support@lumenvelo.example\r\nSubject: Outage since 9\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n\r\nNothing works."


def drafted(desk: Desk, text: str) -> Document:
    return read(
        text.replace('tags = ["multi-touch"]', 'tags = ["multi-touch", "outage"]'), "draft", desk.clock()
    ).document


def replayed(desk: Desk, text: str, days: int = 90) -> whatif.WhatIf:
    return whatif.whatif(desk.ports, drafted(desk, text), days, None, lambda _: None)


@pytest.fixture
def busy(one_desk: Desk) -> Desk:
    """One question answered after an hour, one not at all; two hours have passed."""
    saved(one_desk, BASE + RULES)
    answered = one_desk.writes(subject="Invoice 1182").thread_id
    one_desk.writes(subject="Invoice 1183")
    one_desk.catch_up()
    one_desk.clock.forward(hours=1)
    one_desk.answers(answered)
    one_desk.later(hours=1)
    return one_desk


def test_a_draft_that_says_the_same_changes_nothing(busy: Desk) -> None:
    found = replayed(busy, BASE + RULES)

    assert found.now == found.then
    assert (found.misses_appear, found.misses_vanish, found.tickets) == (0, 0, 2)


def test_a_shorter_promise_shows_which_tickets_would_have_been_missed_and_who_would_have_been_mailed(
    busy: Desk,
) -> None:
    found = replayed(busy, BASE.replace('first_response = "4h"', 'first_response = "30m"') + RULES)

    first = {one.metric: one for one in found.then.figures.promises}["first_response"]
    assert (first.met, first.missed) == (0, 2)
    assert found.misses_appear == 2
    assert len(found.appear) == 2
    assert found.misses_vanish == 0
    assert found.then.mails > found.now.mails
    assert (found.now.reassignments, found.then.reassignments) == (0, 2)


def test_the_rules_of_a_draft_are_asked_about_the_messages_as_they_are_kept(busy: Desk) -> None:
    invoices = (
        '[[rules]]\nname = "Invoices"\nwhen = {subject = {starts_with = "invoice 1183"}}\nthen = {policy = "Outage"}\n'
    )

    found = replayed(busy, BASE + invoices)

    assert found.matched == {"Invoices": 1}
    assert found.then.policies == {"Standard": 1, "Outage": 1}
    assert found.misses_appear == 2


def test_what_a_draft_would_keep_off_the_board_is_counted(busy: Desk) -> None:
    invoices = '[[rules]]\nname = "Invoices"\nwhen = {subject = {contains = "1183"}}\nthen = {not_a_ticket = true}\n'

    found = replayed(busy, BASE + invoices)

    assert found.no_tickets == 1
    assert found.then.figures.tickets == 1


def test_a_replay_writes_nothing_and_reaches_no_further_back_than_said(busy: Desk) -> None:
    before = busy.board()
    busy.clock.forward(days=3)

    assert replayed(busy, BASE + RULES, days=2).tickets == 0
    assert replayed(busy, BASE + RULES, days=4).tickets == 2
    busy.clock.forward(days=-3)
    assert busy.board() == before


def test_for_somebody_who_waits_only_the_newest_are_replayed_and_it_says_of_how_many(busy: Desk) -> None:
    busy.writes(subject="Invoice 1184")
    busy.catch_up()

    found = whatif.whatif(busy.ports, drafted(busy, BASE + RULES), 90, None, lambda _: None, most=1)

    assert (found.tickets, found.there_are) == (1, 3)
    first = {one.metric: one for one in found.now.figures.promises}["first_response"]
    assert (first.met, first.running) == (0, 1)


def test_what_was_rolled_out_is_what_the_replay_foretold(busy: Desk) -> None:
    shorter = BASE.replace('first_response = "4h"', 'first_response = "90m"') + RULES
    foretold = replayed(busy, shorter).then

    saved(busy, shorter, open_too=True)
    while rollout.roll_out(busy.ports):
        pass
    found = replayed(busy, shorter).now

    assert {one.metric: one.met for one in found.figures.promises} == {
        one.metric: one.met for one in foretold.figures.promises
    }


def test_the_page_of_figures_says_plainly_what_it_is(busy: Desk) -> None:
    found = replayed(busy, BASE.replace('first_response = "4h"', 'first_response = "30m"') + RULES)
    say = listing.speech(in_force.zone(busy.ports))

    text = listing.whatif_text(found, say)
    assert "This replays clocks, not people" in text
    assert "Misses that would appear  2  (tickets" in text
    assert '"misses_appear": 2' in listing.whatif_json(found)
    busy.clock.forward(days=9)
    assert "look further back" in listing.whatif_text(replayed(busy, BASE, days=1), say)


def test_a_message_tried_on_the_rules_says_which_matched_and_when_what_is_due(busy: Desk) -> None:
    document = configuring.current(busy.ports).document

    tried = trying.try_message(busy.ports, document, MAIL, SUPPORT, None)
    text = listing.trial_text(tried, listing.speech(in_force.zone(busy.ports)))

    assert (tried.policy_name, tried.ruling.rule_of("policy")) == ("Outage", "Outages")
    due = {clock.reading.metric: clock.reading.due_at for clock in tried.clocks}
    assert due["first_response"] == tried.at + timedelta(minutes=30)
    assert "by rule “Outages”" in text
    assert "Critical" in text
    assert len(busy.board().tickets) == 2


def test_a_message_that_is_none_and_a_mailbox_that_is_not_known_are_refused(busy: Desk) -> None:
    document = configuring.current(busy.ports).document

    with pytest.raises(Refused, match="No message can be made"):
        trying.try_message(busy.ports, document, b"\0\0", SUPPORT, None)
    with pytest.raises(Refused, match="Known: support@lumenvelo.example"):
        trying.try_message(busy.ports, document, MAIL, ANA, None)


def test_what_people_said_about_promises_counts_in_a_replay_and_what_they_took_back_does_not(busy: Desk) -> None:
    answered, late = (each.thread_id for each in (busy.writes(subject="Invoice 7"), busy.writes(subject="Invoice 8")))
    busy.catch_up()
    does(busy, answered, "answered_elsewhere", how="phone")
    saved(
        busy,
        BASE.replace('role = "agent"', "")
        + f'\n[[people]]\naddress = "{CLAIRE}"\nname = "Claire"\nrole = "lead"\n'
        + RULES,
    )
    does(busy, late, "extend", CLAIRE, length="2h", reason="parts")
    does(busy, late, "tags", tags="multi-touch")
    does(busy, late, "undo")

    found = replayed(busy, BASE + RULES)
    assert found.now == found.then
    assert (found.misses_appear, found.misses_vanish) == (0, 0)

    shorter = replayed(busy, BASE.replace('first_response = "4h"', 'first_response = "10m"') + RULES)
    assert {busy.ticket(answered).id, busy.ticket(late).id}.isdisjoint(shorter.appear)
