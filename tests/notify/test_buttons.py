"""What a mail offers to press, and where it leads."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from inboxsla.notify import Offer, compose
from tests.notify.tickets import SAY, item, notice, ticket


def test_only_buttons_that_lead_somewhere_are_shown() -> None:
    letter = compose(notice(item(gmail_url="", offers=())), SAY)
    links = [link["href"] for link in BeautifulSoup(letter.html, "lxml").find_all("a")]
    assert links == ["http://127.0.0.1:8480/tickets/1482"]
    assert "Open in Gmail" not in letter.text


def test_outlook_gets_a_button_of_its_own() -> None:
    html = compose(notice(), SAY).html
    assert html.count("<v:roundrect") == 4
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->\n<!--[if !mso]>") == 4


def test_a_mail_about_several_tickets_offers_for_each_what_a_click_does() -> None:
    letter = compose(notice(item(ticket(number=1)), item(ticket(number=2))), SAY)
    links = [link.get_text() for link in BeautifulSoup(letter.html, "lxml").find_all("a")]
    assert links == 2 * ["Open in Gmail", "Take it", "Waiting on customer", "Hold until Wed", "Ticket page"]
    assert letter.text.count("Hold until Wed:") == 2
    assert "Hand over" not in letter.text


def test_a_button_that_does_not_lead_to_the_web_is_not_sent() -> None:
    with pytest.raises(ValueError, match="not a web address"):
        compose(notice(item(offers=(Offer("Take it", "javascript:alert(1)", True),))), SAY)
