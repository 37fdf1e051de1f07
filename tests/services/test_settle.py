"""Settling: the row always says what the events add up to, once, whoever writes at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from inboxsla.domain.timeline import Event, Kind
from inboxsla.errors import TicketMoved
from inboxsla.services import rebuild, settle
from inboxsla.storage import events, tickets
from inboxsla.storage.schema import events as events_table
from inboxsla.storage.schema import tickets as tickets_table
from tests.builders import ANA, JONAS, SUPPORT, Desk


@pytest.fixture
def thread(desk: Desk) -> str:
    found = desk.writes().thread_id
    desk.catch_up()
    return found


def test_settling_without_news_leaves_the_row_and_the_timeline_as_they_are(desk: Desk, thread: str) -> None:
    before = (desk.ticket(thread), desk.events(thread), desk.outbox())
    for minutes in (0, 10, 30):
        desk.clock.forward(minutes=minutes)
        settle.settle(desk.ports, before[0].id)
    assert (desk.ticket(thread), desk.events(thread), desk.outbox()) == before


def test_the_same_news_counts_once(desk: Desk, thread: str) -> None:
    note = Event(Kind.NOTED, desk.clock(), "note:1", ANA, {"where": "mail"})
    for _ in range(3):
        settle.settle(desk.ports, desk.ticket(thread).id, [note, note])
    assert [event.source for event in desk.events(thread)].count("note:1") == 1


def test_the_wake_is_always_ahead_and_is_what_the_ticker_finds(desk: Desk, thread: str) -> None:
    for _ in range(12):
        ticket = desk.ticket(thread)
        assert ticket.wake_at is not None
        assert ticket.wake_at > desk.clock()
        desk.clock.at = ticket.wake_at - timedelta(microseconds=1)
        assert desk.wake() == []
        desk.clock.at = ticket.wake_at
        assert desk.wake() == [ticket.id]
        if desk.ticket(thread).wake_at is None:
            break
    assert desk.ticket(thread).urgency == "overdue"


def test_writers_at_the_same_moment_all_have_their_say(desk: Desk, thread: str) -> None:
    ticket = desk.ticket(thread)
    errors: list[BaseException] = []
    ready = threading.Barrier(4)

    def note(n: int) -> None:
        try:
            ready.wait()
            settle.settle(desk.ports, ticket.id, [Event(Kind.NOTED, desk.clock(), f"note:{n}", ANA)])
        except BaseException as error:
            errors.append(error)

    workers = [threading.Thread(target=note, args=(n,)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert sum(event.kind is Kind.NOTED for event in desk.events(thread)) == 4
    assert desk.ticket(thread).version == ticket.version + 4


def test_whoever_read_an_older_version_does_not_overwrite_a_newer_one(desk: Desk, thread: str) -> None:
    stale = desk.ticket(thread)
    desk.owned_by(thread, JONAS)
    note = Event(Kind.NOTED, desk.clock(), "note:1", ANA)
    with pytest.raises(TicketMoved), desk.database.write() as conn:
        settle.settle_in(conn, stale, desk.mailbox, [note], desk.clock())
    assert desk.ticket(thread).owner == JONAS
    assert "note:1" not in {event.source for event in desk.events(thread)}


def test_a_ticket_that_cannot_be_settled_does_not_keep_its_batch_waiting(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.sync()
    bad = desk.ticket(threads[1]).id
    desk.clock.forward(hours=2)
    with desk.database.write() as conn:
        conn.execute(update(events_table).where(events_table.c.ticket_id == bad).values(kind="nonsense"))
    assert len(desk.wake()) == 3
    assert [desk.ticket(thread).urgency for thread in threads] == ["medium", "low", "medium"]
    assert any(f"Ticket {bad}" in words for words in desk.board("solved").alarms)
    # It rings again half a minute later.
    desk.clock.forward(seconds=31)
    assert desk.wake() == [bad]


def test_a_ticket_that_is_gone_harms_nobody(desk: Desk, thread: str) -> None:
    settle.wake(desk.ports, [4711, desk.ticket(thread).id])


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: {"urgency": "met"},
        lambda row: {"owner": "nobody@lumenvelo.example"},
        lambda row: {"due_at": row.due_at + timedelta(seconds=1)},
        lambda row: {"breached": True},
        lambda row: {"wake_at": None},
    ],
)
def test_a_rebuild_names_every_row_that_does_not_equal_its_events(
    desk: Desk, thread: str, tamper: Callable[[Any], dict[str, Any]]
) -> None:
    desk.writes(subject="Another lamp")
    desk.catch_up()
    desk.clock.forward(hours=5)
    (fine,) = rebuild.compare(desk.ports)
    assert fine.ok
    row = desk.ticket(thread)
    with desk.database.write() as conn:
        conn.execute(update(tickets_table).where(tickets_table.c.id == row.id).values(tamper(row)))
    wrong = list(rebuild.compare(desk.ports))
    assert [line.ok for line in wrong] == [False]
    assert f"Ticket {row.id}" in wrong[0].words
    assert next(iter(tamper(row))) in wrong[0].words


def test_a_rebuild_agrees_with_a_day_in_the_life_of_the_desk(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(6)]
    desk.catch_up()
    desk.answers(threads[0])
    desk.archives(threads[1])
    desk.store.spam(SUPPORT, threads[2])
    desk.later(hours=3)
    desk.store.restore(SUPPORT, threads[2])
    desk.writes_again(threads[0])
    desk.writes_again(threads[1])
    for _ in range(8):
        desk.later(hours=1.5)
        lines = list(rebuild.compare(desk.ports))
        assert [line.ok for line in lines] == [True], lines
    assert all(event.happened_at <= desk.clock() for thread in threads for event in desk.events(thread))
    with desk.database.read() as conn:
        assert {tickets.load(conn, n).id for n in tickets.ids_of(conn, desk.id)} == set(
            events.timelines(conn, range(1, 7))
        )
