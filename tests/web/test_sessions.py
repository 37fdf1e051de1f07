"""Sessions: how they begin, what the browser holds, how they end; and who can sign in without proving who they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inboxsla.services import configuring, setup, sign_in
from inboxsla.services import sessions as sessions_service
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit, sessions
from tests.web.conftest import signed_in
from tests.web.reading import page, words
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, Shop, minutes, pages, settings, shop

HOUR = timedelta(hours=1)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


@pytest.fixture
def strict(sqlite_database: Database, tmp_path: Path) -> Shop:
    """A shop where sessions last as long as they do by default: 12 hours unused, 30 days in any case."""
    return shop(sqlite_database, tmp_path / "data", sign_in={})


def browser_of(lumen: Shop, address: str) -> FlaskClient:
    return signed_in(pages(lumen).test_client(), lumen, address)


def token_of(browser: FlaskClient) -> str:
    held = browser.get_cookie(browser.application.config["SIGN_IN_COOKIE"])
    return held.value if held else ""


def form_token(browser: FlaskClient, path: str = "/account") -> str:
    field = page(browser, path).select_one("input[name=form_token]")
    assert field is not None
    return str(field["value"])


def press(browser: FlaskClient, path: str) -> Any:
    return browser.post(path, data={"form_token": form_token(browser)})


def is_in(browser: FlaskClient, **headers: str) -> bool:
    answer = browser.get("/tickets", headers=headers)
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


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

    answer = browser.get(sign_in.make_link(lumen.ports, base))

    (cookie,) = (each for each in answer.headers.getlist("Set-Cookie") if "_page_" not in each)
    assert cookie.startswith("__Host-inboxsla_")
    assert "Secure" in cookie


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


def test_the_account_tells_roles_and_sessions_of_nobody_else(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    browser_of(strict, JONAS)
    signed_in(pages(strict).test_client(), strict, ANA)

    found = page(ana, "/account")

    assert "Ana Ruiz ana@lumenvelo.example" in words(found.main)
    assert f"{ADDRESS} Agent" in words(found.select_one(".roles"))
    assert len(found.select("tbody tr")) == 2
    assert words(found.tbody).count("this browser") == 1


def test_signing_out_ends_this_session_only(strict: Shop) -> None:
    here, elsewhere = browser_of(strict, ANA), browser_of(strict, ANA)
    held = token_of(here)

    answer = press(here, "/account/sign-out")

    assert answer.location == "/sign-in"
    assert "You are signed out." in here.get("/sign-in").text
    assert not is_in(here)
    here.set_cookie(here.application.config["SIGN_IN_COOKIE"], held)
    assert not is_in(here), "the token is worth nothing any more"
    assert is_in(elsewhere)


def test_signing_out_everywhere_ends_every_session_and_link_of_that_person(strict: Shop) -> None:
    here, elsewhere, jonas = browser_of(strict, ANA), browser_of(strict, ANA), browser_of(strict, JONAS)
    link = sign_in.make_link(strict.ports, "http://localhost", ANA)

    press(here, "/account/sign-out-everywhere")

    assert not is_in(here)
    assert not is_in(elsewhere)
    assert is_in(jonas)
    assert here.get(link).status_code == 403
    with strict.ports.db.read() as conn:
        last = conn.execute(select(audit).order_by(audit.c.id.desc()).limit(1)).one()
    assert (last.actor, last.what, last.before) == (ANA, "signed out everywhere", {"sessions": 2})


def test_whoever_leaves_the_people_list_is_out_with_the_next_click(strict: Shop) -> None:
    ana = browser_of(strict, ANA)
    people = f'[[people]]\naddress = "{CLAIRE}"\nname = "Claire Dubois"\nrole = "admin"\n'
    policy = 'default_policy = "P"\n[[policies]]\nname = "P"\ncalendar = "24x7"\ntargets = {first_response = "1h"}\n'
    configuring.import_(strict.ports, policy + people, "the tests", open_too=False)

    answer = ana.get("/tickets")

    assert answer.status_code == 401
    assert "You are on no people list here any more" in answer.text
    with strict.ports.db.read() as conn:
        assert not conn.execute(select(sessions)).all()


def test_a_changed_role_counts_at_once(strict: Shop) -> None:
    claire = browser_of(strict, CLAIRE)
    path = f"/settings/mailboxes/{strict.mailbox_id}/live"
    assert claire.get(path).status_code == 200
    fewer = settings(strict.ports.settings.data_dir, people=[{"address": CLAIRE, "name": "Claire Dubois"}])
    setup.prepare(replace(strict.ports, settings=fewer))

    assert claire.get(path).status_code == 403


def test_setting_up_ends_as_soon_as_there_is_an_admin(sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", people=[{"address": ANA, "name": "Ana Ruiz"}])
    browser = signed_in(pages(lumen).test_client(), lumen)
    shown = page(browser, "/settings/mailboxes")
    assert words(shown.select_one(".account")).startswith("Setup link")
    assert "Stop them now" in words(shown.main)
    token = form_token(browser, "/settings/mailboxes")
    browser.post("/settings/mailboxes/stop", data={"form_token": token})
    with lumen.ports.db.read() as conn:
        assert sessions_service.SETUP_NAME in [row.actor for row in conn.execute(select(audit))]

    admin = settings(lumen.ports.settings.data_dir)
    setup.prepare(replace(lumen.ports, settings=admin))

    answer = browser.get("/settings/mailboxes")
    assert answer.status_code == 401
    assert "InboxSLA has an admin now" in answer.text


def test_in_the_demo_one_press_becomes_somebody(sqlite_database: Database, tmp_path: Path) -> None:
    lumen = shop(sqlite_database, tmp_path / "data", demo=True)
    browser = pages(lumen).test_client()
    asked = page(browser, "/sign-in")
    assert [words(button) for button in asked.select(".choose button")] == [
        "Continue as Ana", "Continue as Jonas", "Continue as Claire",
    ]  # fmt: skip
    form = asked.select_one(f".choose form:has(input[value='{ANA}'])")
    assert form is not None
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input")}

    answer = browser.post(str(form["action"]), data={**fields, "next": "/mail"})

    assert (answer.status_code, answer.location) == (303, "/mail")
    assert words(page(browser, "/mail").select_one(".account")).startswith("AR Ana Ruiz")
    again = {**fields, "form_token": form_token(browser, "/sign-in")}
    assert browser.post("/sign-in/demo", data={**again, "person": "mallory@evil.example"}).status_code == 400
    assert browser.post("/sign-in/demo", data={**again, "form_token": "guessed"}).status_code == 400
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        again = {**fields, "form_token": form_token(browser, "/sign-in")}
        assert browser.post("/sign-in/demo", data={**again, "next": elsewhere}).location == "/addon/preview"


def test_outside_the_demo_nobody_becomes_somebody_without_proof(lumen: Shop, claire: FlaskClient) -> None:
    shown = claire.get("/sign-in").text
    assert "Continue as" not in shown
    endpoints = {rule.endpoint for rule in claire.application.url_map.iter_rules()}
    assert "sign_in_demo" not in endpoints
    assert not [name for name in endpoints if name.startswith("preview.")]
    form = {"form_token": form_token(claire), "person": ANA}

    assert claire.post("/sign-in/demo", data=form).status_code == 405
    assert words(page(claire, "/tickets").select_one(".account")).startswith("CD Claire Dubois")
    with pytest.raises(sign_in.Refused, match="Only in the demo"):
        sign_in.as_demo(lumen.ports, ANA, "")


def test_without_google_the_page_says_how_to_get_in(stranger: FlaskClient) -> None:
    asked = words(page(stranger, "/sign-in").main)

    assert "inboxsla sign-in-link" in asked
    assert "docs/signing-in.md" in asked
