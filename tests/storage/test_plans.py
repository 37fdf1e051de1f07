"""What workers ask all day is found by an index, however much has been kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from inboxsla.services import digests
from inboxsla.storage.database import Database
from inboxsla.storage.schema import metadata
from tests.builders import KOFI, Desk, a_desk, settings

# Those that have a row more with every mail or ticket.
GROWS = {"events", "messages", "tickets", "outbox", "envelopes", "notes", "digests"}
OF_FEW = {
    index.name
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
}
STEP = re.compile(
    r"(?P<how>SCAN|SEARCH) (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?(?: \((?P<by>.*)\))?$"
)


@contextmanager
def noted() -> Iterator[dict[str, Any]]:
    """Every statement that is sent, with values of it."""
    sent: dict[str, Any] = {}

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        sent[statement] = values[0] if isinstance(values, list) else values

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def reads_all(step: str) -> bool:
    """Whether a step of a plan reads a whole table that grows, or all that one mailbox has in it."""
    found = STEP.match(step)
    if found is None or found["table"] not in GROWS or found["index"] in OF_FEW:
        return False
    return found["how"] == "SCAN" or found["by"] == "mailbox_id=?"


def test_nothing_that_is_done_all_day_reads_whole_tables(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, settings()) as desk:
        with noted() as sent:
            a_day(desk)
        with desk.database.read() as conn:
            driver: Any = conn.connection.dbapi_connection
            plans = {
                statement: [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
                for statement, values in sent.items()
            }
    assert len(plans) > 100
    found = [f"{statement} <- {steps}" for statement, steps in plans.items() if any(map(reads_all, steps))]
    assert not found, "\n".join(found)


def a_day(desk: Desk) -> None:
    """Mail comes in, is owned, reminded of, escalated and answered, with everything that the ticker rings for."""
    threads = [desk.writes(KOFI, subject=f"Lamp {nth} flickers").thread_id for nth in range(3)]
    for _ in range(12):
        desk.tick()
        desk.run("sync")
        desk.run("assign")
        desk.wake()
        desk.run("deliver")
        desk.run("digest")
        desk.clock.forward(minutes=50)
    desk.answers(threads[0])
    desk.archives(threads[1])
    desk.catch_up()
    desk.run("watch")
    desk.run("erase")
    digests.mailboxes_due(desk.ports)
