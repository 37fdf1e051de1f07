"""The simplest of the settings pages, and with it what all of them do alike."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.services import configuring, in_force
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import Shop

PAGE = "/settings/words"


def reasons(lumen: Shop) -> tuple[str, ...]:
    return in_force.current(lumen.ports).document.hold_reasons


def test_words_are_saved_as_they_are_typed(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, PAGE, hold_reasons="supplier\r\n\r\n  waiting for parts \r\nsupplier", tags="late")

    assert answer.status_code == 303
    assert reasons(lumen) == ("supplier", "waiting for parts")
    assert fields(page(claire, PAGE))["hold_reasons"] == ["supplier\nwaiting for parts"]


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(lumen: Shop, claire: FlaskClient) -> None:
    before = reasons(lumen)

    answer = send(claire, PAGE, hold_reasons="x" * 100 + "\nsupplier", tags="late")

    assert answer.status_code == 422
    shown = BeautifulSoup(answer.text, "lxml")
    field = shown.select_one("#f-hold_reasons")
    assert field is not None
    assert field["aria-invalid"] == "true"
    assert "is too long" in words(shown.select_one("#f-hold_reasons-wrong"))
    banner = shown.select_one("#wrong")
    assert "Not saved: 1 thing needs a look." in words(banner)
    assert [link["href"] for link in shown.select("#wrong a")] == ["#f-hold_reasons"]
    assert fields(shown)["hold_reasons"] == ["x" * 100 + "\nsupplier"]
    assert fields(shown)["tags"] == ["late"]
    assert reasons(lumen) == before

    assert send_again(claire, PAGE, answer, hold_reasons="supplier").status_code == 303
    assert reasons(lumen) == ("supplier",)


def test_saving_what_is_there_already_saves_nothing(lumen: Shop, claire: FlaskClient) -> None:
    assert send(claire, PAGE).status_code == 303
    assert in_force.current(lumen.ports).version is None


def test_of_two_who_change_the_same_the_second_sees_what_the_first_did(lumen: Shop, claire: FlaskClient) -> None:
    mine = claire.get(PAGE)
    assert send(claire, PAGE, hold_reasons="supplier\nlegal").status_code == 303

    answer = send_again(claire, PAGE, mine, hold_reasons="supplier\nparts")

    assert answer.status_code == 409
    shown = BeautifulSoup(answer.text, "lxml")
    assert "saved the same here meanwhile" in words(shown.select_one("#meanwhile"))
    assert "+ legal" in words(shown.select_one("#meanwhile"))
    assert fields(shown)["hold_reasons"] == ["supplier\nparts"]
    assert reasons(lumen) == ("supplier", "legal")

    assert send_again(claire, PAGE, answer).status_code == 303
    assert reasons(lumen) == ("supplier", "parts")


def test_what_others_change_elsewhere_stays_and_stands_in_nobodys_way(lumen: Shop, claire: FlaskClient) -> None:
    mine = claire.get(PAGE)
    body = dict(in_force.current(lumen.ports).body)
    body["people"] = [{"address": "new@lumenvelo.example", "name": "New"}, *body["people"]]
    configuring.save(lumen.ports, body, "ana@lumenvelo.example", None)

    assert send_again(claire, PAGE, mine, tags="late").status_code == 303

    document = in_force.current(lumen.ports).document
    assert document.tags == ("late",)
    assert document.people[0].name == "New"


def test_fields_that_are_none_of_the_form_change_nothing(lumen: Shop, claire: FlaskClient) -> None:
    send(claire, PAGE, tags="late", default_policy="Mine", people="[]", **{"policies__0__name": "Mine"})

    document = in_force.current(lumen.ports).document
    assert document.tags == ("late",)
    assert document.default_policy == "Standard support"


def test_hostile_words_are_shown_as_words(lumen: Shop, claire: FlaskClient) -> None:
    assert send(claire, PAGE, tags='<script>alert(1)</script>\n"><b>').status_code == 303

    text = claire.get(PAGE).text

    assert "<script>alert" not in text
    assert fields(BeautifulSoup(text, "lxml"))["tags"] == ['<script>alert(1)</script>\n"><b>']
