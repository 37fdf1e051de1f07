"""The door to the database: what it promises to everything that stores or reads."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from inboxsla.errors import Refused, TryLater
from inboxsla.storage.database import Database
from inboxsla.storage.schema import mailboxes, people
from inboxsla.storage.wall import translated
from tests import pg


def mailbox(address: str, **more: Any) -> dict[str, Any]:
    return {
        "address": address,
        "kind": "gmail",
        "mode": "live",
        "aliases": [],
        "own_lists": [],
        "label_ids": {},
        **more,
    }


def addresses(conn: Connection) -> list[str]:
    return list(conn.execute(select(mailboxes.c.address).order_by(mailboxes.c.id)).scalars())


@pytest.fixture
def hasty(database: Database) -> Iterator[Database]:
    """The same database through a door that does not wait for locks."""
    other = Database(database.url, lock_wait=timedelta(milliseconds=50))
    yield other
    other.close()


def test_what_is_written_is_there_for_the_next_reader(database: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])

    with database.read() as conn:
        assert addresses(conn) == ["support@lumenvelo.example"]


def test_an_error_inside_a_write_leaves_nothing_behind(database: Database) -> None:
    def fail_midway() -> None:
        with database.write() as conn:
            conn.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    with database.read() as conn:
        assert addresses(conn) == []


def test_nothing_can_be_written_in_a_read(database: Database) -> None:
    with pytest.raises((OperationalError, ProgrammingError, Refused), match="read|written"), database.read() as conn:
        conn.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])

    with database.write() as conn:
        assert addresses(conn) == []


def test_a_read_sees_one_moment_even_while_others_write(database: Database) -> None:
    with database.read() as reader:
        assert addresses(reader) == []
        with database.write() as writer:
            writer.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])
        assert addresses(reader) == []


def test_a_row_cannot_belong_to_a_mailbox_that_is_not_there(database: Database) -> None:
    orphan = {
        "mailbox_id": 99,
        "address": "ana@lumenvelo.example",
        "name": "Ana Ruiz",
        "role": "agent",
        "zone": "Europe/Berlin",
    }
    with pytest.raises(IntegrityError), database.write() as conn:
        conn.execute(insert(people), [orphan])


def test_who_waits_too_long_for_a_lock_is_told_to_try_later(database: Database, hasty: Database) -> None:
    with database.write() as conn:
        conn.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])
    with database.write() as first:
        first.execute(update(mailboxes).values(history_id="1"))
        with pytest.raises(TryLater, match="has been writing"), hasty.write() as second:
            second.execute(update(mailboxes).values(history_id="2"))


def test_two_sqlite_writers_that_read_first_lose_no_count(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        conn.execute(insert(mailboxes), [mailbox("support@lumenvelo.example")])

    def turn(_: int) -> None:
        with sqlite_database.write() as conn:
            seen = conn.execute(select(mailboxes.c.assigned_turn)).scalar_one()
            conn.execute(update(mailboxes).values(assigned_turn=seen + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(turn, range(40)))
    with sqlite_database.read() as conn:
        assert conn.execute(select(mailboxes.c.assigned_turn)).scalar_one() == 40


def test_two_who_block_each_other_on_postgresql_are_told_to_try_later(postgresql_database: Database) -> None:
    with postgresql_database.write() as conn:
        conn.execute(insert(mailboxes), [mailbox("ana@lumenvelo.example"), mailbox("jonas@lumenvelo.example")])
    both_hold_one = Barrier(2)

    def cross(order: tuple[int, int]) -> str:
        try:
            with postgresql_database.write() as conn:
                conn.execute(update(mailboxes).where(mailboxes.c.id == order[0]).values(history_id="x"))
                both_hold_one.wait(10)
                conn.execute(update(mailboxes).where(mailboxes.c.id == order[1]).values(history_id="x"))
        except TryLater as later:
            return str(later)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(cross, [(1, 2), (2, 1)]))
    assert outcomes[1] == "done"
    assert "changed the same rows" in outcomes[0]


def test_a_forked_worker_opens_connections_of_its_own(database: Database) -> None:
    database.ping()
    child = os.fork()
    if child == 0:
        try:
            with database.write() as conn:
                conn.execute(insert(mailboxes), [mailbox("child@lumenvelo.example")])
            database.close()
            os._exit(0)
        except BaseException:
            os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with database.write() as conn:
        conn.execute(insert(mailboxes), [mailbox("parent@lumenvelo.example")])
        assert addresses(conn) == ["child@lumenvelo.example", "parent@lumenvelo.example"]


def test_a_closed_database_opens_again_by_itself(database: Database) -> None:
    database.close()
    database.ping()


def test_postgresql_that_restarts_is_reached_again_without_an_error(
    postgresql_database: Database, postgresql_server: pg.Server
) -> None:
    postgresql_database.ping()
    name = postgresql_database.url.rpartition("/copy_")[2].partition("?")[0]
    postgresql_server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'copy_{name}'")

    postgresql_database.ping()


def test_a_sqlite_file_survives_a_crash_and_keeps_readers_and_writer_apart(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/var/new/inboxsla.db")
    with database.write() as conn:
        modes = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        waits = conn.exec_driver_sql("PRAGMA busy_timeout").scalar()
    database.close()
    assert modes == ["wal", 1, 1]
    assert waits is not None
    assert waits >= 10_000


def test_a_server_that_is_not_there_is_a_reason_to_try_later() -> None:
    with pytest.raises(TryLater, match="cannot be reached") as caught:
        Database("postgresql://ana:secret@127.0.0.1:1/inboxsla").ping()
    assert "secret" not in str(caught.value)


def test_a_database_that_does_not_exist_is_refused_with_what_to_do(postgresql_server: pg.Server) -> None:
    with pytest.raises(Refused, match="no such database"):
        Database(postgresql_server.url("nowhere")).ping()


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder")
    with pytest.raises(Refused, match="choose another data_dir"):
        Database(f"sqlite:///{tmp_path}/var/inboxsla.db")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}").ping()


def test_a_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary, today nobody answered Kofi. " * 50)
    with pytest.raises(Refused, match="not a readable SQLite database"):
        Database(f"sqlite:///{tmp_path}/notes.txt").ping()


def test_a_file_that_only_others_may_write_is_refused(migrated_file: Path) -> None:
    readonly = sqlite3.connect(f"file:{migrated_file}?mode=ro&immutable=1", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        readonly.execute("DELETE FROM mailboxes")
    readonly.close()
    ours = translated(caught.value, "var/inboxsla.db", writing=True)
    assert isinstance(ours, Refused)
    assert "var/inboxsla.db cannot be written" in str(ours)


@pytest.mark.parametrize("url", ["mysql://root@localhost/x", "sqlite://", "sqlite:///:memory:", "no url at all", ""])
def test_other_databases_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(Refused, match="sqlite:///path/to/file.db"):
        Database(url)


def test_a_mistake_in_our_own_sql_stays_loud(database: Database) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), database.read() as conn:
        conn.execute(select(func.no_such_function()))


def test_an_error_never_repeats_the_words_of_a_customer(database: Database) -> None:
    doubled = [mailbox("support@lumenvelo.example", sync_error="my card number is 4111")] * 2
    with pytest.raises(IntegrityError) as caught, database.write() as conn:
        conn.execute(insert(mailboxes), doubled)
    assert "4111" not in str(caught.value)


def test_who_is_not_let_in_to_write_waits_as_long_as_is_said_and_no_longer(sqlite_database: Database) -> None:
    other = Database(sqlite_database.url, lock_wait=timedelta(milliseconds=500))
    with sqlite_database.write():
        begun = time.monotonic()
        with pytest.raises(TryLater, match="for too long"), other.write():
            pass
        waited = time.monotonic() - begun
    other.close()
    assert 0.5 <= waited < 0.95
