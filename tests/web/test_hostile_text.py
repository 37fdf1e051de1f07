"""Subjects, names and bodies are written by strangers."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.reading import page, rows, words
from tests.web.shop import Shop, minutes

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def nothing_runs(found: BeautifulSoup) -> bool:
    return not found.select("script:not([src]), img[onerror], [onclick]") and not any(
        str(tag["src"]).startswith(("http", "//", "x")) for tag in found.select("[src]")
    )


@pytest.mark.parametrize("where", ["subject", "name", "text"])
def test_markup_is_shown_and_never_obeyed(lumen: Shop, claire: FlaskClient, where: str) -> None:
    written = {"subject": "Hello", "name": "Mallory", "text": "Hello", where: SCRIPT}
    ticket = lumen.asks(written["subject"], written["name"], ago=minutes(1), text=written["text"])
    lumen.mails(ticket, "ana@lumenvelo.example", written["subject"])

    for path in ("/tickets", f"/tickets/{ticket}", "/mail", "/mail/1"):
        assert nothing_runs(page(claire, path)), path
    assert SCRIPT in page(claire, f"/tickets/{ticket}").get_text()


def test_names_and_subjects_are_isolated_so_that_their_direction_stays_their_own(
    lumen: Shop, claire: FlaskClient
) -> None:
    override = "Invoice \u202egnp.exe"
    ticket = lumen.asks(override, "דנה \u202eלוי", ago=minutes(1))

    for path in ("/tickets", f"/tickets/{ticket}"):
        found = page(claire, path)
        holders = [text.parent for text in found.find_all(string=lambda text: "\u202e" in str(text))]
        assert holders
        assert {holder.name for holder in holders if holder is not None} <= {"bdi", "title"}, path
    title = page(claire, f"/tickets/{ticket}").title
    assert words(title) == f"\u2068{override}\u2069 · InboxSLA"


def test_a_ticket_without_subject_and_name_can_still_be_found_and_opened(lumen: Shop, claire: FlaskClient) -> None:
    lumen.asks(" \n\t ", "", ago=minutes(1))

    assert rows(page(claire, "/tickets")) == ["(no subject)"]
    assert words(page(claire, "/tickets").select_one(".who bdi")) == "customer@poczta.example"
    assert words(page(claire, "/tickets/1").h1) == "(no subject)"


def test_control_characters_are_shown_as_what_they_are(lumen: Shop, claire: FlaskClient) -> None:
    ticket = lumen.asks("A\x00B\x1b[31m\r\nC", "Mal\x07lory", ago=minutes(1), text="one\x00two")

    found = page(claire, f"/tickets/{ticket}")

    assert words(found.h1) == "A\ufffdB\ufffd[31m\ufffd C"
    assert not set("\x00\x07\x1b") & set(found.get_text())


def test_a_very_long_subject_stays_whole(lumen: Shop, claire: FlaskClient) -> None:
    subject = "W" * 500

    ticket = lumen.asks(subject, "Mallory", ago=minutes(1))

    assert rows(page(claire, "/tickets")) == [subject]
    assert words(page(claire, f"/tickets/{ticket}").h1) == subject
