from __future__ import annotations

from collections.abc import Iterator

import pytest

from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, a_desk, settings


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
