"""Who wrote to whom, in which role: what makes a ticket, what answers it, and what is only noise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import mailroom
from inboxsla.gmail.simulator.letters import letter
from tests.builders import ANA, CLAIRE, JONAS, KOFI, REFUND, SUPPORT, ZOFIA, Desk

WROTE, ANSWERED = Kind.CUSTOMER_WROTE, Kind.STAFF_WROTE


def test_a_customers_mail_makes_a_ticket(desk: Desk) -> None:
    mail = desk.writes()
    desk.sync()
    ticket = desk.ticket(mail.thread_id)
    assert (ticket.subject, ticket.requester, ticket.requester_name) == (REFUND, ZOFIA, "Zofia Wiśniewska")
    assert desk.clocks(mail.thread_id) == {"first_response": "running", "resolution": "running"}
    assert ticket.due_at == desk.clock() + timedelta(hours=4)


def test_the_clock_starts_when_gmail_took_the_mail_whatever_its_date_says(desk: Desk) -> None:
    accepted = desk.clock() - timedelta(hours=1)
    raw = letter(sender=ZOFIA, to=SUPPORT, subject=REFUND, text="Hello", at=desk.clock() + timedelta(days=400))
    mail = desk.store.deliver(SUPPORT, raw, at=accepted)
    desk.sync()
    assert desk.ticket(mail.thread_id).due_at == accepted + timedelta(hours=4)


def test_the_agent_behind_an_answer_is_known_from_the_sender_line(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.clock.forward(minutes=10)
    desk.answers(thread, ANA)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ANSWERED]
    assert desk.events(thread)[1].actor == ANA
    assert desk.clocks(thread)["first_response"] == "met"
    ticket = desk.ticket(thread)
    assert (ticket.status, ticket.owner) == ("waiting_on_customer", ANA)


def test_without_a_sender_line_the_team_answered(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.answers(thread, ANA, sender_header=False)
    desk.sync()
    assert desk.events(thread)[1].actor is None
    assert desk.clocks(thread)["first_response"] == "met"
    assert desk.ticket(thread).owner is None


def test_an_agent_who_answers_from_their_own_account_answers(desk: Desk) -> None:
    """C65: with the mailbox in copy, a mail from a personal address counts."""
    thread = desk.writes().thread_id
    desk.writes_again(thread, ANA, "It is on its way.", to=f"{ZOFIA}, {SUPPORT}")
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ANSWERED]
    assert desk.events(thread)[1].actor == ANA
    assert desk.clocks(thread)["first_response"] == "met"


@pytest.mark.parametrize("to", [JONAS, "warehouse@partner.example", f"{JONAS}, {SUPPORT}"])
def test_mail_that_the_customer_did_not_get_is_no_answer(desk: Desk, to: str) -> None:
    thread = desk.writes().thread_id
    desk.sends(to, "Can you look at this?", f"Fwd: {REFUND}", thread)
    desk.sync()
    assert desk.clocks(thread)["first_response"] == "running"
    assert desk.ticket(thread).status == "open"


def test_an_answer_counts_with_the_customer_only_in_copy(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sends("warehouse@partner.example", thread=thread, Cc=f"{JONAS}, {ZOFIA}")
    desk.sync()
    assert desk.clocks(thread)["first_response"] == "met"


def test_a_message_from_our_own_address_that_gmail_did_not_send_is_a_customers(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.writes_again(thread, SUPPORT, "Pay here instead", to=ZOFIA)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, WROTE]
    assert desk.clocks(thread)["first_response"] == "running"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"X-Autoreply": "yes"},
        {"Precedence": "bulk"},
        {"List-Unsubscribe": "<https://news.example/out>"},
    ],
)
def test_a_machines_mail_makes_no_ticket_and_is_no_customer(desk: Desk, headers: dict[str, str]) -> None:
    """C39: it is recorded, and neither starts, stops nor reopens anything."""
    alone = desk.writes("robot@shop.example", "I am away", "Hello", headers=headers)
    thread = desk.writes().thread_id
    desk.answers(thread)
    desk.writes_again(thread, headers=headers, text="I am on holiday")
    desk.sync()
    assert desk.find(alone.thread_id) is None
    assert desk.kinds(thread)[-1] in (Kind.MACHINE_WROTE, ANSWERED)
    assert desk.ticket(thread).status == "waiting_on_customer"


def test_an_automatic_acknowledgement_of_ours_does_not_answer(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sends(ZOFIA, "We got your mail", f"Re: {REFUND}", thread, **{"Auto-Submitted": "auto-replied"})
    desk.sync()
    assert desk.clocks(thread)["first_response"] == "running"


def test_mail_through_one_of_our_own_lists_is_ordinary_mail(desk_with_a_list: Desk) -> None:
    """C41: list headers of our own group say nothing."""
    headers = {"List-Id": "Support <support.lumenvelo.example>", "Precedence": "list"}
    mail = desk_with_a_list.writes(headers=headers)
    desk_with_a_list.sync()
    assert desk_with_a_list.kinds(mail.thread_id) == [WROTE]


def test_a_bounce_reopens_what_the_answer_had_met(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.clock.forward(minutes=5)
    answer = desk.answers(thread)
    desk.sync()
    assert desk.clocks(thread)["first_response"] == "met"
    desk.clock.forward(minutes=5)
    desk.store.bounce(SUPPORT, answer.message_id, ZOFIA)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ANSWERED, Kind.BOUNCED]
    assert desk.clocks(thread)["first_response"] == "running"
    assert desk.ticket(thread).due_at == desk.events(thread)[0].happened_at + timedelta(hours=4)


def test_a_bounce_in_a_thread_of_its_own_finds_its_ticket(desk: Desk) -> None:
    thread = desk.writes().thread_id
    answer = desk.answers(thread)
    desk.sync()
    rfc_id = next(row.rfc_id for row in desk.kept(thread) if row.gmail_id == answer.message_id)
    bounce = (
        "Return-Path: <>\r\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\r\n"
        f"To: {SUPPORT}\r\nSubject: Delivery Status Notification (Failure)\r\nX-Failed-Recipients: {ZOFIA}\r\n"
        f"In-Reply-To: <{rfc_id}>\r\nReferences: <{rfc_id}>\r\n\r\nNot found.\r\n"
    )
    elsewhere = desk.store.deliver(SUPPORT, bounce.encode())
    assert elsewhere.thread_id != thread
    desk.sync()
    assert desk.kinds(thread)[-1] is Kind.BOUNCED
    assert desk.clocks(thread)["first_response"] == "running"
    assert desk.find(elsewhere.thread_id) is None


def test_a_colleague_who_is_not_on_the_list_is_a_customer(desk: Desk) -> None:
    mail = desk.writes("petra@lumenvelo.example", "My lamp broke too", "Staff order")
    desk.sync()
    assert desk.kinds(mail.thread_id) == [WROTE]


def test_a_thread_that_staff_began_waits_for_the_customer_without_clocks(desk: Desk) -> None:
    thread = desk.store.start_as(SUPPORT, ANA, ZOFIA, "Recall of your lamp", "Please send it back.").thread_id
    desk.sync()
    assert desk.ticket(thread).status == "waiting_on_customer"
    assert desk.clocks(thread) == {}
    assert desk.ticket(thread).requester == ZOFIA
    desk.clock.forward(hours=1)
    desk.writes_again(thread)
    desk.sync()
    assert desk.clocks(thread) == {"next_response": "running", "resolution": "running"}


def test_staff_writing_to_each_other_make_no_ticket(desk: Desk) -> None:
    outgoing = desk.sends(JONAS, "Lunch?", "Lunch")
    incoming = desk.writes(JONAS, "Yes", "Lunch today")
    desk.sync()
    assert desk.find(outgoing.thread_id) is None
    assert desk.find(incoming.thread_id) is None


def test_a_form_names_its_customer_in_reply_to_and_an_answer_to_them_counts(desk: Desk) -> None:
    mail = desk.writes("no-reply@forms.example", "Name: Zofia", "Contact form", headers={"Reply-To": ZOFIA})
    desk.sync()
    assert desk.ticket(mail.thread_id).requester == ZOFIA
    desk.sends(ZOFIA, "Thank you", "Re: Contact form", mail.thread_id)
    desk.sync()
    assert desk.clocks(mail.thread_id)["first_response"] == "met"


def test_drafts_are_nobodys_message(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    draft = desk.store.autosave_draft(SUPPORT, "Dear Zof", thread_id=thread)
    draft = desk.store.autosave_draft(SUPPORT, "Dear Zofia", thread_id=thread, previous=draft.message_id)
    alone = desk.store.autosave_draft(SUPPORT, "An idea")
    desk.sync()
    assert desk.kinds(thread) == [WROTE]
    assert desk.find(alone.thread_id) is None
    assert len(desk.kept(thread)) == 1


@pytest.mark.parametrize("synced_between", [True, False])
def test_a_draft_that_was_sent_counts_even_if_it_keeps_its_id(desk: Desk, synced_between: bool) -> None:
    thread = desk.writes().thread_id
    desk.sync()
    raw = letter(
        sender=SUPPORT, to=ZOFIA, subject=f"Re: {REFUND}", text="Sorry!", at=desk.clock(), headers={"Sender": ANA}
    )
    draft = desk.store.deliver(SUPPORT, raw, labels=("DRAFT",), thread_id=thread)
    if synced_between:
        desk.sync()
        assert desk.kinds(thread) == [WROTE]
    _send_draft(desk, draft.message_id)
    desk.sync()
    assert desk.kinds(thread) == [WROTE, ANSWERED]
    assert desk.events(thread)[1].actor == ANA


def _send_draft(desk: Desk, message_id: str) -> None:
    """Gmail's own clients may send a draft under the id it has."""
    with desk.store.database.writing() as conn:
        at = mailroom.advance(conn, SUPPORT, desk.store.dice)
        row = conn.execute("SELECT thread_id FROM messages WHERE id = ?", (message_id,)).fetchone()
        placed = mailroom.Placed(message_id, row["thread_id"])
        conn.execute(
            "UPDATE message_labels SET label_id = 'SENT' WHERE message_id = ? AND label_id = 'DRAFT'", (message_id,)
        )
        mailroom.record(conn, SUPPORT, at, "labelRemoved", placed, changed=["DRAFT"], labels=["SENT"])
        mailroom.record(conn, SUPPORT, at, "labelAdded", placed, changed=["SENT"], labels=["SENT"])


