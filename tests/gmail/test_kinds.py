"""Which kind of mail it is decides what it does to a clock, so every sign is held here."""

from __future__ import annotations

import pytest

from inboxsla.gmail.message import Kind, parse
from tests.gmail.mails import SUPPORT, mail


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"Auto_Submitted": "no"}, Kind.HUMAN),
        ({"Auto_Submitted": "No (a person wrote this)"}, Kind.HUMAN),
        ({"X_Auto_Response_Suppress": "All"}, Kind.HUMAN),
        ({"Auto_Submitted": "auto-replied"}, Kind.AUTO_REPLY),
        ({"Auto_Submitted": "auto-generated; owner-email=x"}, Kind.AUTO_REPLY),
        ({"X_Autoreply": "yes", "Precedence": "bulk"}, Kind.AUTO_REPLY),
        ({"Precedence": "auto_reply"}, Kind.AUTO_REPLY),
        ({"Subject": "Automatische Antwort: Bestellung", "In_Reply_To": "<a@b>"}, Kind.AUTO_REPLY),
        ({"Subject": "Out of office: where do I set it?"}, Kind.HUMAN),
        ({"Return_Path": "<>", "Auto_Submitted": "auto-replied", "Subject": "Away"}, Kind.AUTO_REPLY),
        ({"Return_Path": "<>", "From": "MAILER-DAEMON@mx.example", "Auto_Submitted": "auto-replied"}, Kind.BOUNCE),
        ({"X_Failed_Recipients": "kofi@customer.example", "Auto_Submitted": "auto-replied"}, Kind.BOUNCE),
        ({"From": "postmaster@customer.example", "Subject": "Undeliverable: Rear light"}, Kind.BOUNCE),
        ({"From": "postmaster@customer.example", "Subject": "Our order of last week"}, Kind.HUMAN),
        ({"Return_Path": "<>", "Subject": "Unzustellbar: Rear light"}, Kind.BOUNCE),
        ({"Precedence": "bulk"}, Kind.BULK),
        ({"Precedence": "junk"}, Kind.BULK),
        ({"List_Id": "News <news.shop.example>"}, Kind.BULK),
        ({"List_Unsubscribe": "<https://shop.example/u>"}, Kind.BULK),
        ({"Feedback_ID": "1:2:3"}, Kind.BULK),
        ({"From": "no-reply@parcel.example"}, Kind.BULK),
        ({"From": "no-reply@forms.example", "Reply_To": "kofi@customer.example"}, Kind.HUMAN),
        ({"X_InboxSLA_Id": "r-17", "Auto_Submitted": "auto-generated"}, Kind.OURS),
    ],
)
def test_the_kind_of_mail_follows_from_its_headers(headers: dict[str, str], kind: Kind) -> None:
    """C39, C40: out-of-office answers are told from people, and `Auto-Submitted: no` is a person."""
    got = parse(mail(**headers))

    assert got.kind is kind, got.kind_reason
    assert got.kind_reason


@pytest.mark.parametrize(
    "own", [SUPPORT, "support.lumenvelo.example", "SUPPORT.lumenvelo.example", "lumenvelo.example"]
)
def test_list_headers_of_our_own_group_are_ordinary(own: str) -> None:
    """C41: a group adds such headers to every customer's mail."""
    raw = mail(
        Precedence="list",
        List_ID="<support.lumenvelo.example>",
        List_Unsubscribe="<mailto:x>",
        Mailing_list=f"list {SUPPORT}; contact x",
    )

    assert parse(raw, own_lists=[own]).kind is Kind.HUMAN
    assert parse(raw, own_lists=["sales.lumenvelo.example"]).kind is Kind.BULK


def test_a_group_that_rewrote_the_sender_still_shows_who_asks() -> None:
    raw = mail(
        From=f"'Kofi Mensah' via Support <{SUPPORT}>",
        X_Original_Sender="kofi@customer.example",
        List_ID="<support.lumenvelo.example>",
    )

    got = parse(raw, own_addresses=[SUPPORT])

    assert (got.sender, got.original_sender, got.requester_hint) == (
        SUPPORT,
        "kofi@customer.example",
        "kofi@customer.example",
    )


def test_a_forms_requester_is_its_reply_address_and_anybody_elses_is_the_sender() -> None:
    form = parse(mail(From=SUPPORT, Reply_To="kofi@customer.example"), own_addresses=[SUPPORT])
    person = parse(mail(Reply_To="kofi.private@mail.example"), own_addresses=[SUPPORT])

    assert form.requester_hint == "kofi@customer.example"
    assert person.requester_hint == "kofi@customer.example"


def report(action: str, kind: str = "delivery-status") -> bytes:
    return mail(
        From="Mail Delivery Subsystem <mailer-daemon@mx.example>" if action == "failed" else "relay@mx.example",
        Subject="Delivery Status Notification",
        Content_Type=f'multipart/report; report-type={kind}; boundary="b"',
        body=f"--b\r\n\r\nIt did not arrive.\r\n--b\r\nContent-Type: message/{kind}\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; Kofi@customer.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: support@lumenvelo.example\r\nMessage-ID: <reply-9@lumenvelo.example>\r\nX-InboxSLA-Id: env-9\r\nSubject: Re\r\n\r\nHello\r\n--b--\r\n",
    )


def test_a_bounce_names_who_was_not_reached_and_which_mail_it_was() -> None:
    got = parse(report("failed"))

    assert got.kind is Kind.BOUNCE
    assert (got.bounced_recipients, got.bounced_message_id, got.bounced_marker) == (
        ("kofi@customer.example",),
        "reply-9@lumenvelo.example",
        "env-9",
    )
    assert got.text.strip() == "It did not arrive."


def test_a_delay_a_read_receipt_and_an_abuse_report_are_neither_bounces_nor_people() -> None:
    for raw in (report("delayed"), report("x", "disposition-notification"), report("x", "feedback-report")):
        assert parse(raw).kind is Kind.AUTO_REPLY


def test_a_calendar_answer_is_automatic_and_an_invitation_is_not() -> None:
    for method, kind in (("REPLY", Kind.AUTO_REPLY), ("REQUEST", Kind.HUMAN)):
        body = f"--b\r\n\r\nKofi has answered\r\n--b\r\nContent-Type: text/calendar; method={method}\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:{method}\r\n--b--\r\n"
        assert parse(mail(body, Content_Type="multipart/mixed; boundary=b")).kind is kind
