"""An office about which nothing is known yet, and a browser that sets it up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import sign_in
from inboxsla.storage.database import Database
from tests.office import Office, an_office
from tests.web.shop import TUESDAY, Clock, Shop, StillBell, pages

START = "/settings/start"
CLOCK = Clock(TUESDAY)


@contextmanager
def nothing_yet(database: Database, folder: Path, **changes: Any) -> Iterator[Office]:
    """Nothing but its OAuth client."""
    with an_office(database, folder, people=[], calendar={}, **changes) as made:
        yield made


def browser(office: Office) -> FlaskClient:
    """A signed-in one, on a Tuesday at 10:48 in Berlin."""
    client = visitor(office)
    client.get(sign_in.make_link(replace(office.ports, now=CLOCK), "http://localhost"))
    return client


def visitor(office: Office) -> FlaskClient:
    return pages(Shop(replace(office.ports, now=CLOCK), CLOCK, StillBell())).test_client()


def shown(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")
