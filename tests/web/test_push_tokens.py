"""Whom /push/gmail believes: Google, about this endpoint and this account, now."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from inboxsla.gmail.simulator import Fault
from tests.builders import Desk
from tests.web.door import AUDIENCE, Door, door_of


def unsigned(door: Door, alg: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": alg, "kid": door.signer.kid}).encode()).decode().rstrip("=")
    _, body, signature = door.token().split(".")
    return f"{head}.{body}.{signature if alg != 'none' else ''}"


HOUR = 3600


def test_a_token_that_proves_nothing_is_refused_and_not_written_down(door: Door) -> None:
    now = int(door.desk.clock().timestamp())
    good = door.token()
    head, body, signature = good.split(".")
    bad = {
        "none": "",
        "nonsense": "abc",
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "no signature": f"{head}.{body}.",
        "other signature": f"{head}.{body}.{signature[::-1]}",
        "other body": f"{head}.{door.token(email='mallory@evil.example').split('.')[1]}.{signature}",
        "alg none": unsigned(door, "none"),
        "alg HS256": unsigned(door, "HS256"),
        "other audience": door.token("https://elsewhere.example/push/gmail"),
        "audience with a tail": door.token(AUDIENCE + "/"),
        "other issuer": door.token(iss="https://accounts.evil.example"),
        "other account": door.token(email="push@mallory.iam.gserviceaccount.com"),
        "unverified": door.token(email_verified=False),
        "verified in words": door.token(email_verified="true"),
        "expired": door.token(exp=now - 60, iat=now - HOUR),
        "not yet": door.token(iat=now + 120, exp=now + HOUR),
        "no expiry": door.token(exp=None),
        "endless": "e" * 9000 + ".e.e",
    }
    for number, (name, token) in enumerate(bad.items()):
        door.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        with capture_logs() as logs:
            answer = door.push(token=token)
        assert answer.status_code == 401, name
        assert any(line["event"] == "push refused" for line in logs), name
        assert not any(part and part in str(logs) + answer.text for part in token.split(".") if len(part) > 20), name
    assert door.client.post("/push/gmail", json={}).status_code == 401
    assert door.client.post("/push/gmail", json={}, headers={"Authorization": f"Basic {good}"}).status_code == 401
    assert door.rung == []


def test_clocks_may_be_half_a_minute_apart_and_the_short_issuer_is_google_too(door: Door) -> None:
    now = int(door.desk.clock().timestamp())
    assert door.push(token=door.token(exp=now - 20, iat=now - HOUR)).status_code == 204
    assert door.push(token=door.token(iat=now + 20)).status_code == 204
    assert door.push(token=door.token(iss="accounts.google.com")).status_code == 204


@pytest.mark.parametrize("certs", ["/oauth2/v1/certs", "/oauth2/v3/certs"])
def test_a_new_key_of_googles_is_learned_and_made_up_ones_are_not_asked_about_all_the_time(
    desk: Desk, tmp_path: Path, certs: str
) -> None:
    door = door_of(desk, tmp_path, certs)
    assert door.push().status_code == 204
    desk.clock.forward(minutes=2)
    door.signer.rotate()
    assert door.push().status_code == 204
    door.signer.rotate()
    # The key is new, but Google was asked a moment ago; the push comes again.
    assert door.push().status_code == 401
    desk.clock.forward(seconds=61)
    assert door.push().status_code == 204


def test_keys_are_used_for_as_long_as_google_allows_and_no_longer(door: Door) -> None:
    door.signer.max_age = 600
    old = door.token()
    assert door.push(token=old).status_code == 204
    door.signer.rotate(forget=True)
    door.desk.clock.forward(minutes=9)
    assert door.push(token=old).status_code == 204
    door.desk.clock.forward(minutes=2)
    assert door.push(token=old).status_code == 401
    assert door.push().status_code == 204


def test_while_googles_keys_cannot_be_had_those_at_hand_are_used_and_then_the_push_has_to_come_again(
    door: Door,
) -> None:
    door.signer.max_age = 600
    assert door.push().status_code == 204
    door.desk.faults.plan(Fault("status", "certs.*", code=503, times=None))
    assert door.push().status_code == 204
    door.desk.clock.forward(minutes=11)
    assert door.push().status_code == 503
    door.desk.faults.clear()
    # Nobody waits for Google again and again while it is away.
    assert door.push().status_code == 503
    door.desk.clock.forward(seconds=6)
    assert door.push().status_code == 204
