"""Exchanging a code for a permission, on Google's bad days and with answers that are worded otherwise than ours expect."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from inboxsla.errors import InboxSLAError, Misused, Refused, TryLater
from inboxsla.gmail import accounts
from inboxsla.gmail.accounts import Client
from inboxsla.gmail.credentials import MODIFY, UserSecret
from tests.gmail.stub_google import Answer, StubGoogle

BACK = "http://127.0.0.1:9/"
GRANTED = {"access_token": "short", "refresh_token": "lasting", "expires_in": 3599, "token_type": "Bearer"}


@pytest.fixture
def google() -> Iterator[StubGoogle]:
    with StubGoogle() as started:
        yield started


def client(google: StubGoogle) -> Client:
    return Client("id", "secret", f"{google.url}/auth", f"{google.url}/token")


def exchanged(google: StubGoogle, *answers: Answer, code: str = "4/code") -> UserSecret:
    google.will_answer(*answers)
    return accounts.finish(client(google), BACK, "v" * 64, {"code": code})


def test_what_goes_to_google_proves_who_began(google: StubGoogle) -> None:
    begun = accounts.begin(client(google), BACK, "desk@office.example")
    asked = parse_qs(urlsplit(begun.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"] == [begun.state]
    assert begun.verifier not in begun.url
    assert begun.verifier not in repr(begun)
    exchanged(google, Answer(GRANTED))
    sent = parse_qs(google.asked[-1].body)
    assert (sent["code"], sent["code_verifier"], sent["redirect_uri"]) == (["4/code"], ["v" * 64], [BACK])


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"scope": f"openid {MODIFY} https://www.googleapis.com/auth/userinfo.email", "id_token": "x.y.z"},
        {"scope": "https://mail.google.com/", "refresh_token_expires_in": 604799},
    ],
)
def test_more_or_fewer_words_than_expected_are_no_reason_to_refuse(google: StubGoogle, more: dict[str, object]) -> None:
    secret = exchanged(google, Answer({**GRANTED, **more}))
    assert secret.refresh_token == "lasting"
    assert "lasting" not in repr(secret)


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (Answer({"error": "invalid_grant"}, 400), Refused, "codes work once"),
        (Answer({"error": "invalid_client"}, 401), Misused, "OAuth client"),
        (Answer({"error": "server_error"}, 400), TryLater, "has trouble"),
        (Answer({"error": {"code": 503}}, 503), TryLater, "has trouble"),
        (Answer(b"<html>Sign in to this hotel's network</html>", 200), TryLater, "has trouble"),
        (Answer({"token_type": "Bearer"}, 200), Refused, "did not give the permission"),
        (Answer(then="drop"), TryLater, "cannot be reached"),
        (Answer({**GRANTED, "refresh_token": None}), Refused, "no lasting permission"),
        (Answer({**GRANTED, "scope": "openid"}), Refused, "leave the box"),
    ],
)
def test_each_bad_answer_has_its_sentence(
    google: StubGoogle, answer: Answer, kind: type[InboxSLAError], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence) as refused:
        exchanged(google, answer)
    assert type(refused.value) is kind


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"error": "access_denied"}, "was declined"),
        ({"error": "admin_policy_enforced"}, "administrator"),
        ({"error": "<script>"}, "Google ended the consent"),
        ({}, "sent no code"),
    ],
)
def test_what_google_sends_the_browser_back_with_instead_of_a_code(
    google: StubGoogle, said: dict[str, str], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        accounts.finish(client(google), BACK, "v" * 64, said)
    assert google.asked == []


@pytest.mark.parametrize(("status", "known"), [(200, True), (204, True), (400, False)])
def test_a_permission_is_taken_back_or_was_gone_already(google: StubGoogle, status: int, known: bool) -> None:
    google.will_answer(Answer({}, status))
    assert accounts.revoke(UserSecret("id", "secret", "lasting"), f"{google.url}/revoke") is known
    assert google.asked[-1].body == "token=lasting"


def test_a_permission_that_cannot_be_taken_back_now_is_tried_later(google: StubGoogle) -> None:
    google.will_answer(Answer({}, 503))
    with pytest.raises(TryLater):
        accounts.revoke(UserSecret("id", "secret", "lasting"), f"{google.url}/revoke")
