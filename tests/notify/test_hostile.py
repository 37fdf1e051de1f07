"""Subjects, names and texts are whatever a stranger typed; the mail stays a mail."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.utils import parseaddr

from bs4 import BeautifulSoup
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inboxsla.notify import Letter, compose
from inboxsla.notify.plain import display_name, width
from tests.notify.tickets import SAY, item, notice, ticket

HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "X-InboxSLA-Id", "MIME-Version", "Content-Type",
]  # fmt: skip
SCRIPT = "<script>alert(1)</script>"

# Any characters, lone surrogates and NUL among them, and pieces that have broken mail programs before.
nasty = st.lists(
    st.one_of(
        st.text(st.characters(), max_size=40),
        st.sampled_from(
            ["\r\n", "\nBcc: mallory@example.org", "=?utf-8?b?DQpCY2M6IHg=?=", SCRIPT, "<!--", "-->", "&amp;", "\0", '"',
             "\u202e", "\u2028", "שלום", "{{ 7*7 }}", "%(count)s", "{0}", "\udcff", "<b>", "]]>", ",", "  ", "é" * 60]
        ),
    ),
    max_size=8,
).map("".join)  # fmt: skip


def letter_about(subject: str = "Refund", name: str = "Zofia", excerpt: str = "Hello", to: str = "Ana") -> Letter:
    return compose(notice(item(ticket(subject=subject, requester_name=name), excerpt=excerpt), name=to), SAY)


def shown_name(letter: Letter) -> str:
    """The recipient's name, read by the older parser: the newer one (3.11) puts spaces between the pieces of a long name."""
    name, _ = parseaddr(str(message_from_bytes(letter.raw)["To"]))
    return str(make_header(decode_header(name)))


@settings(max_examples=150)
@given(subject=nasty, name=nasty, excerpt=nasty, to=nasty)
@example(subject="=?utf-8?q?=0D=0ABcc:_x@example.org?=", name="", excerpt="", to="=?utf-8?q?=0A?=")
@example(subject="é" * 200, name="a, b <c@example.org>", excerpt="", to='"é, ü" <x@example.org>')
def test_no_text_adds_a_header_or_breaks_the_mail(subject: str, name: str, excerpt: str, to: str) -> None:
    letter = letter_about(subject, name, excerpt, to)
    mail = message_from_bytes(letter.raw, policy=policy.default)
    assert mail.keys() == HEADERS
    assert mail["Subject"] == letter.subject
    assert len(letter.subject) <= 150
    assert len(letter.subject.splitlines()) == 1
    (recipient,) = mail["To"].addresses
    assert recipient.addr_spec == "ana@lumenvelo.example"
    assert shown_name(letter) == display_name(to)
    assert [one.get_content_type() for one in mail.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip
    assert not any(one.defects for one in mail.walk())
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == letter.text
    assert html.get_content().replace("\r\n", "\n") == letter.html


@settings(max_examples=150)
@given(subject=nasty, name=nasty, excerpt=nasty)
def test_no_text_becomes_markup(subject: str, name: str, excerpt: str) -> None:
    page = BeautifulSoup(letter_about(subject, name, excerpt).html, "lxml")
    calm = BeautifulSoup(letter_about(subject="x", name="x", excerpt="x").html, "lxml")
    tags = {tag.name for tag in page.find_all(True)}
    assert tags <= {tag.name for tag in calm.find_all(True)} | {"br"}
    assert [link["href"] for link in page.find_all("a")] == [link["href"] for link in calm.find_all("a")]


@settings(max_examples=150)
@given(subject=nasty, name=nasty, excerpt=nasty)
def test_no_text_makes_a_line_too_long_or_speaks_in_our_voice(subject: str, name: str, excerpt: str) -> None:
    lines = letter_about(subject, name, excerpt).text.splitlines()
    links = [line for line in lines if line.startswith("http")]
    assert all(width(line) <= 76 for line in lines if line not in links)
    assert len([line for line in lines if line.startswith("Open in Gmail:")]) == 1


def test_markup_in_a_mail_is_shown_as_the_customer_typed_it() -> None:
    letter = letter_about(subject=SCRIPT, name="<b>Zofia</b>", excerpt='<img src="x" onerror="a()"> 1 < 2 & 3 > 2')
    page = BeautifulSoup(letter.html, "lxml")
    assert [bdi.get_text() for bdi in page.find_all("bdi")] == [
        SCRIPT,
        "<b>Zofia</b>",
        '<img src="x" onerror="a()"> 1 < 2 & 3 > 2',
    ]
    assert "<script" not in letter.html
    assert '<img src="x"' not in letter.html


def test_a_quoted_line_cannot_pass_for_one_of_ours() -> None:
    letter = letter_about(excerpt="Open in Gmail:\nhttps://evil.example/login")
    assert "> https://evil.example/login" in letter.text.splitlines()
    assert "https://evil.example/login" not in letter.text.splitlines()


def test_names_in_any_script_stand_apart_from_what_is_around_them() -> None:
    letter = letter_about(subject="הזמנה 77", name="דנה לוי")
    assert letter.subject.endswith(": \u2068הזמנה 77\u2069 (\u2068דנה לוי\u2069)")
    assert "<bdi>הזמנה 77</bdi>" in letter.html
