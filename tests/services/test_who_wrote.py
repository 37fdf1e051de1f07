"""Who asks and who answers, where From is not the whole story: groups, delegates, forms, forwarders, machines."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from inboxsla.domain.timeline import Kind
from inboxsla.storage import mailboxes
from tests.builders import ANA, REFUND, SUPPORT, ZOFIA, Desk

JANE = "jane@client.example"
GROUP = {
    "List-ID": "<support.lumenvelo.example>",
    "Mailing-list": f"list {SUPPORT}; contact support+owners@lumenvelo.example",
    "X-Google-Group-Id": "830143",
    "List-Unsubscribe": "<mailto:googlegroups-manage+830143+unsubscribe@lumenvelo.example>",
    "Precedence": "list",
}


def arrives(desk: Desk, sender: str, text: str = "It broke.", **more: object) -> str:
    """A mail as somebody's server hands it over; header names are written with "_" for "-". Returns its thread."""
    place = {name: more.pop(name) for name in ("thread_id", "labels") if name in more}
    mail = EmailMessage()
    given = {"To": SUPPORT, "Subject": "Broken lamp", "Message-ID": f"<{len(text)}-{sender[-30:].strip('<>')}>", **more}
    mail["From"] = sender
    for name, value in given.items():
        mail[name.replace("_", "-")] = str(value)
    mail.set_content(text)
    thread = desk.store.deliver(SUPPORT, mail.as_bytes(), **place).thread_id  # type: ignore[arg-type]
    desk.sync()
    desk.clock.forward(minutes=5)
    return thread


def through_the_group(desk: Desk, name: str, author: str, **more: object) -> str:
    """As Google Groups sends it on for a domain with a strict DMARC policy."""
    rewritten = {"X_Original_Sender": author, "Reply_To": f"{name} <{author}>", **GROUP, **more}
    return arrives(desk, f"\"'{name}' via Support\" <{SUPPORT}>", **rewritten)


def test_a_customer_whose_mail_comes_through_the_teams_group_is_the_requester(desk_with_a_list: Desk) -> None:
    ticket = desk_with_a_list.ticket(through_the_group(desk_with_a_list, "Jane Roe", JANE))
    assert (ticket.requester, ticket.requester_name) == (JANE, "Jane Roe")


def test_a_group_that_nobody_named_in_the_settings_is_an_alarm(one_desk: Desk) -> None:
    """Its mail looks like any mailing list's, and would vanish without a word."""
    arrives(one_desk, "petra@lumenvelo.example", List_ID="<all-hands.lumenvelo.example>")
    arrives(one_desk, f"Jane <{JANE}>", List_ID="<news.shop.example>")
    assert one_desk.board().alarms == ()
    orders = {
        "List-ID": "<orders.lumenvelo.example>",
        "X-Original-Sender": JANE,
        "Reply-To": JANE,
        "Precedence": "list",
    }
    thread = arrives(
        one_desk, "'Jane Roe' via Orders <orders@lumenvelo.example>", To="orders@lumenvelo.example", **orders
    )
    assert one_desk.find(thread) is None
    (words,) = one_desk.board().alarms
    assert "name orders.lumenvelo.example in own_lists" in words


def test_groups_that_a_stranger_makes_up_are_one_alarm_and_do_not_hide_the_one_that_customers_use(
    one_desk: Desk,
) -> None:
    for nth in range(2):
        arrives(one_desk, f"Jane <{JANE}>", text="." * nth, List_ID="<orders.lumenvelo.example>")
    for nth in range(6):
        arrives(one_desk, "spam@elsewhere.example", text="!" * nth, List_ID=f"<{nth}{'x' * 200}.lumenvelo.example>")

    (words,) = one_desk.board().alarms
    assert "(orders.lumenvelo.example, 5xxx" in words
    assert "xxx… and others)" in words
    assert len(words) < 700

    with one_desk.database.write() as conn:
        mailboxes.change(conn, one_desk.id, own_lists=["orders@lumenvelo.example"])
    arrives(one_desk, "spam@elsewhere.example", List_ID="<list.lumenvelo.example>")
    assert "orders" not in one_desk.board().alarms[0]


