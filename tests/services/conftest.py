from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from inboxsla.storage.database import Database
from tests.builders import ANA, SUPPORT, Desk, a_desk, settings
from tests.office import Office, an_office

Opens = Callable[..., Desk]
# What these try is decided in Python, over statements that other tests here try on both kinds of database.
ON_SQLITE_ONLY = {
    f"test_{name}"
    for name in (
        "absent_owners",
        "correspondence",
        "dead_hours",
        "duty_of_reminders",
        "history_rules",
        "reminders",
        "two_mailboxes",
        "folders",
        "label_commands",
        "label_commands_once",
        "labels",
        "labels_by_id",
        "labels_of_many",
        "observing",
        "owner_labels",
        "returning",
    )
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        alone = metafunc.module.__name__.rpartition(".")[2] in ON_SQLITE_ONLY
        metafunc.parametrize("database", ["sqlite"] if alone else ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated, empty database of the kind that is asked for."""
    chosen: Database = request.getfixturevalue(f"{request.param}_database")
    return chosen


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """A live mailbox, on SQLite and on PostgreSQL."""
    with a_desk(database) as made:
        yield made


@pytest.fixture
def one_desk(sqlite_database: Database) -> Iterator[Desk]:
    """A live mailbox on SQLite only, for what does not depend on the database."""
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def desk_with_a_list(sqlite_database: Database) -> Iterator[Desk]:
    """A desk whose customers write through a Google Group of its own."""
    mailbox = {"address": SUPPORT, "own_lists": ["support.lumenvelo.example"]}
    with a_desk(sqlite_database, settings(mailboxes=[mailbox])) as made:
        yield made


@pytest.fixture
def opens(database: Database) -> Iterator[Opens]:
    """Opens a desk with settings of its own."""
    with ExitStack() as stack:
        yield lambda **chosen: stack.enter_context(a_desk(database, settings(**chosen)))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """An office whose mailboxes are connected through the real wiring, on SQLite and on PostgreSQL."""
    with an_office(database, tmp_path / "data") as made:
        yield made


@pytest.fixture
def one_office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    """The same on SQLite only."""
    with an_office(sqlite_database, tmp_path / "data") as made:
        yield made


def owes_a_reminder(desk: Desk) -> str:
    """A ticket of Ana's about which she is owed a reminder: an hour of four is left."""
    found = desk.writes().thread_id
    desk.sync()
    desk.owned_by(found, ANA)
    desk.deliver()
    desk.sync()
    desk.clock.forward(hours=3)
    desk.wake()
    return found
