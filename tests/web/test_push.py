"""POST /push/gmail: what Google signed is believed, what it tells of is read, and nothing comes again that need not."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from inboxsla.app import create_app
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.services import retiring, runs
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, NobodyRings, Notepad, a_desk, settings

AUDIENCE = "http://127.0.0.1:8000/push/gmail"
ACCOUNT = "push@lumen.iam.gserviceaccount.com"
SUBSCRIPTION = "projects/lumen/subscriptions/inboxsla"
PUSH = {"way": "push", "topic": "projects/lumen/topics/inboxsla", "service_account": ACCOUNT}


class Door:
    """The push endpoint, and Pub/Sub in front of it."""

    def __init__(self, desk: Desk, ports: Ports) -> None:
        self.desk, self.ports = desk, ports
        self.signer = desk.server.pubsub.signer
        self.client: FlaskClient = create_app(ports).test_client()

    def token(self, audience: str = AUDIENCE, email: str = ACCOUNT, **claims: Any) -> str:
        return self.signer.token(audience, email, self.desk.clock(), **claims)

    def push(self, said: object = None, token: str | None = None, **envelope: Any) -> TestResponse:
        notice = {"emailAddress": SUPPORT, "historyId": 9} if said is None else said
        data = notice if isinstance(notice, str) else base64.b64encode(json.dumps(notice).encode()).decode()
        body = {"message": {"data": data, "messageId": "1"}, "subscription": SUBSCRIPTION, **envelope}
        return self.post(json.dumps(body), token)

    def post(self, body: str | bytes, token: str | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        return self.client.post("/push/gmail", data=body, headers=headers, content_type="application/json")

    @property
    def rung(self) -> list[tuple[str, tuple[int, ...]]]:
        assert isinstance(self.desk.bell, Notepad)
        return self.desk.bell.rung


def door_of(desk: Desk, folder: Path, certs: str = "/oauth2/v1/certs", **chosen: Any) -> Door:
    google = {"certs_uri": desk.server.url + certs}
    made = settings(data_dir=str(folder), google=google, push={**PUSH, **chosen})
    ports = desk.ports
    return Door(desk, Ports(made, ports.db, ports.bell, ports.now, ports.mailbox))


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def door(desk: Desk, tmp_path: Path) -> Door:
    return door_of(desk, tmp_path)


def test_a_notice_makes_somebody_read_the_mailbox(door: Door) -> None:
    answer = door.push()
    assert (answer.status_code, answer.data) == (204, b"")
    assert door.rung == [("sync", (door.desk.id,))]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "data",
    [
        base64.b64encode(b'{"emailAddress":"Support@LumenVelo.example","historyId":"42"}').decode(),
        base64.b64encode(b'{"emailAddress":"support@lumenvelo.example","historyId":18446744073709551615}').decode(),
        base64.urlsafe_b64encode(b'{"emailAddress":"support@lumenvelo.example","x":"\xc3\xbf\xc3\xbf?>"}').decode(),
        base64.b64encode(b'{"emailAddress":"support@lumenvelo.example","historyId":7}').decode().rstrip("="),
    ],
)
def test_notices_are_understood_in_every_spelling(door: Door, data: str) -> None:
    assert door.push(data).status_code == 204
    assert len(door.rung) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"message":7}',
        b'{"message":{}}',
        b'{"message":{"data":"%%%"}}',
        b'{"message":{"data":"e30="}}',
        b'{"message":{"data":"W10="}}',
        b'{"message":{"data":["x"]}}',
        b"\xff\xfe",
        b'{"message":' + b"[" * 5000,
    ],
)
def test_what_makes_no_sense_is_taken_once_and_logged(door: Door, body: bytes) -> None:
    with capture_logs() as logs:
        assert door.post(body).status_code == 204
    assert door.rung == []
    assert [line["outcome"] for line in logs if line["event"] == "notice from Gmail"] == ["not understood"]


def test_unknown_and_retired_mailboxes_are_taken_without_a_ring(door: Door) -> None:
    assert door.push({"emailAddress": "other@lumenvelo.example", "historyId": 1}).status_code == 204
    with door.desk.database.write() as conn:
        retiring.retire_others(conn, set(), door.desk.clock())
    assert door.push().status_code == 204
    assert door.rung == []


def test_old_repeated_and_disordered_notices_lose_nothing_and_double_nothing(door: Door) -> None:
    desk = door.desk
    desk.sync()
    new = desk.writes()
    for history_id in (1, 10**18, 1, int(desk.mailbox.history_id or 0)):
        assert door.push({"emailAddress": SUPPORT, "historyId": history_id}).status_code == 204
    for job, keys in list(door.rung):
        runs.RUNS[job](desk.ports, keys)
    assert desk.kinds(new.thread_id) == [Kind.CUSTOMER_WROTE, Kind.ASSIGNED]
    assert desk.mailbox.history_id == str(desk.store.history_id(SUPPORT))


def test_without_redis_the_ring_is_kept_and_the_ticker_reads_the_mailbox(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with a_desk(sqlite_database, bell=NobodyRings()) as desk:
        desk.tick()
        new = desk.writes()
        assert door_of(desk, tmp_path).push().status_code == 204
        desk.tick()
        assert desk.find(new.thread_id) is not None
        with desk.calls() as calls:
            desk.tick()
        assert calls == {}


def test_without_a_database_the_notice_has_to_come_again(
    door: Door, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(sqlite_database.place)
    sqlite_database.close()
    aside = place.rename(place.with_suffix(".away"))
    place.mkdir()
    try:
        assert door.push().status_code == 503
    finally:
        place.rmdir()
        aside.rename(place)
    assert door.push().status_code == 204


def test_another_subscription_is_not_listened_to_where_one_is_named(desk: Desk, tmp_path: Path) -> None:
    door = door_of(desk, tmp_path, subscription=SUBSCRIPTION)
    assert door.push(subscription="projects/mallory/subscriptions/inboxsla").status_code == 204
    assert door.rung == []
    assert door.push().status_code == 204
    assert len(door.rung) == 1


def test_a_body_no_notice_has_is_refused(door: Door) -> None:
    assert door.post(b"x" * 100_000).status_code == 413
    assert door.rung == []


def test_where_pushes_are_not_switched_on_nothing_listens(desk: Desk, tmp_path: Path) -> None:
    door = door_of(desk, tmp_path, way="poll")
    assert door.push().status_code == 404
    assert door.rung == []


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
    for name, token in bad.items():
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


def test_a_notice_that_is_quicker_than_gmails_history_is_looked_after_for_a_while(door: Door) -> None:
    desk = door.desk
    desk.sync()
    ahead = {"emailAddress": SUPPORT, "historyId": str(int(desk.mailbox.history_id or 0) + 5)}
    assert door.push(ahead).status_code == 204
    desk.sync()
    desk.tick()
    door.rung.clear()
    for _ in range(3):
        desk.clock.forward(seconds=1)
        desk.sync()
        desk.tick()
    assert door.rung == [("sync", (desk.id,))] * 3
    # History never shows more: the notice was wrong.
    desk.clock.forward(seconds=14)
    desk.sync()
    desk.tick()
    door.rung.clear()
    desk.clock.forward(seconds=1)
    desk.tick()
    assert door.rung == []
