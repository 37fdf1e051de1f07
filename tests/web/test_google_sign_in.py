"""Signing in with Google, against a real OpenID provider on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from inboxsla.services import in_force
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit, sessions
from tests.web.provider import BASE, CLIENT, Google, Visit, a_google, challenge
from tests.web.reading import page, words
from tests.web.shop import ANA, CLAIRE, minutes

# What the stand-in for Google says of its own code.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
OURS = {"hd": "lumenvelo.example"}
Visiting = Callable[..., Visit]


@pytest.fixture(scope="module")
def google() -> Iterator[Google]:
    with a_google() as running:
        yield running


@pytest.fixture
def visiting(google: Google, sqlite_database: Database, tmp_path: Path) -> Visiting:
    """Somebody who comes to the pages of a shop with these settings."""
    return lambda **changes: Visit(google, sqlite_database, tmp_path / "data", **changes)


@pytest.fixture
def visit(visiting: Visiting) -> Visit:
    return visiting()


def in_the_log(visit: Visit) -> list[tuple[str, str]]:
    with visit.lumen.ports.db.read() as conn:
        return [(row.actor, row.what) for row in conn.execute(select(audit).order_by(audit.c.id))]


def is_out(visit: Visit) -> bool:
    return visit.browser.get("/tickets").status_code == 401


def test_whoever_is_on_the_people_list_signs_in_and_lands_where_they_wanted(visit: Visit) -> None:
    ticket = visit.lumen.asks("Refund missing", "Zofia Wiśniewska", ago=minutes(5))
    asked = visit.browser.get(f"/tickets/{ticket}?from=mail")
    assert asked.status_code == 401
    way = page_of(asked.text).select_one("a.with-google")
    assert way is not None

    begun = visit.browser.get(str(way["href"]))
    answer = visit.browser.get(visit.google.agrees(begun.headers["Location"], ANA))

    assert (answer.status_code, answer.location) == (303, f"/tickets/{ticket}?from=mail")
    assert words(page(visit.browser, answer.location).select_one(".you")).startswith("You act as Ana Ruiz")
    assert in_the_log(visit)[-1] == (ANA, "signed in with Google")


def test_google_is_asked_for_no_more_than_who_it_is_and_every_proof_is_asked_for(visiting: Visiting) -> None:
    visit = visiting(sign_in={"domains": ["lumenvelo.example"]})
    url = visit.begins()
    asked = dict(parse_qsl(urlsplit(url).query))

    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert asked["redirect_uri"] == f"{BASE}/sign-in/google/back"
    assert asked["hd"] == "lumenvelo.example"
    assert asked["access_type"] == "online"
    assert len(asked["state"]) >= 22
    assert len(asked["nonce"]) >= 22
    assert asked["code_challenge_method"] == "S256"
    visit.browser.get(visit.google.agrees(url, CLAIRE, OURS))
    told = visit.google.provider.asked[-1]
    assert challenge(told["code_verifier"]) == asked["code_challenge"]
    again = dict(parse_qsl(urlsplit(visit.begins()).query))
    assert not {asked[name] for name in ("state", "nonce", "code_challenge")} & set(again.values())


def test_what_the_browser_keeps_meanwhile_tells_it_nothing_and_is_gone_afterwards(visit: Visit) -> None:
    begun = visit.browser.get("/sign-in/google")
    kept = begun.headers["Set-Cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=Lax" in kept
    assert "Path=/sign-in/google" in kept
    assert "Max-Age=600" in kept
    url = begun.headers["Location"]
    assert dict(parse_qsl(urlsplit(url).query))["nonce"] not in kept

    answer = visit.browser.get(visit.google.agrees(url, ANA))

    cookies = answer.headers.getlist("Set-Cookie")
    assert any("Path=/sign-in/google" in cookie and "Max-Age=0" in cookie for cookie in cookies)


NOT_VERIFIED, NOT_OF_OURS = "Google has not verified that", "is not a Google Workspace account of"


@pytest.mark.parametrize(
    ("domains", "attempts"),
    [
        (
            (),
            [
                ({"email_verified": False}, {}, NOT_VERIFIED),
                ({"email_verified": "true"}, {}, NOT_VERIFIED),
                ({"email_verified": None}, {}, NOT_VERIFIED),
                ({"email": None}, {}, "Google did not tell your address"),
                ({}, {"nonce": "another"}, "belongs to another sign-in"),
                ({}, {"state": "another"}, "Nobody here waits for this answer"),
                ({}, {"scope": "email"}, "Google did not say who you are"),
            ],
        ),
        (("lumenvelo.example",), [({"hd": "other.example"}, {}, NOT_OF_OURS), ({}, {}, NOT_OF_OURS)]),
        (("other.example",), [({"hd": "other.example"}, {}, NOT_OF_OURS)]),
    ],
)
def test_whoever_does_not_prove_enough_stays_out_and_is_told_what_to_do(
    visiting: Visiting, domains: tuple[str, ...], attempts: list[tuple[dict[str, Any], dict[str, str], str]]
) -> None:
    visit = visiting(sign_in={"domains": domains})

    for claims, changed, said in attempts:
        answer = visit.signs_in(ANA, claims, **changed)
        assert answer.status_code == 403, said
        assert said in words(page_of(answer.text).select_one(".banner-error"))
        assert is_out(visit), said


def test_a_token_for_another_program_opens_nothing(visit: Visit) -> None:
    visit.google.provider.as_client = "another.apps.example"
    try:
        answer = visit.signs_in(ANA, client_id="another.apps.example")
    finally:
        visit.google.provider.as_client = ""

    assert "it is meant for another audience" in answer.text
    assert is_out(visit)


def test_a_token_of_another_issuer_opens_nothing(visiting: Visiting) -> None:
    visit = visiting(issuers=["https://accounts.google.com"])

    assert "its issuer is not Google" in visit.signs_in(ANA).text
    assert is_out(visit)


def fresh(visit: Visit) -> Any:
    return visit.browser.application.test_client()


def test_a_token_that_has_expired_opens_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    with a_google(lasting=timedelta(minutes=-5)) as stale:
        visit = Visit(stale, sqlite_database, tmp_path / "data")
        assert "it has expired" in visit.signs_in(ANA).text
        assert is_out(visit)


def test_an_answer_is_good_once_for_ten_minutes_in_the_browser_it_was_begun_in(visit: Visit) -> None:
    way = visit.google.agrees(visit.begins(), ANA)
    assert "Nobody here waits for this answer" in fresh(visit).get(way).text

    visit.clock.forward(minutes(10))
    assert "Nobody here waits for this answer" in visit.browser.get(way).text
    visit.clock.forward(minutes(-10))
    way = visit.google.agrees(visit.begins(), ANA)
    assert visit.browser.get(way).location == "/tickets"
    assert visit.browser.get(way).location == "/tickets", "whoever goes back in the history is in already"
    with visit.lumen.ports.db.read() as conn:
        assert len(conn.execute(select(sessions.c.id)).all()) == 1
    visit.browser.delete_cookie(visit.browser.application.config["SIGN_IN_COOKIE"])
    assert visit.browser.get(way).status_code == 403


def test_a_code_that_was_used_elsewhere_does_not_open(visit: Visit) -> None:
    url = visit.begins()
    way = visit.google.agrees(url, ANA)
    held = {cookie.key: cookie.value for cookie in visit.browser._cookies.values()}
    assert visit.browser.get(way).status_code == 303

    thief = fresh(visit)
    for name, value in held.items():
        thief.set_cookie(name, value, path="/sign-in/google")
    answer = thief.get(way)

    assert answer.status_code == 403
    assert "The code from Google is not good any more" in answer.text


def test_two_tabs_sign_in_side_by_side(visit: Visit) -> None:
    first, second = visit.begins("/mail"), visit.begins("/kept-aside")

    assert visit.browser.get(visit.google.agrees(first, ANA)).location == "/mail"
    assert visit.browser.get(visit.google.agrees(second, ANA)).location == "/kept-aside"


def test_somebody_who_is_not_on_the_list_is_told_whom_to_ask_and_the_log_tells_of_ours(visiting: Visiting) -> None:
    stranger = visiting(sign_in={"domains": ["lumenvelo.example"]})

    answer = stranger.signs_in("new@lumenvelo.example", OURS)

    assert answer.status_code == 403
    assert "You are not on the people list" in answer.text
    assert "new@lumenvelo.example" in answer.text
    assert in_the_log(stranger)[-1] == ("new@lumenvelo.example", "sign-in refused: on no people list")
    assert is_out(stranger)


def test_an_address_that_is_on_no_list_waits_after_ten_tries_from_anywhere_until_it_is_put_on_it(visit: Visit) -> None:
    def comes(number: int, address: str = "new@lumenvelo.example") -> int:
        visit.browser.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        return visit.signs_in(address).status_code

    assert [comes(number) for number in range(11)] == [403] * 10 + [429]
    assert comes(0, ANA) == 303


def test_without_domains_strangers_write_nothing_into_the_log(visit: Visit) -> None:
    before = in_the_log(visit)
    assert visit.signs_in("mallory@evil.example").status_code == 403
    assert in_the_log(visit) == before


def test_the_account_of_the_mailbox_is_nobody_in_particular(visit: Visit) -> None:
    assert visit.signs_in("support@lumenvelo.example").status_code == 403
    assert is_out(visit)


def test_the_list_in_force_counts_and_addresses_are_the_same_in_capitals(visit: Visit) -> None:
    assert in_force.current(visit.lumen.ports).version is None
    assert visit.signs_in("x", {"email": "ANA@LumenVelo.example"}).status_code == 303


def test_whoever_says_no_at_google_is_not_told_off(visit: Visit) -> None:
    state = dict(parse_qsl(urlsplit(visit.begins()).query))["state"]
    answer = visit.browser.get("/sign-in/google/back", query_string={"error": "access_denied", "state": state})

    assert answer.status_code == 403
    assert "Begin again whenever you like." in answer.text


def test_when_google_does_not_answer_people_are_asked_to_come_back(
    google: Google, sqlite_database: Database, tmp_path: Path
) -> None:
    with a_google() as falling:
        visit = Visit(falling, sqlite_database, tmp_path / "data")
        way = falling.agrees(visit.begins(), ANA)

    answer = visit.browser.get(way)

    assert answer.status_code == 503
    assert "Google&#39;s sign-in service cannot be reached" in answer.text
    assert "Traceback" not in answer.text
    assert is_out(visit)


def test_nobody_is_led_elsewhere(visit: Visit) -> None:
    for elsewhere in (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "tickets",
    ):
        assert visit.signs_in(ANA, wanted=elsewhere).location == "/tickets", elsewhere


def test_another_name_in_the_request_does_not_change_where_google_leads_back_to(
    google: Google, sqlite_database: Database, tmp_path: Path
) -> None:
    visit = Visit(google, sqlite_database, tmp_path / "data", server={"base_url": "https://desk.lumenvelo.example"})
    assert visit.browser.get("/sign-in/google", headers={"Host": "evil.example"}).status_code == 421

    asked = dict(parse_qsl(urlsplit(visit.begins()).query))

    assert asked["redirect_uri"] == "https://desk.lumenvelo.example/sign-in/google/back"
    assert asked["client_id"] == CLIENT


def test_without_a_client_there_is_no_way_to_google(sqlite_database: Database, tmp_path: Path) -> None:
    with a_google() as google:
        visit = Visit(google, sqlite_database, tmp_path / "data", demo=True)
        assert visit.browser.get("/sign-in/google").status_code == 404
        assert "with-google" not in visit.browser.get("/sign-in").text


def page_of(text: str) -> Any:
    return BeautifulSoup(text, "lxml")
