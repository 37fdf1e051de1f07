"""What a mail tells: who, to whom, when, which kind, and that nothing a stranger sends can break the reading."""

from __future__ import annotations

import base64
import contextlib
import email
import email.message
import email.policy
import time
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inboxsla.errors import Refused
from inboxsla.gmail.message import TEXT_LIMIT, Kind, ParsedMessage, UnreadableMessage, from_gmail, parse, takeout_facts

SUPPORT = "support@lumenvelo.example"


def mail(body: str = "The rear light flickers.", **headers: str) -> bytes:
    """A mail from Kofi to the shop; keyword `auto_submitted` sets Auto-Submitted, and None-like "" leaves a header out."""
    fields = {
        "From": "Kofi Mensah <kofi@customer.example>",
        "To": SUPPORT,
        "Subject": "Rear light",
        "Message-ID": "<1@customer.example>",
    }
    for name, value in headers.items():
        fields[name.replace("_", "-")] = value
    return ("".join(f"{name}: {value}\r\n" for name, value in fields.items() if value) + "\r\n" + body).encode()


def as_gmail(raw: bytes) -> dict[str, Any]:
    """The payload Gmail would give for this mail: transfer encodings undone, bodies in base64url, headers unfolded."""
    return _node(email.message_from_bytes(raw, policy=email.policy.compat32))


def _node(part: email.message.Message[str, str]) -> dict[str, Any]:
    headers = [
        {"name": name.upper(), "value": str(value).replace("\r\n", "").replace("\n", "")}
        for name, value in part.items()
    ]
    node: dict[str, Any] = {
        "mimeType": part.get_content_type(),
        "filename": part.get_filename() or "",
        "headers": headers,
        "body": {"size": 0},
    }
    if part.is_multipart():
        node["parts"] = [_node(child) for child in part.get_payload()]  # type: ignore[arg-type]
        return node
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    node["body"] = {"size": len(data), "data": base64.urlsafe_b64encode(data).decode()}
    return node


def essence(message: ParsedMessage) -> dict[str, object]:
    return {name: getattr(message, name) for name in ParsedMessage.__slots__ if name not in ("size", "headers")}


def test_an_ordinary_mail_is_a_persons() -> None:
    got = parse(mail(Date="Mon, 5 May 2025 12:00:00 +0200", Cc='"Nair, Priya" <Priya@Lumenvelo.example>, jo@x.example'))

    assert (got.sender, got.sender_name, got.to) == ("kofi@customer.example", "Kofi Mensah", (SUPPORT,))
    assert got.cc == ("priya@lumenvelo.example", "jo@x.example")
    assert got.recipients == (SUPPORT, "priya@lumenvelo.example", "jo@x.example")
    assert (got.kind, got.subject, got.text, got.reply_text) == (
        Kind.HUMAN,
        "Rear light",
        "The rear light flickers.",
        "The rear light flickers.",
    )
    assert (got.message_id, got.date) == ("1@customer.example", datetime(2025, 5, 5, 10, tzinfo=UTC))


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
    got = parse(mail(**headers))

    assert got.kind is kind, got.kind_reason
    assert got.kind_reason


@pytest.mark.parametrize(
    "own", [SUPPORT, "support.lumenvelo.example", "SUPPORT.lumenvelo.example", "lumenvelo.example"]
)
def test_list_headers_of_our_own_group_are_ordinary(own: str) -> None:
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


def test_a_subject_is_one_decoded_line_even_if_it_brings_line_breaks_and_controls() -> None:
    raw = mail(Subject="=?utf-8?q?Hi=0D=0ABcc:_x@evil.example=00?=\r\n =?utf-8?b?w6k=?= \N{RIGHT-TO-LEFT OVERRIDE}end")

    assert parse(raw).subject == "Hi Bcc: x@evil.exampleé end"


def test_a_character_split_over_two_encoded_words_is_mended() -> None:
    assert parse(mail(Subject="=?utf-8?b?w4M=?= =?utf-8?q?=C3?= =?utf-8?q?=A9?=")).subject == "Ãé"


def test_html_is_read_when_there_is_nothing_else() -> None:
    got = parse(mail("<p>Hello <b>Ana</b>,</p><p>it is <i>dark</i>.</p><style>p{}</style>", Content_Type="text/html"))

    assert got.text == "Hello Ana,\n\nit is dark."


