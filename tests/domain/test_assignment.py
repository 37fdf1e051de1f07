"""Who takes a ticket next."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.assignment import Person, choose, should_move
from tests.people import ANA, CLAIRE, JONAS, NAMES, PRIYA


def person(address: str, role: str = "agent", *, active: bool = True) -> Person:
    return Person(address, NAMES[address], role, "Europe/Berlin", active)


TEAM = [person(ANA), person(JONAS), person(PRIYA), person(CLAIRE, "lead")]


def chosen(load: dict[str, int], strategy: str = "least_loaded", turn: int = 0, **more: Any) -> str | None:
    found = choose(TEAM, load, strategy, turn, **more)
    return found.address if found else None


def test_the_least_loaded_agent_takes_it() -> None:
    assert chosen({ANA: 3, JONAS: 1, PRIYA: 2}) == JONAS
    assert chosen({ANA: 3, JONAS: 1}) == PRIYA


def test_equal_load_takes_turns() -> None:
    assert [chosen({}, turn=turn) for turn in range(4)] == [ANA, JONAS, PRIYA, ANA]


def test_round_robin_goes_round_whatever_the_load() -> None:
    load = {ANA: 50, JONAS: 0, PRIYA: 7}

    assert [chosen(load, "round_robin", turn) for turn in range(4)] == [ANA, JONAS, PRIYA, ANA]


@given(st.integers(0, 1000))
def test_three_turns_in_a_row_reach_three_people(turn: int) -> None:
    reached = Counter(chosen({}, "round_robin", turn + n) for n in range(3))

    assert reached == {ANA: 1, JONAS: 1, PRIYA: 1}


def test_manual_means_a_person_decides() -> None:
    assert chosen({}, "manual") is None


@pytest.mark.parametrize("strategy", ["least_loaded", "round_robin"])
def test_people_who_are_left_out_or_inactive_get_nothing(strategy: str) -> None:
    away = [person(ANA, active=False), person(JONAS), person(PRIYA)]

    for turn in range(4):
        found = choose(away, {}, strategy, turn, without={JONAS})
        assert found is not None
        assert found.address == PRIYA


def test_the_lead_takes_it_only_where_there_is_no_agent() -> None:
    assert chosen({ANA: 9, JONAS: 9, PRIYA: 9, CLAIRE: 0}) != CLAIRE
    assert chosen({}, without={ANA, JONAS, PRIYA}) == CLAIRE
    assert chosen({}, without={ANA, JONAS, PRIYA, CLAIRE}) is None


@pytest.mark.parametrize(
    ("owner", "touched", "can_act", "rule", "moves"),
    [
        (None, False, False, "if_needed", True),
        (None, True, True, "if_needed", True),
        (ANA, True, False, "if_needed", True),
        (ANA, False, True, "if_needed", True),
        (ANA, True, True, "if_needed", False),
        (ANA, True, True, "always", True),
    ],
    ids=["unowned", "unowned and touched", "owner cannot act", "untouched", "being worked on", "always"],
)
def test_a_missed_ticket_goes_to_somebody_else_when_that_can_help(
    owner: str | None, touched: bool, can_act: bool, rule: str, moves: bool
) -> None:
    assert should_move(owner, touched_since_last_step=touched, owner_can_act=can_act, rule=rule) is moves