def test_an_agent_who_answers_through_the_group_answers(desk_with_a_list: Desk) -> None:
    desk = desk_with_a_list
    thread = through_the_group(desk, "Jane Roe", JANE)
    through_the_group(desk, "Ana Ruiz", ANA, To=JANE, Cc=SUPPORT, Subject="Re: Broken lamp", thread_id=thread)
    answer = desk.events(thread)[-1]
    assert (answer.kind, answer.actor) == (Kind.STAFF_WROTE, ANA)
    assert desk.clocks(thread)["first_response"] == "met"


def test_an_agent_who_writes_as_the_team_from_their_own_account_answers(one_desk: Desk) -> None:
    """Not sent by this mailbox, but Gmail says who sent it."""
    thread = arrives(one_desk, f"Jane <{JANE}>")
    arrives(one_desk, SUPPORT, Sender=ANA, To=JANE, Cc=SUPPORT, thread_id=thread)
    answer = one_desk.events(thread)[-1]
    assert (answer.kind, answer.actor) == (Kind.STAFF_WROTE, ANA)
    assert one_desk.clocks(thread)["first_response"] == "met"


def test_a_form_that_sends_through_the_mailbox_to_itself_brings_a_customer(one_desk: Desk) -> None:
    mine = {"Reply_To": f"Jane Roe <{JANE}>", "labels": ("SENT", "INBOX", "UNREAD")}
    thread = arrives(one_desk, f"Lumen Velo <{SUPPORT}>", **mine)
    ticket = one_desk.ticket(thread)
    assert (ticket.requester, ticket.requester_name, ticket.status) == (JANE, "Jane Roe", "open")
    one_desk.sends(JANE, thread=thread)
    one_desk.sync()
    assert one_desk.clocks(thread)["first_response"] == "met"


def test_a_note_that_the_team_sends_itself_is_no_ticket(one_desk: Desk) -> None:
    assert one_desk.find(arrives(one_desk, SUPPORT, labels=("SENT", "INBOX"))) is None


def test_an_answer_to_where_the_customer_wants_answers_stops_the_clock(one_desk: Desk) -> None:
    thread = arrives(one_desk, f"Jane <{JANE}>", Reply_To="jane@home.example")
    assert one_desk.ticket(thread).requester == JANE
    one_desk.sends("jane@home.example", thread=thread)
    one_desk.sync()
    assert one_desk.clocks(thread)["first_response"] == "met"


def test_a_reply_address_of_a_colleague_is_not_the_customers(one_desk: Desk) -> None:
    thread = arrives(one_desk, f"Jane <{JANE}>", Reply_To=ANA)
    one_desk.sends(ANA, thread=thread)
    one_desk.sync()
    assert one_desk.clocks(thread)["first_response"] == "running"


def test_a_forwarder_that_rewrote_the_sender_still_shows_who_asks(one_desk: Desk) -> None:
    told = {"X_Original_From": f"Jane Roe <{JANE}>", "Reply_To": JANE}
    ticket = one_desk.ticket(arrives(one_desk, "'Jane Roe' via Sales <sales@partner.example>", **told))
    assert (ticket.requester, ticket.requester_name) == (JANE, "Jane Roe")


def test_mail_forwarded_from_another_mailbox_is_its_customers(one_desk: Desk) -> None:
    way = {"Delivered_To": SUPPORT, "X_Forwarded_To": SUPPORT, "X_Forwarded_For": f"hello@shop.example {SUPPORT}"}
    thread = arrives(one_desk, f"Jane Roe <{JANE}>", To="hello@shop.example", **way)
    assert one_desk.ticket(thread).requester == JANE
    one_desk.answers(thread)
    one_desk.sync()
    assert one_desk.clocks(thread)["first_response"] == "met"


CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n"


@pytest.mark.parametrize("method", ["; method=REPLY", ""])
def test_the_answer_to_an_invitation_asks_for_nothing(one_desk: Desk, method: str) -> None:
    raw = (
        f"From: Jane <{JANE}>\r\nTo: {SUPPORT}\r\nSubject: Accepted: Visit\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nYes\r\n'
        f"--b\r\nContent-Type: text/calendar; charset=UTF-8{method}\r\n\r\n{CALENDAR}--b--\r\n"
    )
    thread = one_desk.store.deliver(SUPPORT, raw.encode()).thread_id
    one_desk.sync()
    assert one_desk.kept(thread)[0].kind == "auto_reply"
    assert one_desk.find(thread) is None


