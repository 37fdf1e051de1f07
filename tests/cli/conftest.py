from __future__ import annotations

from pathlib import Path

import pytest

from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from tests.cli.story import STORY
from tests.services.mailbox_files import imported, ports, written


@pytest.fixture
def port(sqlite_database: Database, tmp_path: Path) -> Ports:
    return ports(sqlite_database, tmp_path)


@pytest.fixture
def full(port: Ports, tmp_path: Path) -> Ports:
    imported(port, written(tmp_path / "story.mbox", *STORY))
    return port


@pytest.fixture(autouse=True)
def a_pipe_of_any_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
