"""Mails of ours as their readers use them: the links in them, and the pages behind those."""

from __future__ import annotations

from email.message import EmailMessage
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.builders import ANA, Desk
from tests.web.reading import words
from tests.web.shop import TUESDAY, Clock, Shop, StillBell, pages


def reminded(desk: Desk) -> str:
    """Ana's ticket, three hours old: she was reminded at 13:48."""
    found = desk.writes(text="My IBAN is DE02 1203 0000 0000 2020 51.").thread_id
    desk.sync()
    desk.owned_by(found, ANA)
    desk.later(hours=3)
    assert desk.mailed() == [ANA]
    return found


def browser(desk: Desk) -> FlaskClient:
    return pages(Shop(desk.ports, Clock(TUESDAY), StillBell())).test_client()


def links(mail: EmailMessage) -> dict[str, str]:
    """Where the buttons and links of a mail lead, by what they say; all but those that every mail has."""
    shown = mail.get_body(("html",))
    assert shown is not None
    found = BeautifulSoup(shown.get_content(), "lxml").find_all("a")
    paths = {words(link): urlsplit(str(link["href"])).path for link in found if "/mail/" not in str(link["href"])}
    return {said: path for said, path in paths.items() if path != "/account/mails"}


def newest(desk: Desk) -> dict[str, str]:
    return links(desk.mails()[-1])


def page(window: FlaskClient, path: str) -> str:
    answer = window.get(path)
    assert answer.status_code == 200, answer.text
    return text(answer.text)


def text(html: str) -> str:
    return words(BeautifulSoup(html, "lxml").main)


def press(window: FlaskClient, path: str, **filled: str) -> str:
    """Open the page, fill in its form and press its button."""
    form = BeautifulSoup(window.get(path).text, "lxml").form
    assert form is not None, "there is nothing to press"
    given = {str(field["name"]): str(field.get("value", "")) for field in form.select("input:not([type=checkbox])")}
    answer = window.post(str(form.get("action", path)), data={**given, **filled})
    assert answer.status_code == 200
    return text(answer.text)
