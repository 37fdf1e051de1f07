"""Only Google gets an answer, only for the address it calls, and only for the person it vouches for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from inboxsla.gmail.simulator.signing import Signer
from tests.addon.gmail import ACCOUNT, BASE, CLIENT, EMAIL, Gmail, Json
from tests.builders import ANA, Desk

PATHS = ("/addon/message", "/addon/home", "/addon/help", "/addon/act", "/addon/show")


def _forged(ana: Gmail, path: str) -> str:
    stranger = Signer()
    stranger.rotate()
    return stranger.token(BASE + path, ACCOUNT, ana.desk.clock(), kid=ana.signer.kid)


def _tampered(ana: Gmail, path: str) -> str:
    head, body, signature = ana.token(path).split(".")
    return f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def _expired(ana: Gmail, path: str) -> str:
    past = ana.desk.clock() - timedelta(hours=1, seconds=31)
    return ana.signer.token(BASE + path, ACCOUNT, past)


def _early(ana: Gmail, path: str) -> str:
    return ana.signer.token(BASE + path, ACCOUNT, ana.desk.clock() + timedelta(seconds=60))


REFUSED: dict[str, Callable[[Gmail, str], str]] = {
    "signed by somebody else": _forged,
    "changed on the way": _tampered,
    "expired": _expired,
    "not valid yet": _early,
    "for the server, not this address": lambda ana, path: ana.signer.token(BASE, ACCOUNT, ana.desk.clock()),
    "for another address of ours": lambda ana, path: ana.token("/addon/other"),
    "for this address with a query": lambda ana, path: ana.token(f"{path}?x=1"),
    "of another service account": lambda ana, path: ana.token(path, "panel@mallory.iam.gserviceaccount.com"),
    "of an account nobody vouches for": lambda ana, path: ana.token(path, email_verified=False),
    "of another issuer": lambda ana, path: ana.token(path, iss="https://accounts.mallory.example"),
    "the person's": lambda ana, path: ana.identity(),
    "none": lambda ana, path: "",
    "nonsense": lambda ana, path: "a.b.c",
    "longer than any": lambda ana, path: f"{'x' * 20_000}.{'y' * 20_000}.z",
}


def test_a_request_that_google_did_not_make_is_refused_and_noted(ana: Gmail) -> None:
    for path in PATHS:
        for number, (what, made) in enumerate(REFUSED.items()):
            ana.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
            token = made(ana, path)
            with capture_logs() as logs:
                answer = ana.post(path, ana.event(), token)
            assert answer.status_code == 401, f"{path} takes a token that is {what}"
            assert answer.get_json() == {"error": "This token is not valid here."}
            assert [line["path"] for line in logs if line["event"] == "panel refused"] == [path]
            assert not token or token not in str(logs)


WRONG_PERSON: dict[str, Callable[[Gmail], str]] = {
    "for another program": lambda ana: ana.signer.token("other.apps.example", ANA, ana.desk.clock()),
    "for this address": lambda ana: ana.signer.token(f"{BASE}/addon/message", ANA, ana.desk.clock()),
    "expired": lambda ana: ana.signer.token(CLIENT, ANA, ana.desk.clock() - timedelta(hours=2)),
    "of an address nobody vouches for": lambda ana: ana.identity(email_verified=False),
    "without an address": lambda ana: ana.identity(email=""),
    "with an odd address": lambda ana: ana.identity(email=["ana@lumenvelo.example"]),
    "signed by somebody else": lambda ana: Signer().token(CLIENT, ANA, ana.desk.clock()),
    "nonsense": lambda ana: "nonsense",
}


def test_a_request_for_a_person_google_does_not_vouch_for_is_refused_and_noted(ana: Gmail) -> None:
    for what, made in WRONG_PERSON.items():
        with capture_logs() as logs:
            answer = ana.post("/addon/message", ana.event(allowed={"userIdToken": made(ana)}))
        assert answer.status_code == 401, what
        assert [line["event"] for line in logs] == ["panel refused"]


def test_clocks_may_be_half_a_minute_apart(desk: Desk, ana: Gmail) -> None:
    token, event = ana.token("/addon/home"), ana.event()
    desk.clock.forward(hours=1, seconds=29)
    assert ana.post("/addon/home", event, token).status_code == 200
    desk.clock.forward(seconds=2)
    assert ana.post("/addon/home", event, token).status_code == 401


def test_a_token_that_was_good_is_refused_once_google_has_taken_its_key_back(desk: Desk, ana: Gmail) -> None:
    token, event = ana.token("/addon/home"), ana.event()
    assert ana.post("/addon/home", event, token).status_code == 200
    ana.signer.rotate(forget=True)
    desk.clock.forward(minutes=2)
    assert ana.post("/addon/home", ana.event()).status_code == 200
    assert ana.post("/addon/home", event, token).status_code == 401


def test_without_googles_keys_nobody_is_let_in(desk: Desk, tmp_path: Path) -> None:
    closed = {"google": {"api_root": desk.server.url, "certs_uri": "http://127.0.0.1:9/certs"}}
    ana = Gmail(desk, tmp_path, **closed)
    answer = ana.post("/addon/home", ana.event())
    assert answer.status_code == 503
    assert answer.get_json() == {"error": "The token cannot be checked right now."}


@pytest.mark.parametrize("addon", [{}, {"service_account": ACCOUNT}, {"oauth_client_id": CLIENT}])
def test_a_panel_that_is_not_set_up_says_what_to_set(desk: Desk, tmp_path: Path, addon: Json) -> None:
    ana = Gmail(desk, tmp_path, addon=addon)
    for path in PATHS:
        answer = ana.post(path, ana.event())
        assert answer.status_code == 404
        assert "service_account and oauth_client_id in [addon]" in answer.get_json()["error"]


def test_whoever_has_not_allowed_to_be_named_is_asked_to(ana: Gmail) -> None:
    event = ana.event(allowed={"userIdToken": "", "authorizedScopes": []})
    assert ana.post("/addon/home", event).get_json() == {"requesting_google_scopes": {"scopes": [EMAIL]}}


def test_somebody_on_no_people_list_is_told_whom_to_ask(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    ana.person = "noor@elsewhere.example"
    card = ana.opens(mail.message_id, mail.thread_id)
    assert card.title == "InboxSLA does not know you yet"
    assert "noor@elsewhere.example" in card.text
    assert not card.buttons


def test_nobody_else_learns_that_the_panel_is_there(ana: Gmail) -> None:
    assert ana.client.get("/addon/message").status_code in (401, 405)
    for name in ("low", "medium", "urgent", "overdue", "paused", "met", "none", "logo"):
        assert ana.client.get(f"/addon/icons/{name}.png").content_type == "image/png"
    assert ana.client.get("/addon/icons/../secret.png").status_code in (401, 404)
    assert ana.client.get("/addon/icons/secret.png").status_code == 404
