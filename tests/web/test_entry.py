from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from inboxsla.errors import Refused
from inboxsla.services import secret, sign_in
from inboxsla.storage.database import Database
from tests.web.shop import Shop, minutes, pages, shop


def test_a_link_opens_the_board(lumen: Shop, stranger: FlaskClient) -> None:
    answer = stranger.get(sign_in.make_link(lumen.ports, "http://localhost"))

    assert answer.location == "/tickets"
    assert stranger.get("/tickets").status_code == 200


def test_a_used_link_explains_itself_to_a_stranger_and_lets_those_in_who_are_in(
    lumen: Shop, claire: FlaskClient
) -> None:
    link = sign_in.make_link(lumen.ports, "http://localhost")
    assert claire.get(link).location == "/tickets"

    assert claire.get(link).location == "/tickets"
    refused = pages(lumen).test_client().get(link)

    assert refused.status_code == 403
    assert "Links work once" in refused.text
    assert "inboxsla sign-in-link" in refused.text


def test_links_that_are_too_old_or_made_up_do_not_open(lumen: Shop, stranger: FlaskClient) -> None:
    link = sign_in.make_link(lumen.ports, "http://localhost")
    lumen.clock.forward(minutes(24 * 60 + 1))

    assert stranger.get(link).status_code == 403
    assert stranger.get("/sign-in/guess").status_code == 403
    assert stranger.get("/tickets").status_code == 401


def test_looking_ahead_does_not_use_a_link_up(lumen: Shop, stranger: FlaskClient) -> None:
    link = sign_in.make_link(lumen.ports, "http://localhost")

    assert stranger.head(link).status_code == 200
    stranger.get(link, headers={"Sec-Purpose": "prefetch;prerender"})
    assert stranger.get("/tickets").status_code == 401

    assert stranger.get(link).status_code == 303


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "[", "a:b:c"])
def test_a_page_of_another_name_learns_nothing(claire: FlaskClient, name: str) -> None:
    for path in ("/tickets", "/readyz", "/sign-in/x"):
        answer = claire.get(path, headers={"Host": name})
        assert answer.status_code in (400, 421), path
        assert "Board" not in answer.text


@pytest.mark.parametrize("name", ["localhost:8000", "127.0.0.1:8123", "[::1]:8000", "LOCALHOST"])
def test_this_computer_is_known_by_all_its_names(stranger: FlaskClient, name: str) -> None:
    assert stranger.get("/healthz", headers={"Host": name}).status_code == 200


def test_the_name_in_the_settings_is_ours(sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", server={"base_url": "https://desk.lumenvelo.example"})
    browser = pages(lumen).test_client()

    assert browser.get("/healthz", headers={"Host": "desk.lumenvelo.example"}).status_code == 200


def test_the_key_is_made_once_for_its_owner_only_and_not_in_the_database(tmp_path: Path) -> None:
    key = secret.session_key(tmp_path / "data")

    assert secret.session_key(tmp_path / "data") == key
    assert len(key) >= 32
    assert (tmp_path / "data" / secret.NAME).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == [secret.NAME]
    assert secret.session_key(tmp_path / "other") != key


def test_a_key_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / secret.NAME).write_text("short\n")
    with pytest.raises(Refused, match="Delete it"):
        secret.session_key(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="can be neither read nor made"):
        secret.session_key(tmp_path / "file")
