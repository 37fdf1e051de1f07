"""Steps for customers who keep coming back: what counts as coming back, and who is told how often."""

from __future__ import annotations

from datetime import datetime

import pytest

from inboxsla.domain.decide import Act
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.replay import replay
from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Event, Status
from inboxsla.domain.timeline_view import entries
from inboxsla.domain.why import return_views
from tests.people import (
    ALWAYS,
    CLAIRE,
    LADDER,
    LONDON,
    NAMES,
    archived,
    bounced,
    decided,
    governed,
    held,
    june,
    policy,
    removed,
    replied,
    restored,
    set_to,
    unarchived,
    wrote,
)

BOSS = "boss@lumenvelo.example"
ONCE = Step(None, (Do.NOTIFY_OWNER,), reopened=1)
TWICE = Step(None, (Do.NOTIFY_LEAD, Do.RAISE_PRIORITY, Do.NOTIFY_PERSON), notify=(BOSS, CLAIRE), reopened=2)
RULES = policy(ladder=(*LADDER, ONCE, TWICE))
ANSWERED = [wrote(june("1 10:00"), source="question"), replied(june("1 11:00"))]


def over_and_back(day: int) -> list[Event]:
    """Solved at noon, and the customer writes again at one."""
    return [set_to(june(f"{day} 12:00"), Status.SOLVED), wrote(june(f"{day} 13:00"))]


BACK_ONCE = [*ANSWERED, *over_and_back(1)]
BACK_TWICE = [*BACK_ONCE, *over_and_back(2)]


def reopenings(*story: Event, rules: Policy = RULES) -> tuple[datetime, ...]:
    return decided(story, june("9 12:00"), rules).facts.reopenings


def owed(acts: tuple[Act, ...]) -> list[tuple[Do, str, str, int]]:
    """The acts that no promise owes."""
    return [(act.do, act.role, act.recipient, act.reopened) for act in acts if act.metric is None]


def test_each_return_after_the_end_counts() -> None:
    assert reopenings(*ANSWERED) == ()
    assert reopenings(*BACK_TWICE) == (june("1 13:00"), june("2 13:00"))
    closed = [*ANSWERED, set_to(june("1 12:00"), Status.CLOSED), wrote(june("1 13:00"))]
    assert reopenings(*closed) == reopenings(*ANSWERED, archived(june("1 12:00")), wrote(june("1 13:00")))


@pytest.mark.parametrize(
    "sequel",
    [
        [wrote(june("1 12:00")), wrote(june("1 13:00"))],
        [set_to(june("1 12:00"), Status.SOLVED), wrote(june("1 13:00"), thanks=True)],
        [set_to(june("1 12:00"), Status.SOLVED), set_to(june("1 13:00"), Status.OPEN)],
        [archived(june("1 12:00")), unarchived(june("1 13:00"))],
        [archived(june("1 12:00")), bounced(june("1 12:01"), of=ANSWERED[1])],
        [set_to(june("1 12:00"), Status.NOT_A_TICKET), wrote(june("1 13:00"))],
        [held(june("1 12:00"), june("4 12:00")), wrote(june("1 13:00"))],
    ],
    ids=["wrote on", "thanks", "undone", "unarchived", "bounced", "no ticket", "on hold"],
)
def test_what_is_no_return_of_the_customer_does_not_count(sequel: list[Event]) -> None:
    assert reopenings(*ANSWERED, *sequel, rules=policy(thanks_reopen=False)) == ()


def test_each_return_brings_its_own_step_to_its_own_people() -> None:
    """C16: the first return is told to the owner, the second to the lead and two by name, and raises the priority."""
    first = decided(BACK_ONCE, june("1 13:00"), RULES)
    assert owed(first.acts) == [(Do.NOTIFY_OWNER, "owner", "", 1)]

    second = decided([*BACK_ONCE, *first.steps_taken, *over_and_back(2)], june("2 13:00"), RULES)
    assert owed(second.acts) == [
        (Do.NOTIFY_LEAD, "lead", "", 2),
        (Do.RAISE_PRIORITY, "ticket", "", 2),
        (Do.NOTIFY_PERSON, "person", BOSS, 2),
        (Do.NOTIFY_PERSON, "person", CLAIRE, 2),
    ]
    keys = [act.key for act in (*first.acts, *second.acts)]
    assert len(set(keys)) == len(keys)
    assert all(act.instant == june("2 13:00") for act in second.acts if act.metric is None)


def test_a_step_is_taken_once_however_often_it_is_decided() -> None:
    """C16, C43: nor by returns beyond the last step."""
    known = [*BACK_TWICE]
    known += decided(known, june("2 13:00"), RULES).steps_taken

    assert owed(decided(known, june("2 13:30"), RULES).acts) == []
    assert owed(decided([*known, *over_and_back(3)], june("3 13:00"), RULES).acts) == []


