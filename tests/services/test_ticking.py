"""The ticker: rings for what is due, and for what nobody is known to be at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from inboxsla.services import runs, ticking
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes
from tests.builders import ANA, Desk, NobodyRings, Notepad


@pytest.fixture
def desk(one_desk: Desk) -> Desk:
    return one_desk


def rung(desk: Desk) -> list[tuple[str, tuple[int, ...]]]:
    assert isinstance(desk.bell, Notepad)
    found, desk.bell.rung = desk.bell.rung, []
    return found


def test_a_sync_is_rung_for_as_often_as_the_settings_say(desk: Desk) -> None:
    desk.deliver()
    desk.tick()
    assert rung(desk) == [("sync", (desk.id,))]
    desk.clock.forward(seconds=19)
    desk.tick()
    assert rung(desk) == []
    desk.clock.forward(seconds=1)
    desk.tick()
    assert ("sync", (desk.id,)) in rung(desk)


def test_tickets_whose_time_has_come_are_rung_for_together_and_not_again_at_once(desk: Desk) -> None:
    """C61: each ticket has its own instant; none waits for an hourly round."""
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.catch_up()
    ids = [desk.ticket(thread).id for thread in threads]
    desk.tick()
    rung(desk)
    desk.clock.forward(hours=2)
    desk.tick()
    assert ("settle", tuple(ids)) in rung(desk)
    desk.clock.forward(seconds=29)
    desk.tick()
    assert not [job for job, _ in rung(desk) if job == "settle"]
    desk.clock.forward(seconds=2)
    desk.tick()
    assert ("settle", tuple(ids)) in rung(desk)


def test_the_next_tick_comes_when_something_comes_due_and_not_long_after(desk: Desk) -> None:
    second = timedelta(seconds=1)
    assert ticking.until_next(desk.ports, second) == second
    thread = desk.writes().thread_id
    desk.catch_up()
    wake_at = desk.ticket(thread).wake_at
    assert wake_at is not None
    for before, pause in ((60, 1.0), (0.7, 0.7), (0.01, 0.2), (-5, 0.2)):
        desk.clock.at = wake_at - timedelta(seconds=before)
        assert ticking.until_next(desk.ports, second) == timedelta(seconds=pause)
    desk.clock.at = wake_at
    desk.tick()
    assert ticking.until_next(desk.ports, second) == second


def test_what_no_ring_was_heard_for_is_found(desk: Desk) -> None:
    desk.writes()
    desk.sync()
    desk.tick()
    assert {job for job, _ in rung(desk)} >= {"assign", "deliver"}
    desk.catch_up()
    desk.clock.forward(seconds=6)
    desk.tick()
    assert {job for job, _ in rung(desk)} <= {"sync"}


def test_the_echo_of_our_own_mail_rings_for_no_delivery_and_what_is_owed_does(desk: Desk) -> None:
    thread = desk.writes().thread_id
    runs.sync(desk.ports, [desk.id])
    assert ("deliver", (desk.id,)) in rung(desk)
    desk.owned_by(thread, ANA)
    desk.deliver()
    desk.clock.forward(hours=4)
    desk.wake()
    desk.deliver()
    assert ANA in desk.mailed()
    rung(desk)
    before = desk.mailbox.history_id
    runs.sync(desk.ports, [desk.id])
    assert desk.mailbox.history_id != before
    assert rung(desk) == []
    runs.settle(desk.ports, [desk.ticket(thread).id])
    assert rung(desk) == []
    desk.answers(thread)
    runs.sync(desk.ports, [desk.id])
    assert ("deliver", (desk.id,)) in rung(desk)


def test_that_we_wrote_to_staff_is_no_news_of_a_thread(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    desk.clock.forward(hours=4)
    desk.wake()
    assert desk.deliver().sent > 1
    read = desk.sync()
    assert (read.threads, read.ticket_threads) == (1, {thread})


def test_a_flood_is_rung_for_as_it_is_settled_and_never_stands_still(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ticking, "_UNDER_WAY", 3)
    monkeypatch.setattr(ticking, "_LEAST_CLAIM", 1)
    for nth in range(6):
        desk.writes(subject=f"Lamp {nth} flickers")
    desk.catch_up()
    desk.clock.forward(hours=2)

    def ticked() -> int:
        rung(desk)
        desk.clock.forward(seconds=0.2)
        desk.tick()
        return sum(len(keys) for job, keys in rung(desk) if job == "settle")

    desk.tick()
    first = next(keys for job, keys in rung(desk) if job == "settle")
    assert len(first) == 3
    assert ticked() == 1
    runs.settle(desk.ports, first)
    assert ticked() == 2
    assert ticked() == 0


def test_two_tickers_ring_for_a_ticket_once(desk: Desk) -> None:
    desk.writes()
    desk.catch_up()
    desk.clock.forward(hours=2)
    for _ in range(2):
        ticking.tick(desk.ports, ticking.Memory())
    assert [job for job, _ in rung(desk)].count("settle") == 1


def test_a_job_that_fails_does_not_stop_the_ticker(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.writes()
    desk.sync()
    ports = Ports(desk.ports.settings, desk.ports.db, NobodyRings(), desk.clock, desk.ports.mailbox)

    def broken(_ports: Ports, _keys: Sequence[int]) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(runs.RUNS, "sync", broken)
    memory = ticking.Memory()
    ticking.tick(ports, memory)
    assert desk.board("nobody").tickets == ()


def test_a_mailbox_that_waits_or_is_lost_is_not_synced(desk: Desk) -> None:
    with desk.database.write() as conn:
        mailboxes.change(conn, desk.id, access_lost_at=desk.clock())
    desk.tick()
    assert rung(desk) == []
