"""The finished mail, read back the way a mail reader reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from importlib.resources import files
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup

from inboxsla.domain.clock import Urgency
from inboxsla.domain.durations import words
from inboxsla.notify import Letter, Told, compose, search_token
from inboxsla.notify.colours import DARK, LIGHT, TINTS
from inboxsla.notify.notice import Notice
from inboxsla.notify.plain import width
from tests.notify.tickets import ANA, CLAIRE, MARKER, NOW, REFUND, SAY, SUPPORT, berlin, item, notice, ticket


def read(letter: Letter) -> EmailMessage:
    mail = message_from_bytes(letter.raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def part(letter: Letter, kind: str) -> str:
    body = read(letter).get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def many(count: int) -> Notice:
    return notice(*(item(ticket(number=number)) for number in range(1, count + 1)))


def test_the_mail_comes_from_the_mailbox_and_says_that_a_machine_wrote_it() -> None:
    mail = read(compose(notice(), SAY))
    assert mail["From"] == f"InboxSLA <{SUPPORT}>"
    assert mail["To"] == f"Ana Ruiz <{ANA}>"
    assert mail["Reply-To"] == SUPPORT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Date"].datetime == NOW
    assert mail["X-InboxSLA-Id"] == MARKER
    assert MARKER in mail["Message-ID"]


def test_the_mail_never_joins_a_thread() -> None:
    """C53: our mails to staff stay out of the customer's conversation."""
    mail = read(compose(notice(), SAY))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


@pytest.mark.parametrize("first", ["Due in 1 h: Lamp (Kofi)", "Re: Due in 1 h: Lamp (Kofi)"])
def test_a_follow_up_keeps_the_subject_of_its_conversation_and_begins_its_preview_with_the_news(first: str) -> None:
    what = replace(notice(), follows=first)
    letter = compose(what, SAY)
    assert letter.subject == "Re: Due in 1 h: Lamp (Kofi)"
    news = compose(notice(), SAY).subject.partition(":")[0]
    assert f"{news} · The parcel service says" in part(letter, "html").replace("\u00a0", " ")


def test_the_marker_can_be_searched_for_in_the_last_line() -> None:
    letter = compose(notice(marker="a-1.b_2"), SAY)
    assert search_token("a-1.b_2") == "a1b2"
    assert part(letter, "plain").splitlines()[-1] == "Reference: a1b2"
    assert "a1b2" in BeautifulSoup(part(letter, "html"), "lxml").get_text()


def test_the_same_notice_gives_the_same_bytes() -> None:
    assert compose(notice(), SAY) == compose(notice(), SAY)


def test_the_bytes_are_ascii_with_mail_line_ends() -> None:
    raw = compose(notice(item(ticket(requester_name="陳美玲"), excerpt="Où est ma lampe ? 🚲")), SAY).raw
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_parts_read_back_as_they_were_written() -> None:
    letter = compose(notice(), SAY)
    mail = read(letter)
    assert mail.get_content_type() == "multipart/alternative"
    assert part(letter, "plain") == letter.text
    assert part(letter, "html") == letter.html


def test_the_picture_travels_with_the_mail_under_the_name_the_html_uses() -> None:
    letter = compose(notice(), SAY)
    (picture,) = [one for one in read(letter).walk() if one.get_content_type() == "image/png"]
    (shown,) = BeautifulSoup(letter.html, "lxml").find_all("img")
    assert shown["src"] == "cid:" + str(picture["Content-ID"]).strip("<>")
    assert shown["alt"] == "Urgent"
    assert picture.get_content_disposition() == "inline"


