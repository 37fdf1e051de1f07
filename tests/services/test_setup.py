"""Setting up: the database follows the settings; a mailbox is observed until somebody makes it live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from inboxsla.errors import Refused
from inboxsla.services import setup
from inboxsla.services.ports import Ports
from inboxsla.storage import people, policies
from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit
from inboxsla.storage.schema import policies as policies_table
from tests.builders import ANA, CLAIRE, JONAS, SUPPORT, Desk, a_desk, settings


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with a_desk(database, live=False) as made:
        yield made


def with_settings(desk: Desk, **chosen: object) -> Ports:
    ports = desk.ports
    return Ports(settings(**chosen), ports.db, ports.bell, ports.now, ports.mailbox)


def test_preparing_again_changes_nothing(desk: Desk) -> None:
    before = desk.mailbox
    setup.prepare(desk.ports)
    assert desk.mailbox == before
    with desk.database.read() as conn:
        assert len(conn.execute(select(policies_table.c.id)).all()) == 1
        assert [person.address for person in people.of_mailbox(conn, desk.id)] == [ANA, CLAIRE, JONAS]


def test_a_changed_promise_is_a_new_version_for_new_tickets_only(desk: Desk) -> None:
    old = desk.writes().thread_id
    desk.sync()
    setup.prepare(with_settings(desk, policy={"first_response": "1h"}))
    new = desk.writes(subject="Another lamp").thread_id
    desk.sync()
    with desk.database.read() as conn:
        versions = [policies.get(conn, desk.ticket(thread).policy_id).version for thread in (old, new)]
    assert versions == [1, 2]


def test_people_who_leave_the_list_keep_their_name_and_their_history(desk: Desk) -> None:
    setup.prepare(with_settings(desk, people=[{"address": ANA, "name": "Ana Ruiz-Weber"}]))
    with desk.database.read() as conn:
        assert [person.name for person in people.of_mailbox(conn, desk.id)] == ["Ana Ruiz-Weber"]
        assert people.names(conn, desk.id)[JONAS] == "Jonas Weber"


def test_a_mailbox_goes_live_once_and_the_log_says_who_did_it(desk: Desk) -> None:
    assert not desk.mailbox.is_live
    setup.live(desk.ports, SUPPORT, "Claire Dubois")
    assert desk.mailbox.live_since == desk.clock()
    with pytest.raises(Refused, match="live already"):
        setup.live(desk.ports, SUPPORT, "Claire Dubois")
    with desk.database.read() as conn:
        assert conn.execute(select(audit.c.actor).order_by(audit.c.id)).scalars().all()[-1] == "Claire Dubois"


def test_a_mailbox_nobody_knows_is_refused_with_those_that_are_known(desk: Desk) -> None:
    with pytest.raises(Refused, match=SUPPORT):
        setup.live(desk.ports, "sales@lumenvelo.example", "Claire Dubois")


def test_the_demos_mailbox_is_live_from_the_start(desk: Desk) -> None:
    setup.prepare(with_settings(desk, demo=True))
    assert desk.mailbox.is_live
