from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.pacing import Paced
from inboxsla.queue.quota import LocalAccount, Rate
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, a_desk
from tests.workers.processes import Valkey

USUAL = Rate.of(6_000, 75)


def account(desk: Desk, rate: Rate = USUAL) -> LocalAccount:
    """Kept by the desk's clock."""
    return LocalAccount(rate, now=lambda: desk.clock().timestamp(), dice=lambda: 0.5)


def client(desk: Desk, shared: LocalAccount, address: str = SUPPORT) -> GoogleMailbox:
    """Whose waits move the desk's clock."""
    pace = Paced(shared, sleep=lambda seconds: desk.clock.forward(seconds=seconds))
    return GoogleMailbox(static_credentials(address), api_root=desk.server.url, timeout=10, pace=pace)


@pytest.fixture
def paced(sqlite_database: Database) -> Iterator[Desk]:
    """A desk that keeps to 75 % of 6,000 units a minute, under a clock that only waiting and the test move."""
    with a_desk(sqlite_database) as desk, closing(client(desk, account(desk))) as gmail:
        desk.ports = replace(desk.ports, mailbox=lambda address: gmail)
        yield desk


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    folder = Path(tempfile.mkdtemp(prefix="inboxsla-"))
    made = Valkey(folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)
