"""What opening a thread costs: few statements, and no more for a long timeline."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, insert

from inboxsla.domain.timeline import Kind
from inboxsla.storage import blind_spans
from inboxsla.storage.database import Database
from inboxsla.storage.schema import events
from tests.addon.gmail import Gmail
from tests.builders import JONAS, Desk

MOST = 6


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement inside the block that asks for something, as SQLite itself sees them."""
    seen: list[str] = []
    traced: list[Any] = []

    def note(statement: str) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append(statement)

    def trace(connection: Any, *_rest: Any) -> None:
        connection.set_trace_callback(note)
        traced.append(connection)

    engine = database._own_engine()
    event.listen(engine, "checkout", trace)
    try:
        yield seen
    finally:
        event.remove(engine, "checkout", trace)
        for connection in traced:
            connection.set_trace_callback(None)


def test_a_thread_is_opened_with_six_statements_at_most_and_reopened_with_one(desk: Desk, ana: Gmail) -> None:
    other, mail = desk.writes(), desk.writes()
    desk.catch_up()
    # Policies and names are asked for once in a process.
    ana.opens(other.message_id, other.thread_id)
    with statements(desk.database) as seen:
        ana.opens(mail.message_id, mail.thread_id)
    assert len(seen) <= MOST, "\n".join(seen)
    with statements(desk.database) as seen:
        ana.opens(mail.message_id, mail.thread_id)
    assert len(seen) == 1, "\n".join(seen)


def test_notes_and_blind_spans_cost_no_more_than_that(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    form = ana.asks_for(ana.opens(mail.message_id, mail.thread_id), "Add note")
    ana.clicks(form.buttons["Add note"], {"text": "@Jonas look"})
    with desk.database.write() as conn:
        now = desk.clock()
        blind_spans.add(conn, desk.id, now, desk.clock.forward(minutes=10))
    with statements(desk.database) as seen:
        assert "did not see this mailbox" in ana.opens(mail.message_id, mail.thread_id).text
    assert len(seen) <= MOST, "\n".join(seen)


def test_ten_thousand_events_are_read_once_and_not_again_as_time_goes_by(desk: Desk, ana: Gmail) -> None:
    mail = desk.writes()
    desk.catch_up()
    ticket = desk.ticket(mail.thread_id)
    rows = [
        {
            "ticket_id": ticket.id,
            "source": f"made:{number}",
            "kind": Kind.NOTED.value,
            "happened_at": desk.clock(),
            "learned_at": desk.clock(),
            "actor": JONAS,
            "data": {"where": "mail"},
        }
        for number in range(10_000)
    ]
    with desk.database.write() as conn:
        conn.execute(insert(events), rows)
    assert "What happened (10002)" in ana.opens(mail.message_id, mail.thread_id).text
    for _ in range(3):
        desk.clock.forward(seconds=70)
        with statements(desk.database) as seen:
            ana.opens(mail.message_id, mail.thread_id)
        assert not any("FROM events" in statement for statement in seen)
        assert len(seen) <= 4, "\n".join(seen)
