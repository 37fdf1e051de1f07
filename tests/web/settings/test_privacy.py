"""The privacy page: how long text stays, showing and forgetting a person, and who approved figures about people."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from inboxsla.domain.timeline import Event, Kind
from inboxsla.services import in_force, privacy, settle
from inboxsla.storage import schema
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import ANA, TUESDAY, Shop, minutes

PAGE = "/settings/privacy"
SCRIPT = "<script>alert(1)</script>"


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")


def told(answer: TestResponse) -> str:
    return words(soup(answer))


def solved(lumen: Shop, ticket: int) -> None:
    settle.settle(
        lumen.ports, ticket, [Event(Kind.STATUS_SET, lumen.ports.now(), "test:solved", ANA, {"status": "solved"})]
    )


@pytest.fixture
def address(lumen: Shop) -> str:
    """A customer with a ticket whose every text is hostile."""
    ticket = lumen.asks(SCRIPT, f"Kofi {SCRIPT}", ago=minutes(5), text=f"Secret {SCRIPT}")
    with lumen.ports.db.read() as conn:
        found: str = conn.execute(select(schema.tickets.c.requester).where(schema.tickets.c.id == ticket)).scalar_one()
    return found


def asks(browser: FlaskClient, path: str, address: str, **more: str) -> TestResponse:
    held = fields(page(browser, PAGE), f'form[action="{PAGE}/person"]')
    return browser.post(f"{PAGE}{path}", data={**held, "address": address, **more})


def test_a_shorter_time_says_how_many_texts_go_before_it_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    solved(lumen, lumen.asks("Old lamp", "Kofi", ago=minutes(5)))
    lumen.clock.forward(timedelta(days=40))

    first = send(claire, PAGE, keep_text="30 days")
    assert first.status_code == 200
    assert "the text of 1 ticket goes within the hour" in told(first)
    assert in_force.current(lumen.ports).version is None

    assert send_again(claire, PAGE, first).status_code == 303
    assert in_force.current(lumen.ports).document.privacy.keep_text == "30 days"
    assert fields(page(claire, PAGE))["keep_text"] == ["30 days"]


@pytest.mark.parametrize("typed", ["", "soon", "5 minutes", "2 business days", "99999 days", SCRIPT])
def test_what_is_no_length_is_said_at_its_field_and_stays(lumen: Shop, claire: FlaskClient, typed: str) -> None:
    answer = send(claire, PAGE, keep_text=typed)
    assert answer.status_code == 422
    assert soup(answer).select_one("#f-keep_text-wrong") is not None
    assert fields(soup(answer))["keep_text"] == [typed]
    assert SCRIPT not in answer.text
    assert in_force.current(lumen.ports).version is None


def test_a_person_is_shown_with_everything_and_handed_over_as_a_file(claire: FlaskClient, address: str) -> None:
    shown = asks(claire, "/person", address.upper())
    assert shown.status_code == 200
    assert SCRIPT not in shown.text
    assert f"Kofi {SCRIPT}" in told(shown)
    assert "1 kept" in told(shown)
    file = asks(claire, "/person/data", address)
    assert file.headers["Content-Disposition"] == 'attachment; filename="person.json"'
    assert json.loads(file.text)["as_customer"]["messages"][0]["text"] == f"Secret {SCRIPT}"


def test_a_person_is_forgotten_at_the_second_press_and_the_change_log_does_not_name_them(
    lumen: Shop, claire: FlaskClient, address: str
) -> None:
    asked = asks(claire, "/person/forget", address, do="ask")
    assert "The text of 1 ticket goes" in told(asked)
    assert "1 of them is open" in told(asked)
    assert "Secret" in asks(claire, "/person/data", address).text

    done = asks(claire, "/person/forget", address, do="forget")

    assert "Receipt 1" in told(done)
    assert address not in done.text
    log = words(page(claire, "/settings/changes"))
    assert "Person forgotten, receipt 1" in log
    assert address not in log
    assert "Nothing is kept." in told(asks(claire, "/person", address))
    assert "1 person was forgotten so far" in words(page(claire, PAGE))


def test_a_colleague_on_the_list_is_not_forgotten_and_it_is_said_what_to_do_first(claire: FlaskClient) -> None:
    for do in ("ask", "forget"):
        answer = asks(claire, "/person/forget", ANA, do=do)
        assert "Take them off it first" in told(answer)
        assert not soup(answer).select(".btn-danger")
    assert "People list of" in told(asks(claire, "/person", ANA))


def test_what_is_no_address_is_said_at_its_field_and_a_stranger_to_us_is_nobody(claire: FlaskClient) -> None:
    answer = asks(claire, "/person", SCRIPT)
    assert answer.status_code == 422
    assert SCRIPT not in answer.text
    assert soup(answer).select_one("#f-address-wrong") is not None
    assert "Nothing is kept." in told(asks(claire, "/person", "nobody@elsewhere.example"))
    assert claire.get(f"{PAGE}/person").status_code == 302


def test_figures_about_people_are_off_until_an_approval_is_written_down_and_off_again_when_it_is_taken_back(
    lumen: Shop, claire: FlaskClient
) -> None:
    assert "They are off" in words(page(claire, PAGE))
    form = f'form[action="{PAGE}/figures"]'
    given = {**fields(page(claire, PAGE), form), "approved_by": f"Ute {SCRIPT}", "role": "works council"}
    wrong = claire.post(f"{PAGE}/figures", data={**given, "approved_on": "soon"})
    assert wrong.status_code == 422
    assert "Say on which day" in words(soup(wrong).select_one("#f-approved_on-wrong"))
    assert not privacy.person_figures_approved(lumen.ports)

    day = TUESDAY.date().isoformat()
    assert claire.post(f"{PAGE}/figures", data={**given, "approved_on": day}).status_code == 303
    assert privacy.person_figures_approved(lumen.ports)
    answer = claire.get(PAGE)
    assert SCRIPT not in answer.text
    assert "Approved by Ute" in told(answer)

    held = fields(page(claire, PAGE), f'form[action="{PAGE}/figures/revoke"]')
    assert claire.post(f"{PAGE}/figures/revoke", data=held).status_code == 303
    assert not privacy.person_figures_approved(lumen.ports)
    log = words(page(claire, "/settings/changes?kind=privacy"))
    assert "Figures about single persons approved" in log
    assert "Figures about single persons revoked" in log


def test_the_page_of_a_ticket_says_when_its_text_was_erased(lumen: Shop, claire: FlaskClient, address: str) -> None:
    mail = lumen.mails(1, ANA, "Due soon")
    asks(claire, "/person/forget", address, do="forget")
    assert "asked to be forgotten. The figures stay." in words(page(claire, "/tickets/1"))
    assert "The text of this mail is erased." in words(page(claire, f"/mail/{mail}"))


@pytest.mark.parametrize("path", ["/person", "/person/data", "/person/forget", "/figures", "/figures/revoke"])
def test_a_form_of_elsewhere_and_a_stranger_do_nothing(
    lumen: Shop, claire: FlaskClient, address: str, path: str
) -> None:
    data = {"address": address, "do": "forget", "approved_by": "x", "role": "y", "approved_on": "2026-01-01"}
    assert claire.post(PAGE + path, data=data).status_code == 400
    with lumen.ports.db.read() as conn:
        assert conn.execute(select(schema.forgotten)).all() == []
    assert not privacy.person_figures_approved(lumen.ports)
