from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.storage.database import Database
from tests.builders import Desk, a_desk
from tests.office import Office, an_office


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    """A live mailbox that nothing is to be asked of Google about."""
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    """Mailboxes that are connected through the real wiring, with tokens that can be taken back."""
    with an_office(sqlite_database, tmp_path / "data") as made:
        yield made
