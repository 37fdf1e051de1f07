"""A verified address becomes somebody who may see some mailboxes, and no others."""

from __future__ import annotations

from datetime import UTC, datetime

from inboxsla.services.viewers import Viewer, viewer
from inboxsla.storage import mailboxes, people
from inboxsla.storage.database import Database
from tests.people import ANA, CLAIRE
from tests.staff import person

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)
SUPPORT, BILLING = "support@lumenvelo.example", "billing@lumenvelo.example"


def seen(db: Database, address: str) -> Viewer | None:
    with db.read() as conn:
        return viewer(conn, address)


def two_mailboxes(db: Database) -> tuple[int, int]:
    with db.write() as conn:
        support, billing = (mailboxes.ensure(conn, "gmail", address).id for address in (SUPPORT, BILLING))
        people.replace_all(conn, support, [person(ANA, "agent"), person(CLAIRE, "lead")])
        people.replace_all(conn, billing, [person(CLAIRE, "agent")])
    return support, billing


def test_a_person_sees_the_mailboxes_they_are_listed_in_with_their_role_in_each(database: Database) -> None:
    support, billing = two_mailboxes(database)
    claire = seen(database, f" {CLAIRE.upper()} ")
    assert claire is not None
    assert claire.roles == {support: "lead", billing: "agent"}
    assert claire.by == CLAIRE
    assert claire.leads(support)
    assert not claire.leads(billing)
    ana = seen(database, ANA)
    assert ana is not None
    assert ana.may_see(support)
    assert not ana.may_see(billing)


def test_somebody_on_no_list_is_nobody(database: Database) -> None:
    two_mailboxes(database)
    assert seen(database, "mallory@elsewhere.example") is None


def test_somebody_taken_off_the_list_sees_nothing_any_more(sqlite_database: Database) -> None:
    support, _ = two_mailboxes(sqlite_database)
    with sqlite_database.write() as conn:
        people.replace_all(conn, support, [person(CLAIRE, "lead")])
    assert seen(sqlite_database, ANA) is None


def test_the_account_of_the_mailbox_itself_is_somebody_in_it_whom_nobody_names(sqlite_database: Database) -> None:
    support, _ = two_mailboxes(sqlite_database)
    team = seen(sqlite_database, SUPPORT)
    assert team is not None
    assert team.is_mailbox
    assert team.by is None
    assert team.roles == {support: "agent"}


def test_a_mailbox_that_left_the_configuration_is_seen_by_nobody(sqlite_database: Database) -> None:
    support, billing = two_mailboxes(sqlite_database)
    with sqlite_database.write() as conn:
        mailboxes.change(conn, billing, retired_at=NOW)
    claire = seen(sqlite_database, CLAIRE)
    assert claire is not None
    assert claire.roles == {support: "lead"}
