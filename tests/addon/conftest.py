from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.storage.database import Database
from tests.addon.gmail import Gmail
from tests.builders import Desk, a_desk


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    """A desk whose Gmail is simulated."""
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def ana(desk: Desk, tmp_path: Path) -> Gmail:
    """Ana with the panel open."""
    return Gmail(desk, tmp_path)
