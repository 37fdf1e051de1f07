"""What every test may ask for, and what none may do."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import text
from werkzeug.routing import Rule

from inboxsla.storage import migrations
from inboxsla.storage.database import Database
from inboxsla.storage.schema import metadata
from tests import pg
from tests.post import Post, a_post

TEMPLATE = "migrated"
# TRUNCATE makes new files for every table and index, which takes PostgreSQL longer than most tests take.
EMPTIED = "; ".join(
    [
        "SET LOCAL session_replication_role = replica",
        *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),
        f"UPDATE alembic_version SET version_num = '{migrations.head()}'",
        "SELECT setval(seqrelid, seqstart, false) FROM pg_sequence",
    ]
)

# A slow machine is not a bug; what CI finds must be found again by whoever reads its log.
settings.register_profile("here", deadline=None, print_blob=True)
# Whether a law of the clocks holds is asked 2,000 times there (see `tests.laws`), everything else as often as here.
settings.register_profile("ci", parent=settings.get_profile("here"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


class _Rule(Rule):
    """Compiles what builds an address once, not for every application: each of hundreds has a hundred of them."""

    _builders: ClassVar[dict[tuple[object, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        asked = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
        if asked not in self._builders:
            self._builders[asked] = super()._compile_builder(append_unknown)
        return self._builders[asked]


Flask.url_rule_class = _Rule


@pytest.fixture(scope="session", autouse=True)
def loopback_only() -> Iterator[None]:
    """Nothing in the tests talks to another machine; what tries fails, even inside code that retries."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(real: Any) -> Any:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_distant(str(address[0]))
        return real(self, address)

    return connect


def _guarded_lookup(real: Any) -> Any:
    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse_distant(host.decode() if isinstance(host, bytes) else host or "")
        return real(host, *args, **kwargs)

    return getaddrinfo


def _refuse_distant(host: str) -> None:
    if host not in ("", "localhost", "::1", "0.0.0.0", "::") and not host.startswith("127."):
        pytest.fail(
            f"this test reached out to {host}: tests stay on this machine. Start what it needs on 127.0.0.1 "
            "(the simulator plays Gmail and Google) and point the setting at it."
        )


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest migration, to copy from."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[pg.Server]:
    """A PostgreSQL server that lives as long as the tests of this process."""
    with pg.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: pg.Server) -> pg.Server:
    """The server with a database at the newest migration, to copy from."""
    postgresql_server.run(f"CREATE DATABASE {TEMPLATE}")
    migrations.upgrade(postgresql_server.url(TEMPLATE))
    return postgresql_server


@pytest.fixture(scope="session")
def only_sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """What is always at the same place: statements are compiled once, which takes longer than most tests of theirs."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('only')}/one/inboxsla.db")
    yield database
    database.close()


@pytest.fixture
def sqlite_database(migrated_file: Path, only_sqlite_database: Database, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, one at a time."""
    file = Path(only_sqlite_database.place)
    shutil.copyfile(migrated_file, file)
    yield only_sqlite_database
    only_sqlite_database.close()
    # Whatever a test made of it, and whatever it left open, goes on without the next one.
    file.parent.rename(tmp_path / "database")
    file.parent.mkdir()


@pytest.fixture(scope="session")
def only_postgresql_database(migrated_postgresql: pg.Server) -> Iterator[Database]:
    with migrated_postgresql.fresh_copy(TEMPLATE) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def postgresql_database(only_postgresql_database: Database) -> Iterator[Database]:
    """A migrated, empty PostgreSQL database, one at a time; emptied after each test, because copying takes far longer."""
    yield only_postgresql_database
    with only_postgresql_database.write() as conn:
        conn.execute(text(EMPTIED))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database; the test runs once on each kind."""
    chosen: Database = request.getfixturevalue(f"{request.param}_database")
    return chosen


@pytest.fixture
def post() -> Iterator[Post]:
    """A mail server that takes everything, until it is told otherwise."""
    with a_post() as started:
        yield started
