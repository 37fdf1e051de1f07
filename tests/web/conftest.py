from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from inboxsla.services import sign_in
from inboxsla.storage.database import Database
from tests.web.shop import Shop, pages, shop


@pytest.fixture
def lumen(sqlite_database: Database, tmp_path: Path) -> Shop:
    """The shop, its mailbox observed and empty."""
    return shop(sqlite_database, tmp_path / "data")


@pytest.fixture
def stranger(lumen: Shop) -> FlaskClient:
    """A browser that has not signed in."""
    return pages(lumen).test_client()


@pytest.fixture
def claire(lumen: Shop, stranger: FlaskClient) -> FlaskClient:
    """The lead's browser, signed in."""
    return signed_in(stranger, lumen)


def signed_in(browser: FlaskClient, lumen: Shop) -> FlaskClient:
    assert browser.get(sign_in.make_link(lumen.ports, "http://localhost")).status_code == 302
    return browser