def test_after_an_outage_only_the_highest_is_told() -> None:
    decision = decided(BACK_TWICE, june("2 13:00"), RULES)

    assert {times for *_, times in owed(decision.acts)} == {2}
    steps = [event.data for event in decision.steps_taken if event.data["metric"] == "reopened"]
    assert [(step["cycle"], step["outcome"]) for step in steps] == [("1", "skipped"), ("2", "acted")]


def test_nobody_is_told_of_returns_before_the_mailbox_was_live() -> None:
    before, watched = decided(BACK_ONCE, june("2 10:00"), RULES, june("2 09:00")), decided(
        BACK_ONCE, june("2 10:00"), RULES, None
    )  # fmt: skip

    assert owed(before.acts) == owed(watched.acts) == []
    assert [e.data["outcome"] for e in before.steps_taken if e.data["metric"] == "reopened"] == ["skipped"]
    assert [e.data["outcome"] for e in watched.steps_taken if e.data["metric"] == "reopened"] == ["observed"]


def test_a_ticket_that_is_over_again_or_away_owes_nothing_until_it_is_work_again() -> None:
    over = [*BACK_ONCE, set_to(june("1 13:05"), Status.SOLVED)]
    away = [*BACK_ONCE, removed(june("1 13:05"))]

    assert owed(decided(over, june("1 14:00"), RULES).acts) == []
    assert owed(decided(away, june("1 14:00"), RULES).acts) == []
    assert owed(decided([*away, restored(june("1 15:00"))], june("1 15:00"), RULES).acts) != []


def test_the_policy_in_force_says_which_steps_there_are() -> None:
    later = {2: policy(ALWAYS, ladder=(TWICE,))}
    changed = [*BACK_ONCE[:3], governed(june("1 12:30"), 2), *BACK_ONCE[3:]]

    assert owed(decided(changed, june("1 13:00"), RULES, later=later).acts) == []
    acts = decided([*changed, *over_and_back(2)], june("2 13:00"), RULES, later=later).acts
    assert owed(acts) != []
    assert all(act.always_on for act in acts)


def test_a_policy_made_meanwhile_tells_of_no_lower_step_than_the_one_taken() -> None:
    known = [*BACK_TWICE]
    known += decided(known, june("2 13:00"), policy(ladder=(TWICE,))).steps_taken
    again = decided([*known, governed(june("2 14:00"), 2)], june("2 14:00"), RULES, later={2: RULES})

    assert owed(again.acts) == []


def test_with_a_promise_that_runs_out_at_once_the_ticket_moves_once() -> None:
    moves = Step(None, (Do.REASSIGN, Do.RAISE_PRIORITY), reopened=1)
    rules = policy(ladder=(Step(1, (Do.REASSIGN, Do.RAISE_PRIORITY)), moves))

    acts = [act.do for act in decided(BACK_ONCE, june("2 13:00"), rules).acts]
    assert (acts.count(Do.REASSIGN), acts.count(Do.RAISE_PRIORITY)) == (1, 1)


def test_the_timeline_says_how_often_the_customer_came_back() -> None:
    decision = decided(BACK_TWICE, june("2 13:00"), RULES)
    told = entries([*BACK_TWICE, *decision.steps_taken], decision.facts, {}, NAMES, English(LONDON))

    assert [(one.what, one.so) for one in told if one.icon == "step" and "came back" in one.so] == [
        ("Reminder step taken", "the customer came back 2 times"),
        ("Reminder step passed over", "the customer came back once"),
    ]


def test_what_comes_if_it_goes_on_is_known_before() -> None:
    ahead = [step.reopened for step in return_views(decided(BACK_ONCE, june("1 13:00"), RULES).facts, RULES)]

    assert ahead == [2]
    no_ticket = decided([*ANSWERED, set_to(june("1 12:00"), Status.NOT_A_TICKET)], june("1 13:00"), RULES).facts
    assert return_views(no_ticket, RULES) == ()


def test_a_replay_counts_the_mails_of_every_return() -> None:
    rules = policy(ladder=(ONCE, TWICE))

    assert replay(BACK_ONCE, rules, june("1 14:00")).did == {Do.NOTIFY_OWNER: 1}
    assert replay(BACK_TWICE, rules, june("2 14:00")).did == {
        Do.NOTIFY_OWNER: 1,
        Do.NOTIFY_LEAD: 1,
        Do.RAISE_PRIORITY: 1,
        Do.NOTIFY_PERSON: 2,
    }
