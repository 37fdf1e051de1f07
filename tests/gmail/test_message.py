"""What a mail tells: who, to whom, when, and in which words."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from inboxsla.gmail.message import Kind, from_gmail, parse, takeout_facts
from tests.gmail.mails import SUPPORT, mail


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


def test_a_subject_is_one_decoded_line_even_if_it_brings_line_breaks_and_controls() -> None:
    raw = mail(Subject="=?utf-8?q?Hi=0D=0ABcc:_x@evil.example=00?=\r\n =?utf-8?b?w6k=?= \N{RIGHT-TO-LEFT OVERRIDE}end")

    assert parse(raw).subject == "Hi Bcc: x@evil.exampleé end"


def test_a_character_split_over_two_encoded_words_is_mended() -> None:
    assert parse(mail(Subject="=?utf-8?b?w4M=?= =?utf-8?q?=C3?= =?utf-8?q?=A9?=")).subject == "Ãé"


def test_html_is_read_when_there_is_nothing_else() -> None:
    got = parse(mail("<p>Hello <b>Ana</b>,</p><p>it is <i>dark</i>.</p><style>p{}</style>", Content_Type="text/html"))

    assert got.text == "Hello Ana,\n\nit is dark."


@pytest.mark.parametrize(
    "meta",
    ['<meta charset="windows-1251">', "<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=windows-1251'>"],
)
def test_html_may_name_its_charset_itself(meta: str) -> None:
    page = f"<html><head>{meta}</head><body>Фонарь</body></html>"

    assert parse(mail("", Content_Type="text/html") + page.encode("cp1251")).text == "Фонарь"
    assert parse(mail("", Content_Type="text/html; charset=utf-8") + page.encode()).text == "Фонарь"


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
        ("utf-8", b"caf\xe9 au lait", "café au lait"),
        ("utf-8", "Grüße, c".encode() + b"\xe3 va", "Grüße, c\ufffd va"),
        ("utf-8", "ライトが点かない".encode("iso2022_jp"), "ライトが点かない"),
        ("iso-2022-jp", "ライトが点かない".encode("cp932"), "ライトが点かない"),
        ("iso-2022-jp", b"plain", "plain"),
        ("gb18030", "灯坏了".encode("gb18030"), "灯坏了"),
        ("windows-1258", b"ho\xe0n ti\xea\xccn", "hoàn tiền"),
    ],
)
def test_charsets_are_read_as_meant_rather_than_as_labelled(charset: str, data: bytes, text: str) -> None:
    assert parse(mail("", Content_Type=f"text/plain; charset={charset}") + data).text == text


@pytest.mark.parametrize(
    "charset", ["gb18030", "GB2312", "iso-2022-jp", "shift_jis", "hz-gb-2312", "utf-16", "windows-1258"]
)
@pytest.mark.parametrize("text", ["灯", "你好", "Grüße", "plain"])
def test_text_that_gmail_hands_out_as_utf_8_is_read_whatever_its_old_label_says(charset: str, text: str) -> None:
    payload = {
        "mimeType": "text/plain",
        "headers": [{"name": "Content-Type", "value": f"text/plain; charset={charset}"}],
        "body": {"data": base64.urlsafe_b64encode(text.encode()).decode()},
    }
    assert from_gmail(payload).text == text


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
