"""An alarm as a mail: read in three seconds, whatever the words it quotes are, and however many there are."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from jinja2 import DictLoader

from inboxsla.notify import Alarm, Letter, Matter, Offer, Stands, alarm, html_part
from inboxsla.notify.plain import width
from tests.notify.test_letter import part, read
from tests.notify.tickets import CLAIRE, MARKER, NOW, SAY, SUPPORT

DESK = "https://desk.lumenvelo.example"
LOST = "Gmail no longer lets us into support@lumenvelo.example: Google no longer accepts our access to this mailbox."
SCRIPT = "<script>alert(1)</script>"
# What Gmail cuts off.
CLIP = 102_000


def matter(words: str = LOST, stands: Stands = Stands.NEW) -> Matter:
    page = Offer("Connect it again", f"{DESK}/settings/mailboxes")
    since = NOW - timedelta(minutes=16)
    return Matter(stands, "Mailbox lost", words, since, "Connect it again. What comes in is read then.", page)


def an_alarm(*matters: Matter, linked: bool = True) -> Alarm:
    return Alarm(
        marker=MARKER,
        mailbox="desk@relay.example",
        recipient=CLAIRE,
        recipient_name="Claire Dubois",
        zone="Europe/Berlin",
        matters=matters or (matter(),),
        why="You get this because you are an admin on the people list.",
        composed_at=NOW,
        board=Offer("Open the board", f"{DESK}/tickets"),
        linked=linked,
        about=SUPPORT,
    )


def page(letter: Letter) -> BeautifulSoup:
    return BeautifulSoup(letter.html, "lxml")


def said(letter: Letter) -> str:
    body = page(letter).select_one("table")
    assert body is not None
    return body.get_text(" ")


def test_both_parts_say_what_happened_since_when_what_to_do_where_and_why_it_came() -> None:
    letter = alarm(an_alarm(), SAY)
    order = [
        "Mailbox lost",
        "Alarm.",
        "Tuesday 24 November",
        "Gmail no longer lets us into",
        "What to do.",
        "Connect it again. What comes in is read then.",
        "You get this because you are an admin",
        "Times are in Berlin time.",
        f"InboxSLA for {SUPPORT}",
        f"Reference: {MARKER}",
    ]
    for text in (part(letter, "plain"), said(letter)):
        at = [text.index(words) for words in order]
        assert all(one < other for one, other in pairwise(at))
    assert letter.subject == f"Alarm: {LOST}"
    assert alarm(an_alarm(), SAY) == letter


def test_one_button_leads_to_where_it_can_be_mended() -> None:
    letter = alarm(an_alarm(), SAY)
    (link,) = page(letter).find_all("a")
    assert (link["href"], link.get_text()) == (f"{DESK}/settings/mailboxes", "Connect it again")
    lines = letter.text.splitlines()
    assert lines[lines.index("Connect it again:") + 1] == f"{DESK}/settings/mailboxes"


def test_where_pages_open_on_one_computer_alone_no_button_leads_to_another() -> None:
    letter = alarm(an_alarm(linked=False), SAY)
    assert not page(letter).find_all("a")
    for text in (letter.text, said(letter)):
        assert "Connect it again, on the computer InboxSLA runs on:" in text
        assert f"{DESK}/settings/mailboxes" in text


def test_what_is_over_asks_for_nothing() -> None:
    letter = alarm(an_alarm(matter(stands=Stands.OVER)), SAY)
    for text in (letter.text, said(letter)):
        assert "It is over" in text
        assert "There is nothing more to do." in text
        assert "What to do." not in text
    assert [link["href"] for link in page(letter).find_all("a")] == [f"{DESK}/tickets"]


def test_of_many_the_first_are_told_in_full_the_next_in_short_and_the_rest_counted() -> None:
    lasting = [matter(f"The one numbered {number}.", Stands.LASTING) for number in range(9)]
    over = [matter(f"Gone is number {number}.", Stands.OVER) for number in range(20)]
    letter = alarm(an_alarm(matter(), matter(), *lasting, *over), SAY)
    assert letter.subject.startswith("2 alarms: Gmail no longer")
    assert letter.text.startswith("2 alarms\n9 alarms are still so, 20 alarms are over\n")
    assert letter.text.count(f"{DESK}/settings/mailboxes") == 6
    assert len(page(letter).select("td.line b")) == letter.text.count(" · ") == 14
    for text in (letter.text, said(letter)):
        assert "and 11 more, on the board" in text
    assert [link.get_text() for link in page(letter).select("td.main a")] == ["Open the board"]


@pytest.mark.parametrize("letters", ['"&<' * 2000, "請🚲" * 3000, "é" * 6000])
def test_however_many_and_however_long_gmail_cuts_nothing_off(letters: str) -> None:
    letter = alarm(an_alarm(*[matter(letters)] * 40), SAY)
    assert len(letter.html.encode()) < CLIP
    assert len(letter.subject) <= 150


@pytest.mark.parametrize(
    "words",
    [
        f"Gmail refuses {SCRIPT} & <b>more</b>",
        "Lost\r\nBcc: mallory@example.org\n\nReference: forged",
        "=?utf-8?q?=0D=0ABcc:_x@example.org?=",
        "Lieferverzögerung" * 60,
        "\u202eturned around\u2069 \0\udcff",
        "{{ 7*7 }} %(count)s {0} <!-- ]]>",
    ],
)
def test_no_words_become_markup_or_headers_or_lines_of_ours(words: str) -> None:
    letter, calm = alarm(an_alarm(matter(words), matter(words)), SAY), alarm(an_alarm(matter(), matter()), SAY)
    mail = read(letter)
    assert mail.keys() == read(calm).keys()
    assert mail["Subject"] == letter.subject
    assert letter.raw.isascii()
    assert not any(one.defects for one in mail.walk())
    assert (part(letter, "plain"), part(letter, "html")) == (letter.text, letter.html)
    assert {tag.name for tag in page(letter).find_all(True)} == {tag.name for tag in page(calm).find_all(True)}
    assert all(width(line) <= 76 for line in letter.text.splitlines() if not line.startswith("http"))
    assert [line for line in letter.text.splitlines() if line.startswith("Reference")] == [f"Reference: {MARKER}"]
    assert not set("\u202e\u2069\0\udcff") & set(letter.text + letter.html)


def test_a_sentence_of_ours_that_begins_with_a_hebrew_name_reads_from_the_left() -> None:
    letter = alarm(an_alarm(matter("“דנה לוי” could not be told.")), SAY)
    assert "\n\u200e“דנה לוי” could not be told.\n" in letter.text
    shown = page(letter).select_one("div[dir=ltr]")
    assert shown is not None
    assert shown.get_text() == "“דנה לוי” could not be told."


def test_an_alarm_goes_out_in_text_alone_when_the_files_of_its_page_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = alarm(an_alarm(), SAY)
    templates = html_part._templates()
    monkeypatch.setattr(templates, "loader", DictLoader({}))
    monkeypatch.setattr(templates, "cache", None)
    letter = alarm(an_alarm(), SAY)
    assert read(letter).get_content_type() == "text/plain"
    assert part(letter, "plain") == whole.text
    assert read(letter)["Subject"] == whole.subject


def test_an_alarm_without_anything_to_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="something to tell"):
        alarm(Alarm(MARKER, SUPPORT, CLAIRE, "Claire", "UTC", (), "", NOW), SAY)
