"""The one door to the database: short transactions, SQLite or PostgreSQL, and errors in our own words.

Functions of the other storage modules take a connection from here; none of them commits.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    Table,
    create_engine,
    event,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.dml import ReturningInsert

from inboxsla.errors import Refused
from inboxsla.storage.wall import database_errors, folder_refused

# Long enough that a burst of writers queues up instead of failing, short enough that a person still waits for it.
LOCK_WAIT = timedelta(seconds=20)

# Seconds between two tries to begin writing.
_LOOK_AGAIN = (0.001, 0.003)

# As many threads as a process has; a connection above that is opened and closed for every use.
_KEPT_OPEN = 16

# Engines inherited across a fork. They are the parent's: closing (or collecting) them here would close its connections.
_inherited: list[Engine] = []


class Database:
    """One database, by URL (`sqlite:///file` or `postgresql://…`); safe to share between threads and across forks.

    Raises Refused when the URL is of another kind or the folder of the SQLite file cannot be made. Every use raises
    TryLater (busy, restarting, out of reach) or Refused (not writable, no such database) instead of driver errors;
    IntegrityError and mistakes in SQL stay what they are.
    """

    def __init__(self, url: str, *, lock_wait: timedelta = LOCK_WAIT) -> None:
        self._url = _understood(url)
        self._lock_wait = lock_wait
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        if self._is_sqlite:
            with folder_refused(self.place):
                Path(str(self._url.database)).parent.mkdir(parents=True, exist_ok=True)
        self._pid = os.getpid()
        self._engine = self._made()
        self._compiled: dict[Select[Any], Any] = {}

    @property
    def url(self) -> str:
        """The URL in full, password included: for child processes, never for logs."""
        return self._url.render_as_string(hide_password=False)

    @property
    def place(self) -> str:
        """Where the data is, for a person to read; never holds a password."""
        return str(self._url.database) if self._is_sqlite else self._url.render_as_string(hide_password=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed on leaving, rolled back on any error. On SQLite it is the only writer from the start."""
        with self._transaction("write", {}) as conn:
            yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent snapshot, in which nothing can be written."""
        pg = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._transaction("read", {} if self._is_sqlite else pg) as conn:
            yield conn

    def glance(self, statement: Select[Any], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of one statement that reads, as the driver gives them: no type is converted.

        For what is asked at every click of everybody: what SQLAlchemy does around a statement takes several times as long.
        """
        with database_errors(self.place, writing=False):
            if statement not in self._compiled:
                self._compiled[statement] = statement.compile(dialect=self._engine.dialect)
            compiled = self._compiled[statement]
            given: Any = {**compiled.params, **values}
            if compiled.positional:
                given = [given[name] for name in compiled.positiontup or ()]
            connection = self._own_engine().raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(str(compiled), given)
                return list(cursor.fetchall())
            finally:
                connection.close()

    @contextmanager
    def alter(self) -> Iterator[Connection]:
        """One transaction for migrations: nobody else migrates meanwhile; on SQLite foreign keys are checked at its end."""
        with self._transaction("alter", {}) as conn:
            if not self._is_sqlite:
                conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": 0x1B0C51A})
            yield conn
            if self._is_sqlite and (broken := conn.exec_driver_sql("PRAGMA foreign_key_check").first()):
                raise Refused(
                    f"The migration would leave rows of {broken[0]} without their {broken[2]}; nothing was changed."
                )

    def ping(self) -> None:
        """Return when the database answers; raises TryLater or Refused when it does not."""
        with self.read() as conn:
            conn.execute(select(1))

    def close(self) -> None:
        """Close every connection of this process. The database can be used again afterwards."""
        self._own_engine().dispose()

    @contextmanager
    def _transaction(self, kind: str, options: dict[str, Any]) -> Iterator[Connection]:
        with database_errors(self.place, writing=kind != "read"), self._own_engine().connect() as conn:
            conn = conn.execution_options(inboxsla_kind=kind, inboxsla_lock_wait=self._lock_wait, **options)
            with conn.begin():
                yield conn

    def _own_engine(self) -> Engine:
        if self._pid != os.getpid():
            _inherited.append(self._engine)
            self._engine, self._pid = self._made(), os.getpid()
        return self._engine

    def _made(self) -> Engine:
        wait_ms = self._lock_wait // timedelta(milliseconds=1)
        # Errors end up in logs, and the values of a statement are customers' words.
        quiet = {"hide_parameters": True, "pool_size": _KEPT_OPEN}
        if self._is_sqlite:
            # With isolation_level None the driver begins nothing by itself; `_begin_sqlite` does, in the way each kind needs.
            engine = create_engine(
                self._url, **quiet, connect_args={"isolation_level": None, "timeout": wait_ms / 1000}
            )
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        engine = create_engine(self._url, **quiet, pool_pre_ping=True, connect_args={"connect_timeout": 10})

        def prepare_postgresql(connection: Any, _record: object) -> None:
            # Not as start-up options: poolers in front of PostgreSQL refuse those.
            connection.execute(f"SET lock_timeout = {int(wait_ms)}")
            connection.commit()

        event.listen(engine, "connect", prepare_postgresql)
        return engine