def test_the_quoting_html_shows_is_cut_although_the_plain_text_hides_it() -> None:
    body = (
        "--b\r\n\r\nIt works, thanks!\r\n\r\nHow is the light?\r\n--b\r\nContent-Type: text/html\r\n\r\n"
        "<div>It works, thanks!</div><blockquote type='cite'>How is the light?</blockquote>\r\n--b--\r\n"
    )
    got = parse(mail(body, Content_Type="multipart/alternative; boundary=b"))

    assert "How is the light?" in got.text
    assert got.reply_text == "It works, thanks!"


@pytest.mark.parametrize(
    "head",
    [
        b" From: kofi@customer.example\nSubject: Rear light\n",
        b"From: kofi@customer.example\nX-Long: folded\nwithout indent\nSubject: Rear light\n",
        b"From: kofi@customer.example\nTo: a@b,\n\t\n c@d\nSubject: Rear light\n",
        b">From kofi Mon Nov 17 15:28:37 2025\nFrom: kofi@customer.example\nSubject: Rear light\n",
        b"\xef\xbb\xbf\r\nFrom : kofi@customer.example\nSUBJECT:Rear light\n",
    ],
)
def test_clumsy_headers_are_still_read(head: bytes) -> None:
    got = parse(head + b"\nIt flickers.\n")

    assert (got.sender, got.subject, got.text) == ("kofi@customer.example", "Rear light", "It flickers.")


def test_text_labelled_base64_that_is_none_is_read_as_it_stands() -> None:
    assert (
        parse(mail("It flickers, and hums. Help me, please!", Content_Transfer_Encoding="base64")).text
        == "It flickers, and hums. Help me, please!"
    )


def test_attachments_are_named_and_not_read_as_text() -> None:
    body = (
        "--b\r\n\r\nSee the photo.\r\n--b\r\nContent-Type: text/plain; name=log.txt\r\nContent-Disposition: attachment\r\n\r\nnot to be read\r\n"
        "--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename*0*=utf-8''L%C3%A4; filename*1=mp.png\r\n\r\nx\r\n--b--\r\n"
    )
    got = parse(mail(body, Content_Type="multipart/mixed; boundary=b"))

    assert (got.text, got.attachments) == ("See the photo.", ("log.txt", "Lämp.png"))


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("iso-8859-1", "Grüße".encode("cp1252"), "Grüße"),
        ("iso-8859-1", "Grüße".encode(), "Grüße"),
        ("x-unknown", "Grüße".encode("cp1252"), "Grüße"),
        ("gb2312", "联通服务".encode("gb18030"), "联通服务"),
        ("iso-2022-jp", "ライトが点かない".encode("iso2022_jp"), "ライトが点かない"),
        ("koi8-r", "Фонарь".encode("koi8-r"), "Фонарь"),
        ("punycode", b"plain", "plain"),
        ("utf-8", b"caf\xe9 au lait", "caf\ufffd au lait"),
    ],
)
def test_charsets_are_read_as_meant_rather_than_as_labelled(charset: str, data: bytes, text: str) -> None:
    assert parse(mail("", Content_Type=f"text/plain; charset={charset}") + data).text == text


def test_takeout_facts_come_from_the_headers_in_the_accounts_language() -> None:
    got = parse(
        mail(X_GM_THRID="1795", X_Gmail_Labels="=?utf-8?q?Ge=C3=B6ffnet,Posteingang?=\r\n =?utf-8?q?,SLA/Urgent?=")
    )

    assert takeout_facts(got.headers) == ("1795", ("Geöffnet", "Posteingang", "SLA/Urgent"))
    assert takeout_facts({}) == (None, ())


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 99 Foo 2025 10:00",
        "Mon, 5 May 99999 10:00:00 +0000",
        "Thu, 1 Jan 1600 00:00:00 +0000",
        "5 May 2025 10:00 +9999",
    ],
)
def test_an_absurd_date_is_no_date(date: str) -> None:
    assert parse(mail(Date=date)).date is None


def test_nothing_at_all_is_unreadable_and_says_why() -> None:
    for raw in (b"", b"\r\n\r\n", b"\0\0\0"):
        with pytest.raises(UnreadableMessage, match="empty"):
            parse(raw)
    with pytest.raises(Refused, match="empty"):
        from_gmail({})


def test_text_without_header_lines_is_kept_with_a_defect() -> None:
    got = parse(b"// not a mail at all\nbut words\n")

    assert got.defect == "it has no header lines"
    assert "but words" in got.text


