"""Sessions: how they begin, what the browser holds, how they end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from inboxsla.services import sign_in
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit, sessions
from tests.web.coming import browser_of, form_token, is_in, token_of
from tests.web.conftest import signed_in
from tests.web.shop import ANA, CLAIRE, JONAS, Shop, minutes, pages, settings, shop

HOUR = timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


def test_the_browser_holds_a_token_and_nothing_else_and_the_database_only_its_digest(strict: Shop) -> None:
    stranger = pages(strict).test_client()

    answer = stranger.get(sign_in.make_link(strict.ports, "http://localhost"), headers={"User-Agent": FIREFOX})

    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if "_page_" not in each)
    name, _, value = cookie.partition(";")[0].partition("=")
    assert name == stranger.application.config["SIGN_IN_COOKIE"]
    assert len(value) == 43, "256 bits"
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/", f"Max-Age={30 * 24 * 3600}"):
        assert flag in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie
    with strict.ports.db.read() as conn:
        (row,) = conn.execute(select(sessions)).all()
        logged = str(conn.execute(select(audit)).all())
    assert value not in str(row)
    assert value not in logged
    assert (row.address, row.how, row.agent) == (CLAIRE, "link", "Firefox on Linux")


def test_behind_https_the_token_is_sent_to_this_very_host_and_never_in_the_clear(
    sqlite_database: Database, tmp_path: Path
) -> None:
    base = "https://desk.lumenvelo.example"
    lumen = shop(sqlite_database, tmp_path / "data", server={"base_url": base})
    browser = pages(lumen).test_client()

    def kept(answer: TestResponse) -> str:
        (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if "_page_" not in each)
        assert cookie.startswith("__Host-inboxsla_")
        assert "Secure" in cookie
        return cookie

    kept(browser.get(sign_in.make_link(lumen.ports, base)))
    account = BeautifulSoup(browser.get("/account", base_url=base).text, "lxml")
    form = {"form_token": str(account.select("input[name=form_token]")[0]["value"])}
    assert "Max-Age=0" in kept(browser.post("/account/sign-out", data=form, base_url=base))


def test_every_sign_in_gives_a_fresh_token_and_the_one_before_is_worth_nothing(strict: Shop) -> None:
    browser = pages(strict).test_client()
    planted = "planted-by-somebody-else"
    browser.set_cookie(browser.application.config["SIGN_IN_COOKIE"], planted)
    signed_in(browser, strict)
    first = token_of(browser)
    assert first != planted
    old = form_token(browser)

    signed_in(browser, strict, ANA)

    assert token_of(browser) != first
    thief = browser.application.test_client()
    thief.set_cookie(browser.application.config["SIGN_IN_COOKIE"], first)
    assert not is_in(thief)
    assert browser.post("/account/stay", data={"form_token": old}).status_code == 400, "forms are of one session"


def test_what_a_stranger_was_given_to_fill_in_is_worth_nothing_after_signing_in(strict: Shop) -> None:
    browser = pages(strict).test_client()
    browser.get("/tickets")
    signed_in(browser, strict)

    with browser.session_transaction() as kept:
        assert "form" not in kept


@pytest.mark.parametrize("forged", ["", "guessed", None])
def test_a_form_of_another_page_does_nothing(strict: Shop, forged: str | None) -> None:
    ana = browser_of(strict, ANA)
    for path in ("/account/sign-out", "/account/sign-out-everywhere", "/account/stay"):
        assert ana.post(path, data={} if forged is None else {"form_token": forged}).status_code == 400
    assert is_in(ana)


def test_a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on(strict: Shop) -> None:
    ana, jonas = browser_of(strict, ANA), browser_of(strict, JONAS)
    strict.clock.forward(11 * HOUR)
    assert is_in(ana)
    strict.clock.forward(1 * HOUR)

    assert is_in(ana)
    answer = jonas.get("/tickets")
    assert answer.status_code == 401
    assert "Your session has ended. Sign in again to go on." in answer.text
    with strict.ports.db.read() as conn:
        assert [row.address for row in conn.execute(select(sessions))] == [ANA]


def test_however_much_it_is_used_a_session_ends_after_its_last_day(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    with strict.ports.db.read() as conn:
        assert conn.execute(select(sessions.c.ends_at)).scalar_one() == strict.clock.at + timedelta(days=30)
    two = ending_after(strict, "2 days")
    for _ in range(4):
        strict.clock.forward(11 * HOUR)
        assert is_in(ana)
        assert is_in(two)
    strict.clock.forward(4 * HOUR)

    assert is_in(ana)
    assert not is_in(two)


def ending_after(lumen: Shop, absolute: str) -> FlaskClient:
    """Ana's browser, in sessions that end so long after they began."""
    chosen = settings(lumen.ports.settings.data_dir, sign_in={"absolute": absolute})
    shorter = replace(lumen, ports=replace(lumen.ports, settings=chosen))
    return signed_in(pages(shorter).test_client(), shorter, ANA)


def test_a_page_that_keeps_itself_fresh_keeps_no_session_alive(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    for _ in range(12):
        assert is_in(ana, **{"HX-Request": "true"})
        assert is_in(ana, **{"Sec-Fetch-Dest": "empty"})
        strict.clock.forward(1 * HOUR)

    assert not is_in(ana)


def test_use_is_written_down_once_a_minute_at_most(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    begun = strict.clock.at

    def used() -> timedelta:
        with strict.ports.db.read() as conn:
            return conn.execute(select(sessions.c.seen_at)).scalar_one() - begun

    for seconds, noted in ((59, 0), (1, 60), (59, 60), (1, 120)):
        strict.clock.forward(timedelta(seconds=seconds))
        assert is_in(ana)
        assert used() == timedelta(seconds=noted)


def test_what_ended_is_cleared_away_when_somebody_signs_in(strict: Shop) -> None:
    browser_of(strict, ANA)
    strict.clock.forward(13 * HOUR)
    browser_of(strict, JONAS)

    with strict.ports.db.read() as conn:
        assert [row.address for row in conn.execute(select(sessions))] == [JONAS]


def test_one_key_prolongs_and_a_page_can_ask_how_long_it_lasts(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    token = form_token(ana)
    strict.clock.forward(12 * HOUR - minutes(2))
    asked = {"HX-Request": "true"}
    assert ana.get("/account/session", headers=asked).get_json() == {"left": 120, "can_stay": True, "form_token": token}

    told = ana.post("/account/stay", data={"form_token": token}).get_json()
    assert told == {"left": 12 * 3600, "can_stay": True, "form_token": token}

    strict.clock.forward(minutes(11 * 60))
    assert is_in(ana)


def test_shortly_before_its_last_day_is_over_staying_is_not_offered(strict: Shop) -> None:
    ana = ending_after(strict, "1 day")
    strict.clock.forward(11 * HOUR)
    assert is_in(ana)
    strict.clock.forward(11 * HOUR + minutes(30))

    told = ana.post("/account/stay", data={"form_token": form_token(ana)}).get_json()

    assert (told["left"], told["can_stay"]) == (90 * 60, False)