def insert_ignore(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, conflict: Sequence[str | Column[Any]]
) -> list[int]:
    """Insert the rows that are new by the unique columns `conflict`; returns the ids of those, in no particular order.

    Any number of rows, all with the same keys.
    """
    if not rows:
        return []
    if any(row.keys() != rows[0].keys() for row in rows):
        raise ValueError(f"rows for {table.name} differ in their columns")
    statement = _insert_ignore(conn.dialect.name == "sqlite", table, tuple(conflict))
    return list(conn.execute(statement, [dict(row) for row in rows]).scalars())


@cache
def _insert_ignore(is_sqlite: bool, table: Table, conflict: tuple[str | Column[Any], ...]) -> ReturningInsert[Any]:
    insert: Any = sqlite.insert if is_sqlite else postgresql.insert
    made: ReturningInsert[Any] = (
        insert(table).on_conflict_do_nothing(index_elements=list(conflict)).returning(table.c.id)
    )
    return made


def claim(
    conn: Connection,
    table: Table,
    where: Sequence[ColumnElement[bool]],
    values: Mapping[str, Any],
    *,
    order_by: ColumnElement[Any],
    limit: int,
    returning: Sequence[ColumnElement[Any]],
) -> Sequence[Row[Any]]:
    """Set `values` on the first `limit` rows that match and return them, in no particular order.

    Two processes never get the same row: SQLite has one writer, PostgreSQL passes over rows that another has locked.
    """
    # A common table expression, because PostgreSQL may run a plain subquery with LIMIT more than once.
    first = (
        select(table.c.id).where(*where).order_by(order_by).limit(limit).with_for_update(skip_locked=True).cte("first")
    )
    statement = update(table).where(table.c.id.in_(select(first.c.id))).values(dict(values)).returning(*returning)
    return conn.execute(statement).all()


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one of another kind. Raises Refused for a URL that is none."""
    understood = _understood(url)
    return Path(str(understood.database)) if understood.get_backend_name() == "sqlite" else None


def _understood(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise Refused(
            "The database URL cannot be read; write sqlite:///path/to/file.db or postgresql://user@host/name."
        ) from None
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise Refused("SQLite needs a file, because several processes share it; write sqlite:///path/to/file.db.")
        return parsed
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    raise Refused(
        f"{parsed.drivername} is not a database InboxSLA can use; write sqlite:///path/to/file.db or postgresql://user@host/name."
    )


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # In WAL mode NORMAL survives any crash of the process; a power cut may lose the last commits, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(conn: Connection) -> None:
    kind = conn.get_execution_options().get("inboxsla_kind", "read")
    driver: Any = conn.connection.dbapi_connection
    pragmas = ("OFF" if kind == "alter" else "ON", "ON" if kind == "read" else "OFF")
    if conn.info.get("pragmas") != pragmas:
        # These two work only outside a transaction, and a pooled connection serves every kind.
        driver.execute(f"PRAGMA foreign_keys = {pragmas[0]}")
        driver.execute(f"PRAGMA query_only = {pragmas[1]}")
        conn.info["pragmas"] = pragmas
    if kind == "read":
        # Takes no lock, so there is nothing that could go wrong here and would have to be put in our words.
        driver.execute("BEGIN")
        return
    # A transaction that reads first and writes later fails at once when two meet; taking the lock first makes it wait.
    patience = conn.get_execution_options()["inboxsla_lock_wait"]
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        _take_write_lock(driver, time.monotonic() + patience.total_seconds())
        if not driver.in_transaction:
            # Says what is wrong in words that `wall` understands.
            conn.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout = {patience // timedelta(milliseconds=1)}")


def _take_write_lock(driver: Any, until: float) -> None:
    """Begin to write as soon as nobody else does; in vain if that, or anything else, forbids it for too long.

    SQLite itself looks again after up to 100 ms, by when several others have come and gone: eight busy workers spent more time
    in waiting than in work.
    """
    while not driver.in_transaction and time.monotonic() < until:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return
            time.sleep(random.uniform(*_LOOK_AGAIN))
