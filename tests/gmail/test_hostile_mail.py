"""Whatever arrives is read within bounds or refused with a reason, and can be stored."""

from __future__ import annotations

import contextlib
import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inboxsla.errors import Refused
from inboxsla.gmail.message import TEXT_LIMIT, ParsedMessage, UnreadableMessage, from_gmail, parse
from tests.gmail.mails import SUPPORT, as_gmail, essence, mail


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
    message = EmailMessage(policy=SMTP)
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
