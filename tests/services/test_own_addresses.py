"""Own addresses: those configured, and those Gmail itself knows the account to send under."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.storage.database import Database
from tests.builders import ANA, SUPPORT, ZOFIA, Desk, a_desk, settings

HELP = "help@lumenvelo.example"


@pytest.fixture
def unconfigured(sqlite_database: Database) -> Iterator[Desk]:
    """The mailbox has an alias in Gmail that nobody wrote into the configuration."""
    with a_desk(sqlite_database, settings(mailboxes=[{"address": SUPPORT}])) as made:
        yield made


def test_an_alias_that_gmail_knows_is_ours(unconfigured: Desk) -> None:
    unconfigured.sync()
    assert unconfigured.mailbox.own_addresses == {SUPPORT, HELP}
    thread = unconfigured.writes(to=HELP).thread_id
    # To ourselves and to nobody outside: no answer.
    unconfigured.answers(thread)
    inside = unconfigured.sends(HELP, subject="Note to ourselves").thread_id
    unconfigured.catch_up()
    assert unconfigured.find(inside) is None
    assert unconfigured.clocks(thread)["first_response"] == "met"


def test_a_form_that_comes_from_an_alias_names_its_customer(unconfigured: Desk) -> None:
    unconfigured.sync()
    thread = unconfigured.writes(HELP, "I want a lamp", "Form", headers={"Reply-To": ZOFIA}).thread_id
    unconfigured.catch_up()
    assert unconfigured.ticket(thread).requester == ZOFIA


def test_gmail_is_asked_once_a_day(unconfigured: Desk) -> None:
    with unconfigured.calls() as calls:
        for _ in range(3):
            unconfigured.sync()
    assert calls["sendAs.list"] == 1
    unconfigured.clock.forward(hours=24)
    with unconfigured.calls() as calls:
        unconfigured.sync()
    assert calls["sendAs.list"] == 1


@pytest.mark.parametrize(("code", "reason"), [(404, "notFound"), (403, "insufficientPermissions")])
def test_a_gmail_that_does_not_tell_is_read_all_the_same(unconfigured: Desk, code: int, reason: str) -> None:
    unconfigured.faults.plan(Fault("status", "sendAs.list", code=code, reason=reason))
    thread = unconfigured.writes().thread_id
    unconfigured.catch_up()
    assert unconfigured.ticket(thread).status == "open"
    assert unconfigured.mailbox.own_addresses == {SUPPORT}


def test_an_agent_who_answers_from_home_with_an_alias_in_copy_answers(unconfigured: Desk) -> None:
    thread = unconfigured.writes(to=HELP).thread_id
    unconfigured.catch_up()
    unconfigured.clock.forward(minutes=5)
    unconfigured.writes(ANA, "On its way.", "Re: it", to=ZOFIA, thread_id=thread, headers={"Cc": HELP})
    unconfigured.catch_up()
    told = next(event for event in unconfigured.events(thread) if event.kind is Kind.STAFF_WROTE)
    assert told.actor == ANA
    assert unconfigured.clocks(thread)["first_response"] == "met"


def test_a_group_that_rewrote_the_sender_is_answered_by_the_agents_answer(desk_with_a_list: Desk) -> None:
    """From is the group's own address; the customer is in X-Original-Sender and Reply-To."""
    desk = desk_with_a_list
    headers = {
        "X-Original-Sender": ZOFIA,
        "Reply-To": ZOFIA,
        "List-Id": "<support.lumenvelo.example>",
        "Precedence": "list",
    }
    thread = desk.writes("support@lumenvelo.example", "Where is it?", "Refund", headers=headers).thread_id
    desk.catch_up()
    assert desk.ticket(thread).requester == ZOFIA
    desk.sends(ZOFIA, "On its way.", "Re: Refund", thread)
    desk.catch_up()
    assert desk.clocks(thread)["first_response"] == "met"
