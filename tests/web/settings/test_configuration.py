"""The configuration as one text on a page: out and in again, every mistake with its line, looked at before it is saved."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import configuring, in_force, versions
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send_again
from tests.web.shop import ANA, CLAIRE, Shop, minutes

PAGE = "/settings/configuration"
FORM = f'form[action="{PAGE}/import"]'
SCRIPT = "<script>alert(1)</script>"


def exported(browser: FlaskClient) -> str:
    return browser.get(f"{PAGE}/configuration.toml").text


def looks(browser: FlaskClient, text: str = "", **more: object) -> TestResponse:
    held = fields(page(browser, PAGE), FORM)
    return browser.post(f"{PAGE}/import", data={**held, "text": text, "do": "look", **more})


def saves(browser: FlaskClient, shown: TestResponse, **changes: str) -> TestResponse:
    return send_again(browser, f"{PAGE}/import", shown, "save", FORM, **changes)


def banner(answer: TestResponse) -> str:
    return words(BeautifulSoup(answer.text, "lxml").select_one("#wrong"))


def test_what_was_exported_imports_to_the_same_state(lumen: Shop, claire: FlaskClient) -> None:
    body = {
        **in_force.current(lumen.ports).body,
        "tags": ["späť", '"quoted" \\back'],
        "privacy": {"keep_text": "never"},
    }
    configuring.save(lumen.ports, body, ANA, None)
    before = in_force.current(lumen.ports)
    text = exported(claire)

    assert "This file changes nothing" in looks(claire, text).text
    configuring.save(lumen.ports, {**body, "tags": ["other"]}, ANA, None)
    assert saves(claire, looks(claire, text)).status_code == 303

    after = in_force.current(lumen.ports)
    assert after.body == before.body
    assert after.policies == before.policies
    assert exported(claire) == text


def test_a_file_shows_what_it_changes_and_is_saved_only_then(lumen: Shop, claire: FlaskClient) -> None:
    lumen.live()
    lumen.asks("Where is my lamp?", "Kofi", ago=minutes(5))
    text = exported(claire).replace('"1h"', '"2h"', 1)
    assert text != exported(claire)
    file = (io.BytesIO(text.encode()), "C:\\desk.toml")

    shown = looks(claire, file=file)

    assert shown.status_code == 200
    told = words(BeautifulSoup(shown.text, "lxml"))
    assert "desk.toml" in told
    assert "1h → 2h" in told
    assert "gets version 2; 1 open ticket stands under it now" in told
    assert "Save as configuration 1" in told
    assert in_force.current(lumen.ports).version is None

    assert saves(claire, shown, open_too="yes").status_code == 303
    assert in_force.current(lumen.ports).version == 1
    assert versions.listed(lumen.ports).lines[0].open_too


def test_every_mistake_is_said_with_its_line_and_what_was_pasted_stays(lumen: Shop, claire: FlaskClient) -> None:
    text = 'default_policy = "Gone"\n\n[[policies]]\nname = "A"\ncalendar = "nowhere"\ntargets = {first_response = "4 parsecs"}\n'

    answer = looks(claire, text)

    assert answer.status_code == 422
    said = banner(answer)
    assert "3 things need a look" in said
    assert [f"pasted text:{line}: " in said for line in (1, 5, 6)] == [True, True, True]
    assert "4 parsecs" in fields(BeautifulSoup(answer.text, "lxml"), FORM)["text"][0]
    assert in_force.current(lumen.ports).version is None


@pytest.mark.parametrize(
    ("text", "words_"),
    [
        ("", "Choose a file"),
        ("= nonsense", "pasted text:1"),
        ("x" * 70_000, "pasted text"),
        ("[a]\n" * 2, "pasted text"),
    ],
)
def test_what_is_no_configuration_is_answered_in_words(claire: FlaskClient, text: str, words_: str) -> None:
    answer = looks(claire, text)
    assert answer.status_code == 422
    assert words_ in banner(answer)


def test_a_file_that_is_no_text_and_one_that_is_far_too_large_change_nothing(claire: FlaskClient) -> None:
    answer = looks(claire, file=(io.BytesIO(b"\xff\xfe\x00"), "<b>.toml"))
    assert answer.status_code == 422
    assert "not UTF-8" in banner(answer)
    assert "<b>.toml" in banner(answer)
    assert looks(claire, "x" * (4 * 1024 * 1024 + 1)).status_code == 413


def test_what_was_not_looked_at_is_shown_once_more_before_it_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    text = exported(claire)
    shown = looks(claire, text.replace('"1h"', '"2h"', 1))

    other = saves(claire, shown, text=text.replace('"1h"', '"3h"', 1))
    assert other.status_code == 409
    assert in_force.current(lumen.ports).version is None

    assert saves(claire, other).status_code == 303
    assert "3h" in exported(claire)


def test_of_two_who_save_the_second_sees_what_it_would_change_now(lumen: Shop, claire: FlaskClient) -> None:
    shown = looks(claire, exported(claire).replace('"1h"', '"2h"', 1))
    configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, "tags": ["meanwhile"]}, ANA, None)

    again = saves(claire, shown)

    assert again.status_code == 409
    assert "meanwhile" in again.text
    assert in_force.current(lumen.ports).version == 1


def test_every_version_says_who_saved_it_what_it_changed_and_how_to_go_back(lumen: Shop, claire: FlaskClient) -> None:
    body = in_force.current(lumen.ports).body
    configuring.save(lumen.ports, {**body, "tags": ["one"]}, ANA, None)
    configuring.save(lumen.ports, {**body, "tags": ["two"]}, CLAIRE, None)

    rows = [words(row) for row in page(claire, PAGE).select(".saved-versions tbody tr")]
    assert [CLAIRE in rows[0], "in force" in rows[0], ANA in rows[1]] == [True, True, True]
    first = page(claire, f"{PAGE}/versions/1")
    assert "+ one" in words(first.select_one(".changes"))
    held = fields(first, f'form[action="{PAGE}/versions/1/again"]')
    shown = claire.post(f"{PAGE}/versions/1/again", data=held)
    assert saves(claire, shown).status_code == 303
    assert in_force.current(lumen.ports).document.tags == ("one",)
    assert claire.get(f"{PAGE}/versions/99").status_code == 404
    assert claire.get(f"{PAGE}/versions/1.toml").text.startswith("# What this help desk promises")


def test_versions_come_in_pages(lumen: Shop, claire: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "PAGE", 2)
    for number in range(3):
        configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, "tags": [f"t{number}"]}, ANA, None)
    found = page(claire, PAGE)
    older = found.select_one(".saved-more a")
    assert older is not None
    assert [words(row)[:15] for row in page(claire, str(older["href"])).select(".saved-versions tbody tr")] == [
        "Configuration 1"
    ]


def test_hostile_words_in_a_configuration_are_shown_and_never_obeyed(lumen: Shop, claire: FlaskClient) -> None:
    body = {**in_force.current(lumen.ports).body, "tags": [SCRIPT], "hold_reasons": [f"</textarea>{SCRIPT}"]}
    configuring.save(lumen.ports, body, SCRIPT, None)
    text = exported(claire)
    for answer in (
        claire.get(PAGE),
        claire.get(f"{PAGE}/versions/1"),
        looks(claire, text.replace("alert(1)", "alert(2)")),
    ):
        assert SCRIPT not in answer.text
        assert not BeautifulSoup(answer.text, "lxml").select("script:not([src])")


@pytest.mark.parametrize("path", ["", "/configuration.toml", "/versions/1", "/versions/1.toml"])
def test_strangers_see_nothing_of_it(stranger: FlaskClient, path: str) -> None:
    assert stranger.get(PAGE + path).status_code in (302, 303, 401, 403)


def test_a_form_of_elsewhere_saves_nothing(lumen: Shop, claire: FlaskClient) -> None:
    assert claire.post(f"{PAGE}/import", data={"text": exported(claire), "do": "save"}).status_code == 400
    assert in_force.current(lumen.ports).version is None
