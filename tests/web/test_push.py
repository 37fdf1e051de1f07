"""POST /push/gmail: what it tells of is read, and nothing comes again that need not."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from inboxsla.domain.timeline import Kind
from inboxsla.services import noticing, retiring, runs
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, NobodyRings, a_desk
from tests.web.door import SUBSCRIPTION, Door, door_of


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
        desk.clock.forward(seconds=2)
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


def test_a_ring_that_redis_lost_is_rung_again_until_somebody_reads_the_mailbox(door: Door) -> None:
    desk = door.desk
    desk.sync()
    desk.deliver()
    desk.tick()
    assert door.push().status_code == 204
    for _ in range(3):
        door.rung.clear()
        desk.clock.forward(seconds=2)
        desk.tick()
        assert door.rung == [("sync", (desk.id,))]
    desk.sync()
    door.rung.clear()
    desk.clock.forward(seconds=2)
    desk.tick()
    assert door.rung == []


def test_a_notice_that_is_quicker_than_gmails_history_is_looked_after_for_a_while(door: Door) -> None:
    desk = door.desk
    desk.sync()
    desk.deliver()
    desk.tick()
    ahead = {"emailAddress": SUPPORT, "historyId": str(int(desk.mailbox.history_id or 0) + 5)}
    assert door.push(ahead).status_code == 204
    for _ in range(4):
        desk.sync()
        door.rung.clear()
        desk.clock.forward(seconds=2)
        desk.tick()
        assert door.rung == [("sync", (desk.id,))]
    # History never shows more: the notice was wrong.
    desk.clock.forward(seconds=14)
    desk.sync()
    door.rung.clear()
    desk.clock.forward(seconds=2)
    desk.tick()
    assert door.rung == []


@given(st.one_of(st.none(), st.text(), st.binary(), st.lists(st.integers()), st.integers()))
def test_nothing_that_comes_as_data_breaks_anything(data: object) -> None:
    noticing.notice_in(data)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5), st.text())
def test_nothing_that_gmail_may_write_into_a_notice_breaks_anything(history_id: object, address: str) -> None:
    data = base64.b64encode(json.dumps({"emailAddress": address, "historyId": history_id}).encode()).decode()
    found = noticing.notice_in(data)
    assert found is not None
    assert found.history_id >= 0
