"""Gmail is asked to tell of news, asked again every day, and the admins hear of it before it stops telling."""

from __future__ import annotations

from datetime import timedelta

import pytest

from inboxsla.config import Settings
from inboxsla.domain.timeline import Kind
from inboxsla.gmail.simulator import Fault
from inboxsla.services import checkup, noticing, retiring, setup, watching
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, watches
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, Notepad, a_desk, settings
from tests.services.conftest import Opens

TOPIC = "projects/lumen/topics/inboxsla"
PUSH = {"way": "push", "topic": TOPIC, "service_account": "push@lumen.example"}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def pushed(opens: Opens) -> Desk:
    """A desk whose topic exists."""
    desk = opens(push=PUSH)
    desk.server.pubsub.topics.add(TOPIC)
    return desk


def rung(desk: Desk, job: str) -> int:
    assert isinstance(desk.bell, Notepad)
    count = sum(name == job for name, _ in desk.bell.rung)
    desk.bell.rung.clear()
    return count


def row(desk: Desk) -> watches.WatchRow:
    with desk.database.read() as conn:
        found = watches.get(conn, desk.id)
    assert found is not None
    return found


def with_push(desk: Desk, **chosen: object) -> Ports:
    ports = desk.ports
    return Ports(settings(**chosen), ports.db, ports.bell, ports.now, ports.mailbox)


def test_a_mailbox_is_watched_from_the_first_tick_and_then_once_a_day(pushed: Desk) -> None:
    pushed.tick()
    assert rung(pushed, "watch") == 1
    pushed.run("watch")
    assert row(pushed).expires_at == pushed.clock() + 7 * DAY
    assert pushed.server.watches.of[SUPPORT].labels == {"INBOX", "SENT"}
    for _ in range(21):
        pushed.clock.forward(hours=1)
        pushed.tick()
    assert rung(pushed, "watch") == 0
    for _ in range(3):
        pushed.clock.forward(hours=1)
        pushed.tick()
    assert rung(pushed, "watch") == 1
    pushed.run("watch")
    assert row(pushed).expires_at == pushed.clock() + 7 * DAY


def test_an_observed_mailbox_is_watched_too(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, settings(push=PUSH), live=False) as desk:
        desk.server.pubsub.topics.add(TOPIC)
        desk.tick()
        assert rung(desk, "watch") == 1
        desk.run("watch")
        assert SUPPORT in desk.server.watches.of


def test_a_ring_that_is_lost_is_rung_again_and_two_tickers_ring_once(pushed: Desk) -> None:
    with pushed.database.write() as conn:
        assert watching.claim_due(conn, pushed.ports.settings, pushed.clock(), 5) == [pushed.id]
        assert watching.claim_due(conn, pushed.ports.settings, pushed.clock(), 5) == []
        assert watching.claim_due(conn, pushed.ports.settings, pushed.clock.forward(minutes=6), 5) == [pushed.id]


def test_a_gmail_that_promises_less_than_a_day_is_asked_in_time(pushed: Desk) -> None:
    pushed.server.watches.lifetime = HOUR
    pushed.run("watch")
    assert pushed.clock() < row(pushed).try_at <= pushed.clock() + HOUR / 2


def test_failing_renewals_are_repeated_ever_less_often_and_alarm_two_days_before_the_end(pushed: Desk) -> None:
    pushed.run("watch")
    pushed.faults.plan(Fault("status", "users.watch", code=503, times=None))
    waits = []
    pushed.clock.forward(days=1)
    for _ in range(8):
        pushed.run("watch")
        waits.append(row(pushed).try_at - pushed.clock())
        pushed.clock.at = row(pushed).try_at
    assert waits == sorted(waits)
    assert waits[-1] == HOUR
    assert pushed.board().alarms == ()
    pushed.clock.forward(days=4)
    pushed.run("watch")
    (words,) = pushed.board().alarms
    assert "will stop telling us about new mail in support@lumenvelo.example in" in words
    assert "polled meanwhile" in words
    pushed.faults.clear()
    pushed.run("watch")
    assert pushed.board().alarms == ()
    assert row(pushed).failures == 0


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_topic_google_cannot_use_is_an_alarm_at_once_and_the_mailbox_is_read_on(
    opens: Opens, forbidden: bool
) -> None:
    desk = opens(push=PUSH)
    if forbidden:
        desk.server.pubsub.forbidden.add(TOPIC)
    desk.run("watch")
    (words,) = desk.board().alarms
    assert TOPIC in words
    assert ("not authorized" if forbidden else "not found") in words
    new = desk.writes()
    desk.sync()
    assert desk.kinds(new.thread_id) == [Kind.CUSTOMER_WROTE]
    assert desk.mailbox.access_lost_at is None