def test_a_thread_of_five_hundred_messages_is_one_ticket(desk: Desk) -> None:
    thread = desk.writes().thread_id
    for n in range(499):
        desk.clock.forward(minutes=1)
        if n % 2:
            desk.writes_again(thread, text=f"And another thing, number {n}")
        else:
            desk.sends(ZOFIA, f"Yes, number {n}", f"Re: {REFUND}", thread)
    desk.sync()
    assert len(desk.kept(thread)) == 500
    assert len(desk.kinds(thread)) == 500
    desk.writes_again(thread)
    desk.sync()
    assert len(desk.kinds(thread)) == 501


def test_mail_hostile_in_every_header_is_taken_in(desk: Desk) -> None:
    raw = (
        b"From: =?utf-8?q?Z=00ofia?= <zofia@rowery.example>\r\nTo: support@lumenvelo.example\r\n"
        b"Subject: =?utf-8?q?Two=0D=0Alines?= \x00 \xff\xfe\r\nDate: Thu, 99 Foo 10000 99:99\r\n"
        b"Content-Type: text/plain; charset=klingon-1\r\nX-Many: " + b"x" * 5000 + b"\r\n"
        b"\r\n\x00 body \xf0\x28 with NUL \x00\r\n"
    )
    hostile = desk.store.deliver(SUPPORT, raw)
    neighbour = desk.writes(KOFI, "Where is my lamp?", "Order 1191")
    desk.sync()
    assert desk.kinds(neighbour.thread_id) == [WROTE]
    ticket = desk.ticket(hostile.thread_id)
    assert "\n" not in ticket.subject
    assert "\x00" not in ticket.subject


def test_a_lead_counts_as_staff(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.answers(thread, CLAIRE)
    desk.sync()
    assert desk.events(thread)[1].actor == CLAIRE
