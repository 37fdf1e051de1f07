"""What can be done on the page of a ticket, by plain forms."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import desk
from inboxsla.storage import tickets
from inboxsla.storage.database import Database
from tests.web.conftest import signed_in
from tests.web.reading import page, words
from tests.web.shop import ANA, JONAS, Shop, minutes, pages, shop

SUBJECT = "Refund for order 1182 still missing"


@pytest.fixture
def ticket(lumen: Shop) -> int:
    """Nobody's yet."""
    return lumen.asks(SUBJECT, "Zofia Wiśniewska", ago=minutes(50))


def sent(browser: FlaskClient, found: BeautifulSoup, act: str, **fields: str) -> TestResponse:
    """The form of `act` on a page, filled in and sent."""
    form = next(each for each in found.select("form") if each.select_one(f"input[name=act][value={act}]"))
    hidden = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    return browser.post(str(form["action"]), data={**hidden, **fields})


def done(browser: FlaskClient, ticket: int, act: str, **fields: str) -> BeautifulSoup:
    """An act done from the page that offers it; gives the page after it."""
    path = f"/tickets/{ticket}/{act}" if fields else f"/tickets/{ticket}"
    answer = sent(browser, page(browser, path), act, **fields)
    assert answer.status_code == 303, words(BeautifulSoup(answer.text, "lxml").main)
    return page(browser, answer.location)


def owner(lumen: Shop, ticket: int) -> str | None:
    with lumen.ports.db.read() as conn:
        return tickets.load(conn, ticket).owner


def test_whoever_sets_up_is_nobody_whom_a_ticket_could_name(sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", people=[{"address": ANA, "name": "Ana Ruiz"}])
    ticket = lumen.asks(SUBJECT, "Zofia Wiśniewska", ago=minutes(50))
    browser = signed_in(pages(lumen).test_client(), lumen)
    found = page(browser, f"/tickets/{ticket}")
    assert not found.select("input[name=act]")
    assert "sign in as a person" in words(found.select_one(".you"))

    asked = browser.get(f"/tickets/{ticket}/hold")

    assert asked.status_code == 403
    assert "Sign in as a person" in asked.text
    form = page(browser, "/account").select_one("input[name=form_token]")
    assert form is not None
    done = browser.post(f"/tickets/{ticket}/act", data={"form_token": form["value"], "act": "solve"})
    assert done.status_code == 403
    assert owner(lumen, ticket) is None


def test_the_act_that_comes_next_is_the_primary_one(lumen: Shop, ana: FlaskClient, ticket: int) -> None:
    def primary() -> str:
        return words(page(ana, f"/tickets/{ticket}").select_one(".acts .btn-primary"))

    assert primary() == "Take it"
    done(ana, ticket, "take")
    assert primary() == "Solve"
    done(ana, ticket, "hold", reason="supplier")
    assert primary() == "Resume now"
    done(ana, ticket, "solve")
    assert primary() == "Reopen"


def test_an_act_says_what_it_did_and_can_be_undone(lumen: Shop, ana: FlaskClient, ticket: int) -> None:
    taken = done(ana, ticket, "take")

    assert owner(lumen, ticket) == ANA
    notice = taken.select_one("section.banner")
    assert words(notice).startswith("The ticket is yours.")
    undone = sent(ana, taken, "undo")

    assert owner(lumen, ticket) is None
    assert undone.location == f"/tickets/{ticket}"


def test_pressing_twice_acts_once(lumen: Shop, ana: FlaskClient, ticket: int) -> None:
    found = page(ana, f"/tickets/{ticket}/note")
    for _ in range(2):
        assert sent(ana, found, "note", text="The bank shows it as sent.").status_code == 303

    assert str(page(ana, f"/tickets/{ticket}")).count("The bank shows it as sent.") == 1


def test_who_was_slower_reads_it_first_and_changed_nothing(lumen: Shop, ana: FlaskClient, ticket: int) -> None:
    seen = page(ana, f"/tickets/{ticket}")
    desk.take(lumen.ports, ticket, JONAS)

    answer = sent(ana, seen, "take")

    told = page(ana, answer.location)
    assert "Jonas Weber was faster" in words(told.main.section if told.main else None)
    assert owner(lumen, ticket) == JONAS


def test_a_form_that_is_refused_keeps_what_was_typed_and_says_it_at_the_field(
    lumen: Shop, ana: FlaskClient, ticket: int
) -> None:
    asked = page(ana, f"/tickets/{ticket}/hold")

    answer = sent(ana, asked, "hold", reason="", until="2026-11-01T09:00", keeps_on_reply="on")

    assert answer.status_code == 422
    back = BeautifulSoup(answer.text, "lxml")
    until, keeps = back.select_one("#until"), back.select_one("#keeps_on_reply")
    assert until is not None
    assert keeps is not None
    assert until["value"] == "2026-11-01T09:00"
    assert keeps.has_attr("checked")
    wrong = back.select_one("[aria-invalid=true]")
    assert wrong is not None
    assert words(back.select_one(f"#wrong-{wrong['id']}"))
    assert words(back.select_one("#not-saved")).startswith("Not saved: one field needs a look.")
    assert sent(ana, back, "hold", reason="supplier", until="2026-11-30T09:00").status_code == 303


def test_only_those_who_lead_are_offered_more_time(ana: FlaskClient, claire: FlaskClient, ticket: int) -> None:
    path = f"/tickets/{ticket}/extend"
    assert not page(ana, f"/tickets/{ticket}").select(f'a[href="{path}"]')
    assert page(claire, f"/tickets/{ticket}").select(f'a[href="{path}"]')


def test_a_form_that_was_not_made_here_does_nothing(lumen: Shop, ana: FlaskClient, ticket: int) -> None:
    assert ana.post(f"/tickets/{ticket}/act", data={"act": "take"}).status_code == 400
    assert owner(lumen, ticket) is None


@pytest.mark.parametrize("path", ["take", "act", "nothing", "undo"])
def test_only_acts_that_ask_have_a_page(ana: FlaskClient, ticket: int, path: str) -> None:
    assert ana.get(f"/tickets/{ticket}/{path}").status_code == 404


def test_a_ticket_that_is_gone_is_said_to_be(ana: FlaskClient, ticket: int) -> None:
    asked = page(ana, f"/tickets/{ticket}/note")
    token = asked.select_one("input[name=form_token]")
    assert token is not None
    answer = ana.post("/tickets/99999/act", data={"form_token": str(token["value"]), "act": "note", "text": "x"})
    assert answer.status_code == 404
    assert ana.get("/tickets/99999/note").status_code == 404
