"""Guessing: after ten failed tries a minute, a visitor waits; nobody else does, and nobody waits for long."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from inboxsla.services import sign_in
from inboxsla.storage.database import Database
from tests.web.door import Door
from tests.web.shop import Shop, minutes, pages, shop

MALLORY, CLAIRE = "203.0.113.9", "198.51.100.7"


def guess(
    browser: FlaskClient, path: str = "/sign-in/guess", *, peer: str = "127.0.0.1", forwarded: str = ""
) -> TestResponse:
    """`peer` is at the other end; it says to pass on what it got from `forwarded`."""
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return browser.get(path, environ_overrides={"REMOTE_ADDR": peer}, headers=headers)


def link(lumen: Shop) -> str:
    return sign_in.make_link(lumen.ports, "http://localhost")


@pytest.mark.parametrize(
    ("path", "wrong"), [("/sign-in/guess", 403), ("/sign-in/google/back?state=x&code=y", 403), ("/act/guess", 404)]
)
def test_whoever_guesses_waits_after_ten_tries_a_minute_and_is_told_for_how_long(
    lumen: Shop, stranger: FlaskClient, path: str, wrong: int
) -> None:
    assert [guess(stranger, path).status_code for _ in range(11)] == [wrong] * 10 + [429]
    lumen.clock.forward(minutes(0.75))
    held = guess(stranger, path)
    assert (held.status_code, held.headers["Retry-After"]) == (429, "15")
    assert "wait 15 seconds" in held.text
    lumen.clock.forward(minutes(0.25))
    assert guess(stranger, path).status_code == wrong, "trying while one had to wait prolonged nothing"


def test_whoever_guessed_cannot_open_a_right_link_meanwhile_but_others_can(lumen: Shop, stranger: FlaskClient) -> None:
    right = link(lumen)
    with capture_logs() as logs:
        for _ in range(12):
            guess(stranger, peer=MALLORY)

    assert guess(stranger, right, peer=MALLORY).status_code == 429, "or guessing would have no limit"
    assert guess(pages(lumen).test_client(), right, peer=CLAIRE).status_code == 303
    (told,) = [log for log in logs if log["event"] == "too many failed tries"]
    assert (told["log_level"], told["at"], told["seconds"]) == ("warning", f"sign-in:{MALLORY}", 60)


def test_a_header_that_anybody_can_write_makes_nobody_somebody_else(lumen: Shop, stranger: FlaskClient) -> None:
    answers = [guess(stranger, peer=MALLORY, forwarded=f"192.0.2.{n}").status_code for n in range(11)]
    assert answers[-1] == 429


def test_behind_proxies_that_were_named_each_visitor_counts_alone(sqlite_database: Database, tmp_path: Path) -> None:
    server = {"base_url": "https://desk.lumenvelo.example", "proxies": ["127.0.0.1", "10.1.0.0/16"]}
    lumen = shop(sqlite_database, tmp_path / "data", server=server)
    browser = pages(lumen).test_client()

    for n in range(12):
        guess(browser, forwarded=f"192.0.2.{n}, {MALLORY}, 10.1.0.4")
    assert guess(browser, forwarded=f"{CLAIRE}, {MALLORY}").status_code == 429, "what stands before was made up"
    assert guess(pages(lumen).test_client(), link(lumen), forwarded=CLAIRE).status_code == 303
    for n in range(12):
        guess(browser, forwarded=f"[2001:db8:1:2::{n}]:4711")
    assert guess(browser, forwarded="2001:db8:1:2:ffff::1").status_code == 429, "one line has many such addresses"


def test_behind_a_proxy_that_nobody_named_strangers_can_lock_nobody_out(
    sqlite_database: Database, tmp_path: Path
) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", server={"base_url": "https://desk.lumenvelo.example"})
    browser = pages(lumen).test_client()

    assert [guess(browser).status_code for _ in range(11)] == [403] * 10 + [429]
    assert guess(browser, link(lumen)).status_code == 303


def test_machines_with_wrong_tokens_are_held_off_and_google_never_is(door: Door) -> None:
    assert [door.push(token="guess").status_code for _ in range(11)] == [401] * 10 + [429]
    assert door.push().status_code == 204