def test_a_watched_mailbox_is_polled_every_three_minutes_and_an_unwatched_one_every_twenty_seconds(
    pushed: Desk,
) -> None:
    pushed.tick()
    assert rung(pushed, "sync") == 1
    for _ in range(6):
        pushed.clock.forward(seconds=10)
        pushed.tick()
    assert rung(pushed, "sync") == 3
    pushed.run("watch")
    for _ in range(18):
        pushed.clock.forward(seconds=10)
        pushed.tick()
    assert rung(pushed, "sync") == 1
    # The watch runs out and cannot be renewed.
    pushed.clock.forward(days=8)
    pushed.tick()
    rung(pushed, "sync")
    pushed.clock.forward(seconds=20)
    pushed.tick()
    assert rung(pushed, "sync") == 1


def test_what_gmail_put_off_is_tried_when_the_wait_is_over_and_not_at_the_next_poll(pushed: Desk) -> None:
    pushed.run("watch")
    pushed.tick()
    pushed.faults.plan(Fault("status", "profile.get", code=503, retry_after=40))
    pushed.sync()
    rung(pushed, "sync")
    pushed.clock.forward(seconds=39)
    pushed.tick()
    assert rung(pushed, "sync") == 0
    pushed.clock.forward(seconds=2)
    pushed.tick()
    pushed.tick()
    assert rung(pushed, "sync") == 1


def test_a_mailbox_that_left_the_configuration_is_told_of_no_more(pushed: Desk) -> None:
    pushed.run("watch")
    with pushed.database.write() as conn:
        retiring.retire_others(conn, set(), pushed.clock())
    pushed.tick()
    assert rung(pushed, "watch") == 1
    pushed.run("watch")
    assert pushed.server.watches.of == {}
    pushed.clock.forward(days=2)
    pushed.tick()
    assert rung(pushed, "watch") == 0


def test_going_back_to_polling_stops_what_gmail_tells(pushed: Desk) -> None:
    pushed.run("watch")
    polling = with_push(pushed)
    setup.prepare(polling)
    with pushed.database.write() as conn:
        assert watching.claim_due(conn, polling.settings, pushed.clock(), 5) == [pushed.id]
    watching.watch(polling, pushed.id)
    assert pushed.server.watches.of == {}
    assert row(pushed).topic == ""
    with pushed.database.write() as conn:
        assert watching.claim_due(conn, polling.settings, pushed.clock.forward(days=2), 5) == []


def test_another_topic_is_watched_for_at_once(pushed: Desk) -> None:
    pushed.run("watch")
    pushed.server.pubsub.topics.add(f"{TOPIC}-2")
    moved = with_push(pushed, push={**PUSH, "topic": f"{TOPIC}-2"})
    setup.prepare(moved)
    with pushed.database.write() as conn:
        assert watching.claim_due(conn, moved.settings, pushed.clock(), 5) == [pushed.id]
    watching.watch(moved, pushed.id)
    assert pushed.server.watches.of[SUPPORT].topic == f"{TOPIC}-2"


def test_a_mailbox_without_access_is_neither_watched_nor_stopped_and_watched_at_once_when_access_is_back(
    pushed: Desk,
) -> None:
    pushed.run("watch")
    pushed.store.revoke(SUPPORT)
    pushed.sync()
    assert pushed.mailbox.access_lost_at is not None
    pushed.clock.forward(minutes=1)
    pushed.tick()
    assert rung(pushed, "watch") == 0
    pushed.store.revoke(SUPPORT, False)
    with pushed.database.write() as conn:
        mailboxes.change(conn, pushed.id, access_lost_at=None, sync_error=None)
    pushed.clock.forward(minutes=1)
    pushed.tick()
    assert rung(pushed, "watch") == 1
    pushed.run("watch")
    assert row(pushed).tells(TOPIC, pushed.clock())


def test_the_ticker_polls_as_the_setting_says_whatever_the_way() -> None:
    assert Settings.of({}).poll_every(rung=False) == timedelta(seconds=20)
    assert Settings.of({"push": PUSH}).poll_every(rung=True) == timedelta(minutes=3)
    chosen = Settings.of({"sync": {"poll_every": "5s"}, "push": PUSH})
    assert chosen.poll_every(rung=True) == chosen.poll_every(rung=False) == timedelta(seconds=5)


def test_the_doctor_says_whether_gmail_tells_us_and_when_it_last_did(pushed: Desk) -> None:
    def lines() -> list[tuple[bool, str]]:
        return [(line.ok, line.words) for line in checkup.found(pushed.ports) if "tell" in line.words]

    ((ok, words),) = lines()
    assert not ok
    assert "does not tell us about new mail in support@lumenvelo.example; it is polled" in words
    pushed.run("watch")
    ((ok, words),) = lines()
    assert ok
    assert "no notice has come yet" in words
    noticing.hear(pushed.ports, noticing.Notice(SUPPORT, 7))
    ((ok, words),) = lines()
    assert "the last notice came" in words
