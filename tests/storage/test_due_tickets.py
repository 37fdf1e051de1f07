"""What the ticker finds: tickets whose time has come, each rung by one process, by index and not by search."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from inboxsla.storage import tickets
from inboxsla.storage.database import Database
from inboxsla.storage.schema import mailboxes, policies

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(database: Database) -> Database:
    with database.write() as conn:
        settle_in(conn)
    return database


def settle_in(conn: Connection) -> None:
    """One mailbox and one policy, both with the id 1."""
    row = {"address": "support@lumenvelo.example", "kind": "gmail", "mode": "live"}
    conn.execute(insert(mailboxes), [{**row, "aliases": [], "own_lists": [], "label_ids": {}}])
    conn.execute(insert(policies), [{"name": "standard", "version": 1, "body": {}, "saved_at": NOW}])


def waking(conn: Connection, at: datetime | None) -> int:
    words = {"subject": "My lamp flickers", "requester": "kofi@customer.example", "requester_name": "Kofi Mensah"}
    thread = f"thread-{at.isoformat() if at else 'asleep'}"
    row = tickets.create(conn, mailbox_id=1, policy_id=1, thread_id=thread, opened_at=NOW, wake_at=at, **words)
    return row.id


def test_a_ticket_is_due_from_its_wake_instant_on_earliest_first(desk: Database) -> None:
    with desk.write() as conn:
        just_now = waking(conn, NOW)
        long_ago = waking(conn, NOW - timedelta(days=3))
        waking(conn, NOW + timedelta(microseconds=1))
        waking(conn, None)
        assert tickets.due(conn, NOW, 10) == [(long_ago, 1), (just_now, 1)]
        assert tickets.due(conn, NOW, 1) == [(long_ago, 1)]


def test_a_claimed_ticket_rests_and_is_claimed_again_if_nobody_settles_it(desk: Database) -> None:
    with desk.write() as conn:
        ticket = waking(conn, NOW)
        assert tickets.claim_due(conn, NOW, 10) == [(ticket, 1)]
        assert tickets.claim_due(conn, NOW + 29 * SECOND, 10) == []
        assert tickets.claim_due(conn, NOW + 31 * SECOND, 10) == [(ticket, 1)]


def test_two_tickers_never_claim_the_same_ticket(desk: Database) -> None:
    with desk.write() as conn:
        everyone = {waking(conn, NOW - n * SECOND) for n in range(10)}
    with desk.write() as conn:
        first = {ticket for ticket, _ in tickets.claim_due(conn, NOW, 6)}
    with desk.write() as conn:
        second = {ticket for ticket, _ in tickets.claim_due(conn, NOW, 6)}
    assert (len(first), len(second)) == (6, 4)
    assert first | second == everyone


@pytest.mark.parametrize("ask", [tickets.due, tickets.claim_due])
def test_what_is_due_is_found_by_its_index(sqlite_database: Database, ask: Callable[..., Any]) -> None:
    with sqlite_database.write() as conn:
        settle_in(conn)
        waking(conn, NOW)
        steps = plan(conn, lambda: ask(conn, NOW, 100))
    assert any("INDEX ix_tickets_ring_at (ring_at>? AND ring_at<?)" in step for step in steps), steps
    assert not any("SCAN tickets" in step or "TEMP B-TREE" in step for step in steps), steps


def plan(conn: Connection, work: Callable[[], object]) -> list[str]:
    """How SQLite goes about the statements that `work` sends."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, parameters))

    event.listen(conn, "before_cursor_execute", note)
    work()
    event.remove(conn, "before_cursor_execute", note)
    driver: Any = conn.connection.dbapi_connection
    return [row[3] for statement, values in sent for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