@pytest.mark.parametrize(
    "marks",
    [
        {"Auto_Submitted": "auto-generated", "X_MS_Exchange_Generated_Message_Source": "Mailbox Rules Agent"},
        {"Subject": f"Automatic reply: {REFUND}"},
    ],
)
def test_exchanges_out_of_office_answer_neither_reopens_nor_asks(one_desk: Desk, marks: dict[str, str]) -> None:
    thread = one_desk.writes().thread_id
    one_desk.answers(thread)
    one_desk.sync()
    arrives(one_desk, ZOFIA, "I am away.", X_Auto_Response_Suppress="All", thread_id=thread, **marks)
    assert one_desk.kinds(thread).count(Kind.MACHINE_WROTE) == 1
    assert one_desk.ticket(thread).status == "waiting_on_customer"


def test_a_bounce_that_only_repeats_the_headers_in_its_text_finds_its_ticket(one_desk: Desk) -> None:
    """As qmail writes them."""
    thread = one_desk.writes().thread_id
    answer = one_desk.answers(thread)
    one_desk.sync()
    rfc_id = next(row.rfc_id for row in one_desk.kept(thread) if row.gmail_id == answer.message_id)
    text = f"<{ZOFIA}>:\nSorry, no mailbox here by that name.\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <{rfc_id}>\n"
    arrives(one_desk, "MAILER-DAEMON@rowery.example", text, Subject="failure notice")
    assert one_desk.kinds(thread)[-1] is Kind.BOUNCED
    assert one_desk.clocks(thread)["first_response"] == "running"


def test_a_bounce_that_says_only_whom_it_did_not_reach_is_about_what_they_were_sent_last(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.answers(thread)
    one_desk.sync()
    one_desk.clock.forward(minutes=1)
    gone = {"X_Failed_Recipients": ZOFIA, "Auto_Submitted": "auto-replied", "Subject": "Undeliverable"}
    arrives(one_desk, "Mail Delivery Subsystem <mailer-daemon@googlemail.com>", **gone)
    assert one_desk.kinds(thread)[-1] is Kind.BOUNCED
    assert one_desk.clocks(thread)["first_response"] == "running"


def test_thanks_from_a_telephone_reopen_nothing(one_desk: Desk) -> None:
    thread = one_desk.writes().thread_id
    one_desk.sync()
    one_desk.answers(thread)
    one_desk.sync()
    one_desk.archives(thread)
    one_desk.sync()
    assert one_desk.ticket(thread).status == "solved"
    one_desk.clock.forward(minutes=5)
    one_desk.writes_again(thread, text="Thank you so much!\n\nSent from my iPhone")
    one_desk.sync()
    assert one_desk.ticket(thread).status == "solved"


def test_text_in_an_old_charset_is_kept_as_it_was_written(one_desk: Desk) -> None:
    head = f"From: {JANE}\r\nTo: {SUPPORT}\r\nSubject: Light\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
    placed = one_desk.store.deliver(SUPPORT, head.encode() + "ライトが点かない".encode("iso2022_jp"))
    one_desk.sync()
    assert one_desk.kept(placed.thread_id)[0].excerpt == "ライトが点かない"


def test_of_html_alone_the_answer_is_kept_and_outlooks_quotation_is_not(one_desk: Desk) -> None:
    html = (
        '<div class="WordSection1"><p class="MsoNormal">Still broken.</p><div><div style="border:none;border-top:solid '
        '#E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>Von:</b> Support<br><b>Gesendet:</b> Dienstag'
        '<br><b>An:</b> Jane<br><b>Betreff:</b> AW: lamp</p></div></div><p class="MsoNormal">We sent it.</p></div>'
    )
    mail = f"From: {JANE}\r\nTo: {SUPPORT}\r\nSubject: AW: lamp\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}"
    placed = one_desk.store.deliver(SUPPORT, mail.encode())
    one_desk.sync()
    assert one_desk.kept(placed.thread_id)[0].excerpt == "Still broken."
