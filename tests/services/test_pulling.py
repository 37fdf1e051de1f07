"""Notices are pulled through Google's own client, rung for once, and acknowledged when somebody was rung."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.errors import Refused, TryLater
from inboxsla.gmail.pubsub import Subscription
from inboxsla.gmail.simulator import Fault
from inboxsla.services import pulling
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, Notepad, a_desk, settings
from workers import puller

TOPIC, NAME = "projects/lumen/topics/inboxsla", "projects/lumen/subscriptions/inboxsla"


class Office:
    """A desk that pulls."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        key = folder / "key.json"
        info = {"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": SUPPORT}
        key.write_text(json.dumps(info))
        google = {"pubsub_root": desk.server.url, "token_uri": f"{desk.server.url}/token"}
        push = {"way": "pull", "topic": TOPIC, "subscription": NAME, "credentials": str(key)}
        ports = desk.ports
        self.desk, self.key = desk, key
        self.settings: Settings = settings(google=google, push=push)
        self.ports = Ports(self.settings, ports.db, ports.bell, ports.now, ports.mailbox)
        self.waiting = desk.server.pubsub.subscribe(NAME, TOPIC)

    def subscription(self) -> Subscription:
        return wiring.subscription(self.settings)

    def told(self, said: object = None) -> None:
        self.desk.server.pubsub.publish(TOPIC, said or {"emailAddress": SUPPORT, "historyId": "7"})

    @property
    def rung(self) -> list[tuple[str, tuple[int, ...]]]:
        assert isinstance(self.desk.bell, Notepad)
        return self.desk.bell.rung


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    with a_desk(sqlite_database) as desk:
        yield Office(desk, tmp_path)


def test_any_number_of_notices_of_one_mailbox_is_one_ring_and_all_are_acknowledged(office: Office) -> None:
    subscription = office.subscription()
    for _ in range(5):
        office.told()
    office.told({"emailAddress": "other@lumenvelo.example", "historyId": 1})
    office.told(["nonsense"])
    assert pulling.pull(office.ports, subscription) == 7
    assert office.rung == [("sync", (office.desk.id,))]
    assert not office.waiting.waiting
    assert not office.waiting.out
    assert pulling.pull(office.ports, subscription) == 0


def test_what_gmail_tells_about_a_watched_mailbox_arrives(office: Office) -> None:
    office.desk.gmail(SUPPORT).watch(TOPIC)
    office.desk.writes()
    assert pulling.pull(office.ports, office.subscription()) == 2
    assert office.rung == [("sync", (office.desk.id,))]


def test_what_could_not_be_passed_on_is_not_acknowledged_and_comes_again(
    office: Office, sqlite_database: Database
) -> None:
    office.told()
    place = Path(sqlite_database.place)
    sqlite_database.close()
    aside = place.rename(place.with_suffix(".away"))
    place.mkdir()
    try:
        with pytest.raises((TryLater, Refused)):
            pulling.pull(office.ports, office.subscription())
    finally:
        place.rmdir()
        aside.rename(place)
    office.desk.clock.forward(seconds=11)
    assert pulling.pull(office.ports, office.subscription()) == 1
    assert office.rung == [("sync", (office.desk.id,))]


@pytest.mark.parametrize("code", [429, 500, 503])
def test_trouble_at_pubsub_passes(office: Office, code: int) -> None:
    office.desk.faults.plan(Fault("status", "pubsub.pull", code=code))
    with pytest.raises(TryLater, match="Pub/Sub has trouble"):
        pulling.pull(office.ports, office.subscription())
    office.told()
    assert pulling.pull(office.ports, office.subscription()) == 1


def test_a_subscription_that_is_not_there_and_a_right_that_is_missing_are_said(office: Office) -> None:
    office.desk.faults.plan(
        Fault("status", "pubsub.pull", code=403, reason="forbidden", message="User not authorized.")
    )
    with pytest.raises(Refused, match="does not let us pull.*User not authorized"):
        pulling.pull(office.ports, office.subscription())
    office.desk.server.pubsub.reset()
    with pytest.raises(Refused, match="not found"):
        pulling.pull(office.ports, office.subscription())


@pytest.mark.parametrize("content", [None, "no json", "[]", "{}", '{"type": "service_account", "private_key": "x"}'])
def test_a_key_file_that_is_none_is_explained_without_its_content(office: Office, content: str | None) -> None:
    office.key.unlink()
    if content is not None:
        office.key.write_text(content)
    with pytest.raises(Refused, match="push.credentials"):
        office.subscription()


def test_a_key_google_does_not_accept_is_no_matter_of_a_mailbox(office: Office) -> None:
    office.desk.store.revoke(SUPPORT)
    with pytest.raises(Refused, match="does not accept the key file"):
        pulling.pull(office.ports, office.subscription())


def test_while_pulling_fails_the_admins_know_and_every_mailbox_is_polled_quickly(office: Office) -> None:
    desk = Desk(office.desk.database, office.desk.server, office.desk.clock, office.settings, live=False)
    desk.run("watch")
    assert isinstance(desk.bell, Notepad)
    desk.tick()
    pulling.failed(office.ports, 1, TryLater("Pub/Sub has trouble"))
    assert desk.board().alarms == ()
    pulling.failed(office.ports, 4, TryLater("Pub/Sub has trouble"))
    assert "Every mailbox is polled meanwhile" in desk.board().alarms[0]
    desk.bell.rung.clear()
    desk.clock.forward(seconds=20)
    desk.tick()
    assert ("sync", (desk.id,)) in desk.bell.rung
    pulling.works(office.ports)
    assert desk.board().alarms == ()
    desk.bell.rung.clear()
    desk.clock.forward(seconds=20)
    desk.tick()
    assert ("sync", (desk.id,)) not in desk.bell.rung


class Given:
    """A subscription that answers as it is told, and stops the one who pulls with its last answer."""

    def __init__(self, stopping: threading.Event, answers: list[Any]) -> None:
        self.stopping, self.answers, self.acknowledged = stopping, answers, list[str]()

    def pull(self) -> Any:
        answer = self.answers.pop(0)
        if not self.answers:
            self.stopping.set()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def acknowledge(self, ack_ids: Any) -> None:
        self.acknowledged += ack_ids


class Hasty(threading.Event):
    """Nobody waits."""

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()


def test_whoever_pulls_survives_every_failure_and_opens_anew(office: Office) -> None:
    stopping, opened = Hasty(), list[int]()
    given = Given(stopping, [[], Refused("no right"), []])

    def opens() -> Subscription:
        opened.append(1)
        return given

    puller.run(office.ports, opens, stopping=stopping)
    assert len(opened) == 2
    assert given.answers == []
    assert office.desk.board().alarms == ()
