from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla.config import Settings
from inboxsla.errors import AccessLost
from inboxsla.gmail.port import Mailbox
from inboxsla.services import sign_in
from inboxsla.services.ports import Ports
from inboxsla.storage.database import Database
from inboxsla.storage.schema import sign_in_links

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8000"


class NoBell:
    def ring(self, job: str, keys: object) -> None:
        raise AssertionError("signing in rings nobody")

    def ping(self) -> None:
        raise AssertionError("signing in needs no Redis")


def no_mailbox(address: str) -> Mailbox:
    raise AccessLost(address)


def at(ports: Ports, instant: datetime) -> Ports:
    return replace(ports, now=lambda: instant)


def token(link: str) -> str:
    return link.rpartition("/")[2]


@pytest.fixture
def ports(database: Database, tmp_path: Path) -> Ports:
    return Ports(Settings.of({"data_dir": str(tmp_path)}), database, NoBell(), lambda: NOON, no_mailbox)


def test_a_link_signs_in_once(ports: Ports) -> None:
    link = sign_in.make_link(ports, BASE + "/")

    assert link.startswith(f"{BASE}/sign-in/")
    assert sign_in.use(ports, token(link))
    assert not sign_in.use(ports, token(link))


def test_links_are_long_different_and_not_in_the_database(ports: Ports) -> None:
    links = {sign_in.make_link(ports, BASE) for _ in range(20)}

    assert len(links) == 20
    assert all(len(token(link)) >= 43 for link in links), "256 bits are 43 characters"
    with ports.db.read() as conn:
        kept = "\n".join(str(row) for row in conn.execute(select(sign_in_links)))
    assert not [link for link in links if token(link) in kept]


def test_a_link_is_good_for_a_day(ports: Ports) -> None:
    early, late = token(sign_in.make_link(ports, BASE)), token(sign_in.make_link(ports, BASE))

    assert sign_in.use(at(ports, NOON + timedelta(hours=24) - timedelta(seconds=1)), early)
    assert not sign_in.use(at(ports, NOON + timedelta(hours=24)), late)


def test_what_nobody_made_does_not_sign_in(ports: Ports) -> None:
    sign_in.make_link(ports, BASE)

    for guess in ("", "x", "0" * 43, "%00", "é"):
        assert not sign_in.use(ports, guess)


def test_of_many_who_use_a_link_at_once_one_gets_in(ports: Ports) -> None:
    link = token(sign_in.make_link(ports, BASE))
    ready, entered = threading.Barrier(8), []

    def use() -> None:
        ready.wait(timeout=30)
        entered.append(sign_in.use(ports, link))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(entered) == [False] * 7 + [True]


def test_links_of_the_past_are_forgotten(ports: Ports) -> None:
    sign_in.make_link(ports, BASE)
    sign_in.make_link(at(ports, NOON + timedelta(days=2)), BASE)

    with ports.db.read() as conn:
        assert len(conn.execute(select(sign_in_links.c.id)).all()) == 1