@pytest.mark.parametrize("urgency", list(Urgency))
def test_every_urgency_has_a_picture_of_96_pixels_and_a_tint(urgency: Urgency) -> None:
    header = files("inboxsla.notify").joinpath("icons", f"{urgency}.png").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    assert (int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")) == (96, 96)
    assert urgency in TINTS


def test_one_ticket_takes_less_than_30_kilobytes() -> None:
    worst = item(ticket(subject="請" * 5000, requester_name="請" * 5000), excerpt="請🚲" * 50_000)
    assert len(compose(notice(), SAY).raw) < 20_000
    assert len(compose(notice(worst), SAY).raw) < 30_000


def test_twenty_tickets_stay_below_what_gmail_cuts_off() -> None:
    letter = compose(many(27), SAY)
    assert len(part(letter, "html").encode()) < 60_000


def test_of_many_tickets_the_first_are_shown_the_next_listed_and_the_rest_counted() -> None:
    letter = compose(replace(many(27), board_url="https://desk.lumenvelo.example/tickets"), SAY)
    page = BeautifulSoup(letter.html, "lxml")
    assert len(page.find_all("img")) == 6
    assert letter.text.count("Due in 24\u00a0min · Refund for order 1182") == 14
    assert len(page.select("td.line b")) == 14
    assert page.find("a", string="and 7 more")["href"] == "https://desk.lumenvelo.example/tickets"
    lines = letter.text.splitlines()
    assert lines[lines.index("and 7 more") + 1] == "https://desk.lumenvelo.example/tickets"
    assert letter.subject.startswith("27 tickets need you: ")


def test_both_parts_say_the_same_in_the_same_order() -> None:
    letter = compose(notice(), SAY)
    order = [
        words(timedelta(minutes=24)),
        "First response is due at",
        "Refund for order 1182 still missing",
        "Zofia Wiśniewska",
        "The parcel service says",
        "Open in Gmail",
        "Take it",
        "Waiting on customer",
        "Hold until Wed",
        "Hand over",
        "Answered elsewhere",
        "Add a note",
        "Ticket page",
        "What happens next.",
        "You get this because you own the ticket",
        "Your reply to this mail becomes a note for your team.",
        "Times are in Berlin time.",
        f"InboxSLA for {SUPPORT}",
        MARKER,
    ]
    body = BeautifulSoup(letter.html, "lxml").body
    assert body is not None
    seen = body.get_text(" ").split(REFUND[:40], 1)[1]  # the first hit is the hidden preheader
    for text in (letter.text, seen):
        at = [text.index(words) for words in order]
        assert all(one < other for one, other in pairwise(at))


def test_the_preheader_is_what_the_customer_wrote() -> None:
    page = BeautifulSoup(compose(notice(), SAY).html, "lxml")
    hidden = page.find("div", style=lambda css: css is not None and "display:none" in css)
    assert hidden is not None
    assert hidden.get_text().startswith("The parcel service says")


def test_text_lines_fit_in_76_columns_and_links_have_their_own() -> None:
    long_link = "https://mail.google.com/mail/?authuser=support@lumenvelo.example#all/" + "f" * 40
    asked = item(excerpt="ご注文の確認" * 60, gmail_url=long_link)
    letter = compose(notice(asked), SAY)
    lines = letter.text.splitlines()
    addresses = {long_link, "http://127.0.0.1:8480/tickets/1482", *(offer.address for offer in asked.offers)}
    assert addresses <= set(lines)
    assert all(width(line) <= 76 for line in lines if line not in addresses)


def test_whoever_does_not_own_the_ticket_reads_who_does() -> None:
    late = ticket(now=berlin("2026-11-24 11:54"))
    text = compose(notice(item(late, do=Told.NOTIFY_LEAD, percent=100), recipient=CLAIRE), SAY).text
    assert "Ana Ruiz owns it" in text
    assert "owns it" not in compose(notice(), SAY).text


def test_dark_rules_exist_for_what_the_mail_shows_and_nothing_else() -> None:
    html = compose(notice(), SAY).html
    assert "prefers-color-scheme:dark" in html
    assert ".band-urgent{background-color:#3A1E0D!important}" in html
    assert "[data-ogsc] .word-urgent" in html
    assert "band-low" not in html
    assert html.count("<style>") == 1


def test_a_mail_says_nothing_inline_scripts_or_other_machines_could_answer() -> None:
    page = BeautifulSoup(compose(many(3), SAY).html, "lxml")
    assert not page.find_all(["script", "link", "iframe", "form", "svg"])
    assert all(str(image["src"]).startswith("cid:") for image in page.find_all("img"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"marker": "a\r\nBcc: x@example.org"},
        {"marker": ""},
        {"marker": "---"},
        {"recipient": "ana@lumenvelo.example\r\nBcc: x@example.org"},
        {"recipient": "not an address"},
        {"recipient": ""},
        {"mailbox": "a@b, c@d"},
        {"composed_at": NOW.replace(tzinfo=None)},
    ],
)
def test_what_cannot_stand_in_a_header_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="."):
        compose(notice(**wrong), SAY)  # type: ignore[arg-type]


def test_a_notice_needs_something_to_say() -> None:
    empty = Notice(MARKER, SUPPORT, ANA, "Ana Ruiz", "Europe/Berlin", (), NOW)
    with pytest.raises(ValueError, match="at least one item"):
        compose(empty, SAY)


def test_a_button_leads_to_the_web_only() -> None:
    with pytest.raises(ValueError, match="not a web address"):
        compose(notice(item(gmail_url="javascript:alert(1)")), SAY)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_can_be_read_on_its_ground_in_light_and_dark() -> None:
    pairs = [(scheme[ink], scheme[ground]) for scheme in (LIGHT, DARK) for ink, ground in (
        ("text", "surface"), ("text_2", "surface"), ("text_3", "bg"), ("link", "surface"), ("on_accent", "accent"),
    )]  # fmt: skip
    for tint in TINTS.values():
        pairs += [(tint.text, tint.soft), (tint.dark_text, tint.dark_soft)]
        pairs += [(LIGHT["text"], tint.soft), (DARK["text"], tint.dark_soft)]
    assert {pair: ratio(*pair) for pair in pairs if ratio(*pair) < 4.5} == {}
