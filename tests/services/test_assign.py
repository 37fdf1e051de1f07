"""Who gets a ticket that nobody owns."""

from __future__ import annotations

import threading
from collections import Counter

from inboxsla.domain.timeline import Kind
from inboxsla.services import assign
from tests.builders import ANA, CLAIRE, JONAS, Desk
from tests.services.conftest import Opens


def test_unowned_tickets_go_to_whoever_has_fewest(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(6)]
    desk.catch_up()
    assert Counter(desk.ticket(thread).owner for thread in threads) == {ANA: 3, JONAS: 3}


def test_round_robin_takes_turns(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "round_robin"})
    threads = [desk.writes(subject=f"Lamp {n}", at=desk.clock()).thread_id for n in range(4)]
    desk.catch_up()
    assert Counter(desk.ticket(thread).owner for thread in threads) == {ANA: 2, JONAS: 2}


def test_manual_leaves_them_to_people(opens: Opens) -> None:
    desk = opens(assignment={"strategy": "manual"})
    thread = desk.writes().thread_id
    desk.catch_up()
    assert desk.ticket(thread).owner is None


def test_whoever_answers_first_owns_it(desk: Desk) -> None:
    thread = desk.writes().thread_id
    desk.answers(thread, JONAS)
    desk.catch_up()
    assert desk.ticket(thread).owner == JONAS


def test_two_hand_outs_at_once_give_each_ticket_once(desk: Desk) -> None:

    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(10)]
    desk.sync()
    workers = [threading.Thread(target=assign.drain, args=(desk.ports, desk.id)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(desk.ticket(thread).owner for thread in threads) == {ANA: 5, JONAS: 5}
    assert all(desk.kinds(thread) == [Kind.CUSTOMER_WROTE, Kind.ASSIGNED] for thread in threads)


def test_no_leads_are_troubled_while_there_are_agents(desk: Desk) -> None:
    threads = [desk.writes(subject=f"Lamp {n} flickers").thread_id for n in range(7)]
    desk.catch_up()
    assert CLAIRE not in {desk.ticket(thread).owner for thread in threads}
