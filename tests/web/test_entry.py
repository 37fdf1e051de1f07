from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from addon.routes import PUBLIC as PANEL
from inboxsla.errors import Refused
from inboxsla.services import secret, sign_in
from inboxsla.storage.database import Database
from inboxsla.web.entry import PUBLIC
from tests.web.shop import Shop, minutes, pages, shop

# Said here once more, so that a route does not become public by an edit in one place.
MAY_BE_SEEN_BY_ANYBODY = {
    "static", "health.healthz", "health.readyz", "push.gmail", "sign_in", "mail_acts.show", "mail_acts.press",
    "addon.message", "addon.home", "addon.help_", "addon.act", "addon.show", "addon.icon",
}  # fmt: skip


def test_every_page_that_is_not_named_as_public_asks_who_is_there(lumen: Shop) -> None:
    app = pages(lumen)
    public = PUBLIC | PANEL
    assert public == MAY_BE_SEEN_BY_ANYBODY
    stranger, seen = app.test_client(), set()

    for rule in app.url_map.iter_rules():
        if rule.endpoint in public:
            continue
        path = app.url_map.bind("localhost").build(rule.endpoint, dict.fromkeys(rule.arguments, 1))
        for method in sorted((rule.methods or set()) - {"OPTIONS"}):
            assert stranger.open(path, method=method).status_code == 401, f"{method} {path} needs no session"
        seen.add(rule.endpoint)

    assert "board.tickets" in seen
    assert stranger.get("/no-such-page").status_code == 401


def test_a_link_opens_the_board_and_the_browser_is_remembered_for_thirty_days(
    lumen: Shop, stranger: FlaskClient
) -> None:
    answer = stranger.get(sign_in.make_link(lumen.ports, "http://localhost"))

    assert answer.location == "/tickets"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert "Expires=" in cookie
    assert stranger.get("/tickets").status_code == 200


def test_behind_https_the_session_is_never_sent_in_the_clear(sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", server={"base_url": "https://desk.lumenvelo.example"})
    browser = pages(lumen).test_client()

    answer = browser.get(sign_in.make_link(lumen.ports, "https://desk.lumenvelo.example"))

    assert "Secure" in answer.headers["Set-Cookie"]


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

    stranger.head(link)
    stranger.get(link, headers={"Sec-Purpose": "prefetch;prerender"})
    assert stranger.get("/tickets").status_code == 401

    assert stranger.get(link).status_code == 302


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


def test_a_session_of_another_key_is_worth_nothing(lumen: Shop, claire: FlaskClient) -> None:
    (lumen.ports.settings.data_dir / secret.NAME).unlink()
    other = pages(lumen)
    ours = claire.application.config["SESSION_COOKIE_NAME"]
    cookie = claire.get_cookie(ours)
    assert cookie is not None
    browser = other.test_client()

    browser.set_cookie(other.config["SESSION_COOKIE_NAME"], cookie.value)

    assert browser.get("/tickets").status_code == 401


def test_a_key_that_cannot_be_used_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / secret.NAME).write_text("short\n")
    with pytest.raises(Refused, match="Delete it"):
        secret.session_key(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="can be neither read nor made"):
        secret.session_key(tmp_path / "file")
