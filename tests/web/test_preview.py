"""Who gets what from the preview. How it looks and feels is tested in a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import inboxsla.web
from inboxsla.app import create_app
from inboxsla.services import sign_in
from tests.builders import Desk
from tests.lumen_velo import ANA, JONAS
from tests.web.reading import page, words
from tests.web.stage import ADDON, demo
from tests.web.test_look import MARK, TEXT, ratio

CSS = (Path(inboxsla.web.__file__).parent / "static/preview/preview.css").read_text()
BASE = "http://localhost"


@pytest.fixture
def visitor(desk: Desk, tmp_path: Path) -> FlaskClient:
    """Somebody who opened the link that `make run` prints."""
    ports = demo(desk, tmp_path, BASE)
    browser = create_app(ports).test_client()
    assert browser.get(sign_in.make_link(ports, BASE)).location == "/addon/preview"
    return browser


def token(browser: FlaskClient) -> str:
    found = re.search(r'data-form-token="([^"]+)"', browser.get("/addon/preview").text)
    assert found
    return found[1]


def test_the_page_says_plainly_that_it_is_a_preview(visitor: FlaskClient) -> None:
    shown = visitor.get("/addon/preview")
    assert "nothing here reaches Gmail, no mail leaves this computer." in shown.text
    assert ">Mail sent</a>" in shown.text
    assert "unsafe-inline" not in shown.headers["Content-Security-Policy"]
    assert "<script>" not in shown.text
    assert 'href="/addon/preview"' in visitor.get("/tickets").text


def test_there_is_no_preview_outside_the_demo(claire: FlaskClient) -> None:
    for path in ("/addon/preview", "/addon/preview/gallery", "/addon/preview/threads"):
        assert claire.get(path).status_code == 404
    assert claire.post("/addon/preview/identity").status_code in (400, 404)


def test_tokens_are_made_for_the_add_on_and_its_people_only(visitor: FlaskClient, desk: Desk) -> None:
    form = {"form_token": token(visitor), "audience": f"{BASE}/addon/message", "persona": ANA}
    given = visitor.post("/addon/preview/identity", data=form).get_json()
    assert set(given) == {"systemIdToken", "userIdToken", "userOAuthToken", "authorizedScopes"}

    for changed in (
        {"audience": f"{BASE}/push/gmail"},
        {"audience": "https://elsewhere.example/addon/message"},
        {"persona": "mallory@evil.example"},
    ):
        assert visitor.post("/addon/preview/identity", data={**form, **changed}).status_code == 400
    assert visitor.post("/addon/preview/identity", data={**form, "form_token": "guessed"}).status_code == 400
    assert ADDON["service_account"] not in str(given)


def test_whoever_is_played_in_the_preview_acts_on_the_ticket_pages_too(visitor: FlaskClient, desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.catch_up()
    form = {"form_token": token(visitor), "persona": JONAS}

    told = visitor.post("/addon/preview/persona", data=form).get_json()

    assert visitor.post("/addon/preview/persona", data=form).status_code == 400, "the form is of a session that is over"
    form = {**told, "persona": "mallory@evil.example"}
    assert visitor.post("/addon/preview/persona", data=form).status_code == 400
    said = words(page(visitor, f"/tickets/{desk.ticket(thread).id}").select_one(".you"))
    assert said == "You act as Jonas Weber · switch person"


def test_a_stranger_sees_nothing_of_the_mailbox(visitor: FlaskClient) -> None:
    stranger = visitor.application.test_client()
    for path in ("/addon/preview", "/addon/preview/threads", "/addon/preview/threads/18f2c"):
        assert stranger.get(path).status_code == 401


def test_a_conversation_that_is_gone_is_said_to_be(visitor: FlaskClient) -> None:
    answer = visitor.get("/addon/preview/threads/18f2c")
    assert answer.status_code == 404
    assert answer.get_json() == {"error": "This conversation is not in the mailbox any more."}


def test_scripts_without_a_digest_in_their_address_are_asked_for_anew(visitor: FlaskClient) -> None:
    assert visitor.get("/static/preview/app.js").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_googles_greys_can_be_told_from_what_they_lie_on(theme: str) -> None:
    block = re.search(rf"\[data-bs-theme={theme}\]\{{(.*?)\}}", CSS, re.DOTALL)
    assert block is not None
    colour = dict(re.findall(r"--g-([\w-]+):(#[0-9A-Fa-f]{6})", block[1]))
    grounds = ("page", "surface", "read", "field", "hover")
    pairs = [(text, ground, TEXT) for text in ("text", "text-2") for ground in grounds]
    pairs += [
        ("text", "selected", TEXT),
        ("blue", "surface", TEXT),
        ("blue", "hover", TEXT),
        ("wrong", "surface", TEXT),
    ]
    pairs += [("on-blue", "blue", TEXT), ("on-blue", "blue-hover", TEXT), ("on-tonal", "tonal", TEXT)]
    pairs += [("snack-text", "snack", TEXT), ("avatar-text", "avatar", TEXT), ("edge", "surface", MARK)]
    weak = [(front, ground) for front, ground, least in pairs if ratio(colour[front], colour[ground]) < least]
    assert not weak


def test_the_list_tells_times_in_the_zone_of_the_reader_as_the_panel_does(visitor: FlaskClient, desk: Desk) -> None:
    desk.writes()

    def listed(zone: str) -> str:
        (row,) = visitor.get("/addon/preview/threads", headers={"Reader-Zone": zone}).get_json()["threads"]
        return str(row["exact"])

    assert "JST" in listed("Asia/Tokyo") or "UTC+9" in listed("Asia/Tokyo")
    assert "CET" in listed("../../etc/passwd")
