"""The account of whoever is signed in, signing out, losing a role; and who can sign in without proving who they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from inboxsla.services import configuring, setup, sign_in
from inboxsla.services import sessions as sessions_service
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit, sessions
from tests.web.coming import browser_of, form_token, is_in, press, token_of
from tests.web.conftest import signed_in
from tests.web.reading import page, words
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, Shop, pages, settings, shop


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
