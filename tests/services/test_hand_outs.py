"""Tickets that wait for somebody: for their hours, for room, for their team."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from inboxsla.domain.people import Strategy, Team
from inboxsla.domain.timeline import Kind
from inboxsla.services import assign, runs
from inboxsla.storage import mailboxes
from inboxsla.storage import people as people_rows
from inboxsla.storage import teams as team_rows
from inboxsla.storage.database import Database
from tests.builders import ANA, CLAIRE, JONAS, Desk, NobodyRings, Notepad, a_desk
from tests.services.conftest import Opens
from tests.services.staffing import routed, staffed, wakes
from tests.staff import away, hours, person

HOUR = timedelta(hours=1)
# Noon UTC in November; a desk opens at 09:48 UTC.
FROM_ONE = hours("13:00", "21:00", "Europe/Berlin")
ONE = datetime(2026, 11, 24, 12, tzinfo=UTC)
FROM_SIX = hours("18:00", "23:00", "Europe/Berlin")
SALES = "sales@lumenvelo.example"


def owners(desk: Desk, threads: list[str]) -> list[str | None]:
    return [desk.ticket(thread).owner for thread in threads]


def test_with_nobody_on_duty_a_ticket_waits_and_the_wait_has_an_end(desk: Desk) -> None:
    """C64: nobody is given anything outside their own hours."""
    staffed(desk, person(ANA, calendar=FROM_ONE), person(JONAS, calendar=FROM_SIX))
    thread = desk.writes().thread_id
    desk.catch_up()
    assert desk.ticket(thread).owner is None
    assert wakes(desk) == ONE
    desk.clock.at = ONE
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA
    assert wakes(desk) is None


def test_when_somebody_comes_on_duty_the_nearest_deadline_goes_first(opens: Opens) -> None:
    """C22: what waits longest for its promise is not passed over for what came later."""
    desk = opens(policy={"ladder": []})
    staffed(desk, person(ANA, calendar=FROM_ONE, capacity=1), person(JONAS, calendar=FROM_SIX))
    newer = desk.writes(subject="The newer one").thread_id
    desk.catch_up()
    older = desk.writes(subject="The older one", at=desk.clock() - HOUR).thread_id
    desk.catch_up()
    desk.clock.at = ONE
    desk.catch_up()
    assert owners(desk, [newer, older]) == [None, ANA]
    desk.clock.at = ONE + 5 * HOUR
    desk.catch_up()
    assert owners(desk, [newer, older]) == [JONAS, ANA]


def test_the_ticker_rings_when_somebody_comes_on_duty_and_not_before(desk: Desk) -> None:
    """C22: an instant that is looked up wakes the team, not a search for what waits."""
    staffed(desk, person(ANA, calendar=FROM_ONE))
    desk.writes()
    desk.catch_up()
    assert isinstance(desk.bell, Notepad)

    def rung() -> list[str]:
        desk.bell.rung.clear()
        desk.tick()
        return [job for job, _ in desk.bell.rung if job == "assign"]

    assert rung() == []
    desk.clock.at = ONE - timedelta(seconds=10)
    assert rung() == []
    desk.clock.at = ONE
    assert rung() == ["assign"]
    desk.clock.forward(seconds=6)
    assert rung() == []
    desk.clock.forward(seconds=25)
    assert rung() == ["assign"]
    assign.drain(desk.ports, desk.id)
    desk.clock.forward(seconds=31)
    assert rung() == []


def test_the_ticker_hands_out_by_itself_while_redis_is_away(sqlite_database: Database) -> None:
    with a_desk(sqlite_database, bell=NobodyRings()) as desk:
        staffed(desk, person(ANA, calendar=FROM_ONE), teams=[Team("Billing", (ANA,))])
        threads = [desk.writes(subject=f"Lamp {n}").thread_id for n in range(2)]
        desk.tick()
        routed(desk, threads[0], "Billing")
        desk.clock.forward(seconds=6)
        desk.tick()
        assert owners(desk, threads) == [None, None]
        desk.clock.at = ONE
        desk.tick()
        assert owners(desk, threads) == [ANA, ANA]


def test_when_everybody_is_full_what_waits_is_given_out_as_soon_as_something_is_answered(desk: Desk) -> None:
    staffed(desk, person(ANA, capacity=1))
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(3)]
    desk.catch_up()
    assert owners(desk, threads) == [ANA, None, None]
    desk.clock.forward(minutes=1)
    desk.answers(threads[0], ANA)
    runs.sync(desk.ports, [desk.id])
    assert owners(desk, threads) == [ANA, ANA, None]
    desk.archives(threads[1])
    runs.sync(desk.ports, [desk.id])
    assert owners(desk, threads) == [ANA, ANA, ANA]


def test_capacity_holds_when_several_hand_out_at_once(desk: Desk) -> None:
    staffed(desk, person(ANA, capacity=2), person(JONAS, capacity=3))
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(8)]
    desk.sync()
    workers = [threading.Thread(target=assign.drain, args=(desk.ports, desk.id)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(owners(desk, threads)) == {ANA: 2, JONAS: 3, None: 3}


def test_a_turn_goes_on_where_it_stood(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "round_robin"})
    threads = []
    for n in range(5):
        threads.append(desk.writes(subject=f"Lamp {n}").thread_id)
        desk.clock.forward(minutes=1)
        desk.catch_up()
    assert owners(desk, threads) == [ANA, JONAS, ANA, JONAS, ANA]


def test_two_overdue_tickets_weigh_more_than_four_that_have_time(opens: Opens) -> None:
    desk = opens(policy={"ladder": []})
    overdue = [desk.writes(subject=f"Old {n}").thread_id for n in range(2)]
    desk.sync()
    for thread in overdue:
        desk.owned_by(thread, ANA)
    desk.later(hours=5)
    fresh = [desk.writes(subject=f"Lamp {n}").thread_id for n in range(4)]
    desk.catch_up()
    assert Counter(owners(desk, fresh)) == {JONAS: 4}


# Teams


def test_a_teams_tickets_go_to_its_members_in_every_mailbox_nearest_deadline_first(desk: Desk) -> None:
    """C22: across mailboxes as well."""
    billing = Team("Billing", (JONAS,))
    staffed(desk, person(ANA), person(JONAS, capacity=1, calendar=FROM_ONE), teams=[billing])
    mine, others = desk.writes(subject="Invoice 1").thread_id, desk.writes(subject="Lamp").thread_id
    desk.sync()
    routed(desk, mine, "Billing")
    desk.catch_up()
    assert owners(desk, [mine, others]) == [None, ANA]
    assert (wakes(desk, "Billing"), wakes(desk)) == (ONE, None)
    desk.clock.at = ONE
    desk.catch_up()
    assert owners(desk, [mine, others]) == [JONAS, ANA]


def test_a_team_counts_what_its_people_have_in_other_mailboxes(desk: Desk) -> None:
    staffed(desk, person(ANA, capacity=1), teams=[Team("Billing", (ANA,))])
    threads = [desk.writes(subject=f"Invoice {n}").thread_id for n in range(2)]
    desk.sync()
    with desk.database.write() as conn:
        other = mailboxes.ensure(conn, "gmail", SALES)
        people_rows.replace_all(conn, other.id, [person(ANA, capacity=1)])
    for thread in threads:
        routed(desk, thread, "Billing")
    assign.drain(desk.ports, other.id)
    assert owners(desk, threads) == [None, None]
    assign.drain(desk.ports, desk.id)
    assert Counter(owners(desk, threads)) == {ANA: 1, None: 1}


def test_tickets_of_a_team_that_is_no_more_are_everybodys(desk: Desk) -> None:
    staffed(desk, person(ANA))
    thread = desk.writes().thread_id
    desk.sync()
    routed(desk, thread, "Billing")
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA


@pytest.mark.parametrize(
    ("team", "owner"),
    [
        (Team("Billing", (ANA, JONAS), strategy=Strategy.SKILL, skills=frozenset({"billing"})), JONAS),
        (Team("Billing", (), strategy=Strategy.FIXED, person=CLAIRE), CLAIRE),
        (Team("Billing", (ANA, JONAS), strategy=Strategy.NOBODY), None),
    ],
    ids=["skill", "fixed", "nobody"],
)
def test_each_team_has_its_own_strategy(desk: Desk, team: Team, owner: str | None) -> None:
    staffed(desk, person(ANA), person(JONAS, skills=["billing"]), person(CLAIRE, "lead"), teams=[team])
    thread = desk.writes().thread_id
    desk.sync()
    routed(desk, thread, "Billing")
    desk.catch_up()
    assert desk.ticket(thread).owner == owner


def test_a_ticket_can_have_a_strategy_of_its_own(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "manual"})
    threads = [desk.writes(subject=f"Lamp {n}").thread_id for n in range(2)]
    desk.sync()
    routed(desk, threads[1], strategy="least_loaded")
    desk.catch_up()
    assert owners(desk, threads) == [None, ANA]
    routed(desk, threads[0], "Billing", strategy="round_robin")
    desk.catch_up()
    assert owners(desk, threads) == [JONAS, ANA]


def test_teams_drained_together_give_each_ticket_once(desk: Desk) -> None:
    teams = [Team("Billing", (ANA, JONAS)), Team("Repairs", (ANA, JONAS))]
    staffed(desk, person(ANA), person(JONAS), teams=teams)
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(9)]
    desk.sync()
    for n, thread in enumerate(threads):
        routed(desk, thread, ("", "Billing", "Repairs")[n % 3])
    workers = [threading.Thread(target=assign.drain, args=(desk.ports, desk.id)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert set(owners(desk, threads)) == {ANA, JONAS}
    assert all(desk.kinds(thread).count(Kind.ASSIGNED) == 1 for thread in threads)


# Changes of people


def test_somebody_who_is_back_early_is_given_what_waits(desk: Desk) -> None:
    staffed(desk, person(ANA, "agent", away("2026-11-20", "2026-12-01")))
    thread = desk.writes().thread_id
    desk.catch_up()
    assert wakes(desk) == datetime(2026, 12, 1, tzinfo=UTC)
    staffed(desk, person(ANA))
    assert wakes(desk) is None
    desk.clock.forward(seconds=6)
    desk.tick()
    assert isinstance(desk.bell, Notepad)
    assert ("assign", (desk.id,)) in desk.bell.rung
    desk.catch_up()
    assert desk.ticket(thread).owner == ANA


def test_starting_again_keeps_who_has_which_turn(desk: Desk) -> None:
    with desk.database.write() as conn:
        team_rows.replace_all(conn, [Team("Billing", (ANA, JONAS), strategy=Strategy.ROUND_ROBIN)])
    threads = []
    for n in range(3):
        threads.append(desk.writes(subject=f"Lamp {n}").thread_id)
        desk.sync()
        routed(desk, threads[-1], "Billing")
        desk.catch_up()
        with desk.database.write() as conn:
            team_rows.replace_all(conn, [Team("Billing", (ANA, JONAS), lead=CLAIRE, strategy=Strategy.ROUND_ROBIN)])
    assert owners(desk, threads) == [ANA, JONAS, ANA]
