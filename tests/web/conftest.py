from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from inboxsla.services import sign_in
from inboxsla.storage.database import Database
from tests.builders import Desk, a_desk
from tests.web.browsing import a_morning, chromium, serving
from tests.web.door import Door, door_of
from tests.web.shop import ANA, Shop, pages, shop


@pytest.fixture
def lumen(sqlite_database: Database, tmp_path: Path) -> Shop:
    """The shop, its mailbox observed and empty."""
    return shop(sqlite_database, tmp_path / "data")


@pytest.fixture
def strict(sqlite_database: Database, tmp_path: Path) -> Shop:
    """A shop where sessions last as long as they do by default: 12 hours unused, 30 days in any case."""
    return shop(sqlite_database, tmp_path / "data", sign_in={})


@pytest.fixture
def stranger(lumen: Shop) -> FlaskClient:
    """A browser that has not signed in."""
    return pages(lumen).test_client()


@pytest.fixture
def claire(lumen: Shop, stranger: FlaskClient) -> FlaskClient:
    """The browser of the one who leads and administers, signed in."""
    return signed_in(stranger, lumen)


@pytest.fixture
def ana(lumen: Shop) -> FlaskClient:
    """An agent's browser, signed in."""
    return signed_in(pages(lumen).test_client(), lumen, ANA)


def signed_in(browser: FlaskClient, lumen: Shop, address: str = "") -> FlaskClient:
    """As this person; without one as the first admin, or to set up what has none."""
    assert browser.get(sign_in.make_link(lumen.ports, "http://localhost", address)).status_code == 303
    return browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Every window is a context of its own, which shares nothing with others."""
    with chromium() as started:
        yield started


@pytest.fixture
def morning(browser: Browser, sqlite_database: Database, tmp_path: Path) -> Iterator[tuple[Shop, str, int]]:
    """The shop on a busy morning, the address of its pages, and an urgent ticket."""
    lumen = shop(sqlite_database, tmp_path / "data")
    urgent = a_morning(lumen)
    with serving(lumen) as base:
        yield lumen, base, urgent


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    """A desk whose Gmail is simulated."""
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def door(desk: Desk, tmp_path: Path) -> Door:
    """The desk's push endpoint."""
    return door_of(desk, tmp_path)