def storable(message: ParsedMessage) -> None:
    for name in ParsedMessage.__slots__:
        value = getattr(message, name)
        texts = value if isinstance(value, tuple) else list(value.values()) if isinstance(value, dict) else [value]
        for text in texts:
            if isinstance(text, str):
                text.encode("utf-8")
                assert "\0" not in text
    assert len(message.text) <= TEXT_LIMIT
    assert "\n" not in message.subject


HOSTILE = {
    "ten megabytes on one line": mail("x" * 10_000_000),
    "ten megabytes of spaces, quoted-printable": mail(" " * 10_000_000, Content_Transfer_Encoding="quoted-printable"),
    "ten megabytes of base64": mail("QUJD" * 2_500_000, Content_Transfer_Encoding="base64"),
    "five megabytes of HTML": mail("<div>" * 1_000_000, Content_Type="text/html"),
    "twenty thousand headers": b"".join(b"X-%d: y\r\n" % number for number in range(20_000)) + mail(),
    "a header of a megabyte": b"To: " + b"a" * 1_000_000 + b"\r\n" + mail(),
    "a header of opening brackets": b"From: " + b"<" * 100_000 + b"\r\n\r\n",
    "a header of commas and quotes": b"Cc: " + b'",' * 50_000 + b"\r\n" + mail(),
    "references without end": b"References: " + b"<a@b>" * 100_000 + b"\r\n" + mail(),
    "five thousand parts": mail("--b\r\n\r\nx\r\n" * 5000, Content_Type="multipart/mixed; boundary=b"),
    "parts in parts in parts": mail(
        "".join(f"--{n}\r\nContent-Type: multipart/mixed; boundary={n + 1}\r\n\r\n" for n in range(2000)),
        Content_Type="multipart/mixed; boundary=0",
    ),
    "quoted lines and colons": mail("> a\r\n1:\r\nFrom: b\r\n--\r\n" * 20_000),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_monstrous_mail_is_read_within_bounds(raw: bytes) -> None:
    started = time.process_time()

    storable(parse(raw))

    assert time.process_time() - started < 5


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"Subject: \xff\xfe\0\x80\r\n\r\n\x80\0")
@example(b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n\r\n--\r\n")
@example(b"Content-Type: multipart/report; report-type=delivery-status\r\nReturn-Path:\r\n\r\n")
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for raw in (body, b"From: a@b\r\n" + body, b"From: a@b\r\nContent-Type: text/html\r\n\r\n" + body):
        with contextlib.suppress(UnreadableMessage):
            storable(parse(raw))


names = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Zl", "Zp", "Cf")),
        min_size=1,
        max_size=20,
    )
    .map(str.strip)
    .filter(bool)
)
bodies = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")) | st.just("\n"), max_size=300)


@settings(max_examples=100, deadline=None)
@given(
    subject=names, name=names, plain=bodies, html=st.none() | bodies, quoted=st.booleans(), attachment=st.none() | names
)
def test_gmails_payload_and_the_raw_mail_read_the_same(
    subject: str, name: str, plain: str, html: str | None, quoted: bool, attachment: str | None
) -> None:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = Address(display_name=name, addr_spec="kofi@customer.example")
    message["To"] = SUPPORT
    message["Subject"] = f"Re: {subject}"
    message["References"] = "<a@b> <c@d>"
    message.set_content(
        plain + ("\n\nOn 5 May 2025 at 10:12, Ana <ana@lumenvelo.example> wrote:\n> " + plain if quoted else "")
    )
    if html is not None:
        message.add_alternative(f"<p>{html}</p><blockquote type='cite'>old</blockquote>", subtype="html")
    if attachment is not None:
        message.add_attachment(
            b"data", maintype="image", subtype="png", filename=attachment.replace('"', "").replace("\\", "") or "x.png"
        )
    raw = message.as_bytes()

    assert essence(parse(raw)) == essence(from_gmail(as_gmail(raw)))


def test_gmails_payload_may_lack_almost_everything() -> None:
    assert (
        from_gmail({"headers": [{"name": "fROM", "value": "Kofi <kofi@customer.example>"}]}).sender
        == "kofi@customer.example"
    )
    assert from_gmail({"mimeType": "text/plain", "body": {"data": "SGk"}, "parts": None}).text == "Hi"
    assert (
        from_gmail(
            {
                "headers": [{"name": "Subject"}, {}],
                "parts": [{"mimeType": "text/html", "body": {"data": "PGI-SGk8L2I-"}}, {}],
            },
            size=7,
        ).size
        == 7
    )
