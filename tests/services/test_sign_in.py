from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from inboxsla.config import Settings
from inboxsla.errors import AccessLost, Refused
from inboxsla.gmail.port import Mailbox
from inboxsla.services import sessions, setup, sign_in
from inboxsla.services.ports import Ports
from inboxsla.services.sessions import Present
from inboxsla.services.sign_in import LinkOver, NotListed
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit, sign_in_links

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SUPPORT = "support@lumenvelo.example"
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
def sqlite_ports(sqlite_database: Database, tmp_path: Path) -> Ports:
    return Ports(Settings.of({"data_dir": str(tmp_path)}), sqlite_database, NoBell(), lambda: NOON, no_mailbox)


@pytest.fixture
def ports(database: Database, tmp_path: Path) -> Ports:
    return Ports(Settings.of({"data_dir": str(tmp_path)}), database, NoBell(), lambda: NOON, no_mailbox)


def enters(ports: Ports, link: str) -> str | None:
    """Whom the link signs in, by their name in the audit log; None if it does not open."""
    try:
        session = sign_in.use(ports, token(link), "Firefox on Linux")
    except LinkOver:
        return None
    found = sessions.present(ports, session, by_hand=True)
    assert isinstance(found, Present)
    return found.actor


def test_a_link_signs_in_once(ports: Ports) -> None:
    link = sign_in.make_link(ports, BASE + "/")

    assert link.startswith(f"{BASE}/sign-in/")
    assert enters(ports, link) is not None
    assert enters(ports, link) is None


def test_links_are_long_different_and_not_in_the_database(ports: Ports) -> None:
    links = {sign_in.make_link(ports, BASE) for _ in range(20)}

    assert len(links) == 20
    assert all(len(token(link)) >= 43 for link in links), "256 bits are 43 characters"
    with ports.db.read() as conn:
        kept = "\n".join(str(row) for row in conn.execute(select(sign_in_links)))
    assert not [link for link in links if token(link) in kept]


def test_a_link_is_good_for_a_day(ports: Ports) -> None:
    early, late = sign_in.make_link(ports, BASE), sign_in.make_link(ports, BASE)

    assert enters(at(ports, NOON + timedelta(hours=24) - timedelta(seconds=1)), early)
    assert not enters(at(ports, NOON + timedelta(hours=24)), late)


def test_what_nobody_made_does_not_sign_in(ports: Ports) -> None:
    sign_in.make_link(ports, BASE)

    for guess in ("", "x", "0" * 43, "%00", "é", "\udcff"):
        assert not enters(ports, guess)


def test_of_many_who_use_a_link_at_once_one_gets_in(ports: Ports) -> None:
    link = sign_in.make_link(ports, BASE)
    ready, entered = threading.Barrier(8), []

    def use() -> None:
        ready.wait(timeout=30)
        entered.append(enters(ports, link))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(bool, entered)) == [False] * 7 + [True]


def test_links_of_the_past_are_forgotten(ports: Ports) -> None:
    sign_in.make_link(ports, BASE)
    sign_in.make_link(at(ports, NOON + timedelta(days=2)), BASE)

    with ports.db.read() as conn:
        assert len(conn.execute(select(sign_in_links.c.id)).all()) == 1


def peopled(ports: Ports, **people: str) -> Ports:
    """With these people, by name, in these roles, in one mailbox."""
    listed = [{"address": f"{name}@lumenvelo.example", "name": name, "role": role} for name, role in people.items()]
    tree = {"data_dir": str(ports.settings.data_dir), "mailboxes": [{"address": SUPPORT}], "people": listed}
    made = replace(ports, settings=Settings.of(tree))
    setup.prepare(made)
    return made


def test_a_link_for_nobody_in_particular_signs_in_the_first_admin_and_sets_up_where_there_is_none(
    sqlite_ports: Ports,
) -> None:
    assert enters(sqlite_ports, sign_in.make_link(sqlite_ports, BASE)) == sessions.SETUP_NAME
    unled = peopled(sqlite_ports, ana="agent", jonas="lead")
    assert enters(unled, sign_in.make_link(unled, BASE)) == sessions.SETUP_NAME
    led = peopled(sqlite_ports, ana="agent", claire="admin", zoe="admin")
    assert enters(led, sign_in.make_link(led, BASE)) == "claire@lumenvelo.example"


def test_before_there_is_a_mailbox_the_admin_that_the_configuration_names_connects_the_first(
    sqlite_ports: Ports,
) -> None:
    people = [{"address": "claire@lumenvelo.example", "name": "Claire", "role": "admin"}]
    tree = {"data_dir": str(sqlite_ports.settings.data_dir), "people": people}
    ports = replace(sqlite_ports, settings=Settings.of(tree))

    found = sessions.present(ports, sign_in.use(ports, token(sign_in.make_link(ports, BASE)), ""), by_hand=True)

    assert isinstance(found, Present)
    assert (found.actor, found.runs_the_house) == ("claire@lumenvelo.example", True)


def test_a_link_for_somebody_signs_in_them_while_they_are_on_the_list(sqlite_ports: Ports) -> None:
    ports = peopled(sqlite_ports, ana="agent", claire="admin")
    first, second = (sign_in.make_link(ports, BASE, "ana@lumenvelo.example") for _ in range(2))
    assert enters(ports, first) == "ana@lumenvelo.example"

    with pytest.raises(Refused, match=r"mallory@evil\.example is on no people list here\. Known: ana@"):
        sign_in.make_link(ports, BASE, "mallory@evil.example")
    without = peopled(ports, claire="admin")
    with pytest.raises(NotListed):
        enters(without, second)
    assert enters(ports, second) is None, "whoever tried it has used it up"
    assert audited(ports)[-1] == ("ana@lumenvelo.example", "sign-in refused: on no people list")


def test_an_admin_of_one_mailbox_of_two_does_not_run_the_house(sqlite_ports: Ports) -> None:
    people = [{"address": "claire@lumenvelo.example", "name": "Claire", "role": "admin", "mailboxes": [SUPPORT]}]
    tree = {
        "data_dir": str(sqlite_ports.settings.data_dir),
        "mailboxes": [{"address": SUPPORT}, {"address": "sales@lumenvelo.example"}],
        "people": people,
    }
    ports = replace(sqlite_ports, settings=Settings.of(tree))
    setup.prepare(ports)

    assert enters(ports, sign_in.make_link(ports, BASE)) == sessions.SETUP_NAME
    link = sign_in.make_link(ports, BASE, "claire@lumenvelo.example")
    found = sessions.present(ports, sign_in.use(ports, token(link), ""), by_hand=True)
    assert isinstance(found, Present)
    assert not found.runs_the_house
    assert found.sees == frozenset(found.viewer.roles if found.viewer else ())


def audited(ports: Ports) -> list[tuple[str, str]]:
    with ports.db.read() as conn:
        return [(row.actor, row.what) for row in conn.execute(select(audit).order_by(audit.c.id))]
