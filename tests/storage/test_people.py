"""People and teams as they are kept, and how those who wait for them are found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text

from inboxsla.domain.people import Strategy, Team
from inboxsla.storage import hand_outs, mailboxes, people, teams, tickets
from inboxsla.storage.database import Database
from inboxsla.storage.schema import policies
from tests.people import ANA, CLAIRE, JONAS
from tests.staff import DAY_SHIFT, away, person

NOW = datetime(2026, 6, 5, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BILLING = Team(
    "Billing", (ANA, JONAS), CLAIRE, Strategy.SKILL, None, frozenset({"billing", "french"}), timedelta(hours=4)
)
FULL = person(
    ANA, "agent", away("2026-12-24", "2027-01-02", JONAS), calendar=DAY_SHIFT, skills=["billing", "french"], capacity=20
)


@pytest.fixture
def box(database: Database) -> int:
    """A connected mailbox, and a policy with the id 1."""
    with database.write() as conn:
        conn.execute(insert(policies), [{"name": "standard", "version": 1, "body": {}, "saved_at": NOW}])
        return mailboxes.ensure(conn, "gmail", "support@lumenvelo.example").id


def unowned(conn: Connection, box: int, team: str, due: timedelta, **more: Any) -> int:
    words = {"subject": "Lamp", "requester": "kofi@customer.example", "requester_name": "Kofi Mensah"}
    values = {"policy_id": 1, "opened_at": NOW, "wake_at": None, "team": team, "due_at": NOW + due, **words, **more}
    return tickets.create(conn, mailbox_id=box, thread_id=f"{team}{due}", **values).id


def test_people_are_read_as_they_were_written(database: Database, box: int) -> None:
    listed = [FULL, person(CLAIRE, "lead")]
    with database.write() as conn:
        people.replace_all(conn, box, listed)
        assert people.of_mailbox(conn, box) == listed
        people.replace_all(conn, box, [person(ANA)])
        assert people.of_mailbox(conn, box) == [person(ANA)]
        assert people.address_of(conn, people.id_of(conn, box, CLAIRE)) == CLAIRE
        assert people.address_of(conn, 0) is None


def test_whoever_comes_back_to_the_list_works_there_again_as_they_are_now(database: Database, box: int) -> None:
    with database.write() as conn:
        people.replace_all(conn, box, [FULL])
        people.replace_all(conn, box, [])
        assert people.of_mailbox(conn, box) == []
        people.replace_all(conn, box, [person(ANA, "lead")])
        assert people.of_mailbox(conn, box) == [person(ANA, "lead")]


def test_of_hundreds_of_people_only_those_who_changed_are_written(sqlite_database: Database) -> None:
    listed = [FULL, *(person(f"p{nth}@lumenvelo.example") for nth in range(300))]
    changed = [replace(FULL, calendar=None), *listed[1:200], replace(listed[200], capacity=3), *listed[201:]]
    with sqlite_database.write() as conn:
        box = mailboxes.ensure(conn, "gmail", "support@lumenvelo.example").id
        people.replace_all(conn, box, listed)
        seen: list[str] = []
        event.listen(conn, "before_cursor_execute", lambda *about: seen.append(about[2].split()[0]))
        people.replace_all(conn, box, listed)
        assert seen == ["SELECT"]
        people.replace_all(conn, box, changed)
        assert seen == ["SELECT", "SELECT", "UPDATE", "UPDATE"]
        assert people.of_mailbox(conn, box) == sorted(changed, key=lambda each: each.address)


def test_two_who_list_somebody_new_at_once_leave_what_the_later_one_says(postgresql_database: Database) -> None:
    with postgresql_database.write() as conn:
        box = mailboxes.ensure(conn, "gmail", "support@lumenvelo.example").id

    def later() -> None:
        with postgresql_database.write() as conn:
            people.replace_all(conn, box, [person(ANA, "lead")])

    with ThreadPoolExecutor() as pool, postgresql_database.write() as conn:
        people.replace_all(conn, box, [person(ANA)])
        second = pool.submit(later)
        while not conn.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first():
            assert not second.done()
    second.result()
    with postgresql_database.read() as conn:
        assert people.of_mailbox(conn, box) == [person(ANA, "lead")]


def test_teams_are_read_as_they_were_written_and_keep_their_turn(database: Database, box: int) -> None:
    with database.write() as conn:
        teams.replace_all(conn, [BILLING, Team("Repairs", (ANA,))])
        (billing, repairs) = teams.every(conn).values()
        assert (billing.team, repairs.team) == (BILLING, Team("Repairs", (ANA,)))
        teams.change(conn, billing.id, turn=7, wake_at=NOW)
        teams.replace_all(conn, [BILLING])
        assert list(teams.every(conn)) == ["Billing"]
        assert teams.lock(conn, ["Repairs", "Billing"])["Billing"].turn == 7
        teams.replace_all(conn, [])
        assert teams.every(conn) == {}
        assert not teams.claim_waking(conn, NOW, NOW + HOUR)


def test_teams_and_mailboxes_wake_once_when_their_time_has_come(database: Database, box: int) -> None:
    """C22: found by an instant that is kept, not by looking through what waits."""
    with database.write() as conn:
        teams.replace_all(conn, [BILLING])
        teams.change(conn, teams.every(conn)["Billing"].id, wake_at=NOW)
        mailboxes.change(conn, box, wake_at=NOW)
        before, again = NOW - HOUR, NOW + HOUR
        assert (teams.claim_waking(conn, before, again), mailboxes.claim_waking(conn, before, again)) == (False, [])
        assert (teams.claim_waking(conn, NOW, again), mailboxes.claim_waking(conn, NOW, again)) == (True, [box])
        assert (teams.claim_waking(conn, NOW, again), mailboxes.claim_waking(conn, NOW, again)) == (False, [])
        assert teams.claim_waking(conn, again, again + HOUR)
        teams.forget_wakes(conn)
        assert teams.every(conn)["Billing"].wake_at is None


def test_what_waits_is_found_by_team_and_deadline(database: Database, box: int) -> None:
    with database.write() as conn:
        late, soon = unowned(conn, box, "", 3 * HOUR), unowned(conn, box, "", HOUR)
        billing = unowned(conn, box, "Billing", 2 * HOUR)
        unowned(conn, box, "Repairs", HOUR, owner=ANA)
        unowned(conn, box, "Sales", HOUR, status="solved")
        assert hand_outs.teams_with_unowned(conn, box) == ["", "Billing"]
        assert [each.id for each in hand_outs.unowned(conn, [box], [""], 9)] == [soon, late]
        assert [each.id for each in hand_outs.unowned(conn, [box], ["", "Billing"], 2)] == [soon, billing]


def test_loads_are_counted_in_connected_mailboxes_only(database: Database, box: int) -> None:
    with database.write() as conn:
        imported = mailboxes.ensure(conn, "import", "support@lumenvelo.example").id
        unowned(conn, box, "", HOUR, owner=ANA, urgency="low")
        unowned(conn, box, "", 2 * HOUR, owner=ANA, urgency="low")
        unowned(conn, box, "", 3 * HOUR, owner=ANA, status="waiting_on_customer", urgency="paused")
        unowned(conn, box, "", 4 * HOUR, owner=ANA, status="solved")
        unowned(conn, imported, "", HOUR, owner=ANA)
        counts = hand_outs.counts_by_owner(conn)
        assert sorted(counts) == [(ANA, "open", "low", 2), (ANA, "waiting_on_customer", "paused", 1)]


@pytest.mark.parametrize(
    ("index", "query"),
    [
        (
            "ix_tickets_unowned",
            "SELECT team FROM tickets WHERE mailbox_id = 1 AND owner IS NULL AND status = 'open' AND due_at IS NOT NULL "
            "AND team > 'Billing' ORDER BY team LIMIT 1",
        ),
        (
            "ix_teams_wake_at",
            "SELECT id FROM teams WHERE wake_at IS NOT NULL AND wake_at <= 5 ORDER BY wake_at LIMIT 9",
        ),
    ],
)
def test_the_ticker_looks_these_up_by_index(sqlite_database: Database, index: str, query: str) -> None:
    with sqlite_database.read() as conn:
        plan = " ".join(row.detail for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert f"USING INDEX {index}" in plan or f"USING COVERING INDEX {index}" in plan
    assert "SCAN tickets" not in plan
