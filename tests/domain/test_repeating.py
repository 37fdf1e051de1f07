"""Steps that repeat after the due time, until somebody acts: never more often than set, and one after downtime."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from inboxsla.domain.decide import Act, Decision
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.replay import replay
from inboxsla.domain.speech import English
from inboxsla.domain.step_words import place, step_place, step_plan
from inboxsla.domain.timeline import Event, Kind
from inboxsla.domain.why import clock_views
from inboxsla.errors import ConfigMistakes
from tests.people import ANA, CLAIRE, FIRST, HOUR, LONDON, MINUTE, decided, june, noted, policy, wrote

QUESTION = wrote(june("1 10:00"), source="question")
HOURLY = Step(None, (Do.NOTIFY_LEAD,), every=HOUR)
# Due on Monday at 14:00; from then on once an hour until 17:00, and again from Tuesday 9:00 on.
RULES = policy(resolution=None, ladder=(Step(100, (Do.NOTIFY_OWNER,)), HOURLY))
SAY = English(LONDON)


def walk(events: list[Event], *instants: str, rules: Policy = RULES) -> list[list[Act]]:
    """The acts owed at each instant, when every step taken is remembered."""
    events, owed = list(events), []
    for instant in instants:
        decision = decided(events, june(instant), rules)
        events += decision.steps_taken
        owed.append(list(decision.acts))
    return owed


def given(instant: str, owner: str | None) -> Event:
    """Ana takes it, or gives it to somebody or nobody."""
    return Event(Kind.ASSIGNED, june(instant), "given", ANA, {"owner": owner})


def leads_told(events: list[Event], *instants: str) -> list[list[datetime]]:
    return [[act.instant for act in acts if act.do is Do.NOTIFY_LEAD] for acts in walk(events, *instants)]


def remembered(events: list[Event], instant: str) -> tuple[list[Event], Decision]:
    decision = decided(events, june(instant), RULES)
    return [*events, *decision.steps_taken], decision


def test_an_overdue_ticket_is_told_again_every_hour_of_opening_time() -> None:
    told = leads_told([QUESTION], "1 14:00", "1 15:00", "1 15:59", "1 16:00", "1 17:00", "2 09:59", "2 10:00")

    assert told == [[], [june("1 15:00")], [], [june("1 16:00")], [june("1 17:00")], [], [june("2 10:00")]]


def test_each_time_is_an_act_of_its_own_and_says_how_much_is_used() -> None:
    acts = [act for owed in walk([QUESTION], "1 14:00", "1 15:00", "1 16:00") for act in owed][1:]

    assert [(act.key, act.percent) for act in acts] == [
        ("first_response/question/every 3600s/1/notify_lead", 125),
        ("first_response/question/every 3600s/2/notify_lead", 150),
    ]


def test_hours_of_downtime_are_one_and_the_next_comes_no_sooner_than_set() -> None:
    """C43: a level that ran every time somebody looked sent hundreds of mails."""
    told = leads_told([QUESTION], "1 14:00", "2 12:40", "2 13:00", "2 13:39", "2 13:40")

    assert told == [[], [june("2 12:00")], [], [], [june("2 13:40")]]


def test_the_ticket_wakes_for_the_next_time_and_not_before() -> None:
    events, first = remembered([QUESTION], "1 14:00")
    events, second = remembered(events, "1 15:20")

    assert (first.wake_at, second.wake_at) == (june("1 15:00"), june("1 16:20"))
    assert decided(events, june("1 16:19"), RULES).acts == ()


@pytest.mark.parametrize(
    "act",
    [
        given("1 15:10", ANA),
        Event(Kind.ASSIGNED, june("1 15:10"), "wish:take", data={"owner": ANA}),
        noted(june("1 15:10")),
    ],
    ids=["takes it", "takes it by a label", "adds a note"],
)
def test_it_ends_when_somebody_takes_or_does_something_on_the_overdue_ticket(act: Event) -> None:
    events, _ = remembered([QUESTION], "1 15:00")

    decision = decided([*events, act], june("2 16:00"), RULES)
    assert (decision.acts, decision.wake_at) == ((), None)


def test_being_handed_out_by_the_system_or_touched_before_it_was_due_ends_nothing() -> None:
    before = noted(june("1 13:50"))
    by_step = Event(Kind.ASSIGNED, june("1 15:10"), "reassign:1", data={"owner": ANA})

    assert leads_told([QUESTION, before, by_step], "1 15:00", "1 16:00") == [[june("1 15:00")], [june("1 16:00")]]


def test_who_gives_it_back_to_nobody_has_not_taken_it() -> None:
    nobody = given("1 14:30", None)

    assert leads_told([QUESTION, nobody], "1 15:00") == [[june("1 15:00")]]


def test_the_page_shows_the_next_time_in_words() -> None:
    events, _ = remembered([QUESTION], "1 15:00")
    decision = decided(events, june("1 15:00"), RULES)
    (clock,) = clock_views(decision.facts, decision.reading, RULES, june("1 15:00"))
    step = clock.steps[1]

    assert (step.instant, step.percent, step.outcome) == (june("1 16:00"), 150, None)
    assert step_plan(step.step, SAY) == "The lead is told"
    assert place(FIRST, step.percent, step.offset, SAY, every=step.step.every) == (
        "every 1\u00a0h after first response was due, until somebody acts"
    )


def test_the_timeline_says_of_what_was_taken_that_it_repeats() -> None:
    taken = decided([QUESTION], june("1 15:00"), RULES).steps_taken[-1]

    assert step_place(taken.data, SAY) == "every 1\u00a0h after first response was due, until somebody acts"


def test_a_replay_counts_every_time_until_somebody_acted() -> None:
    until = june("1 17:00")

    assert replay([QUESTION], RULES, until).did == {Do.NOTIFY_OWNER: 1, Do.NOTIFY_LEAD: 2}
    took = given("1 15:30", CLAIRE)
    assert replay([QUESTION, took], RULES, until).did == {Do.NOTIFY_OWNER: 1, Do.NOTIFY_LEAD: 1}


@pytest.mark.parametrize("seconds", [1, 14 * 60])
def test_a_storm_cannot_be_written(seconds: int) -> None:
    data: dict[str, Any] = {"calendar": {"always_open": True}, "targets": {"first_response": 3600}}
    data["ladder"] = [{"every": seconds, "do": ["notify_lead"]}]

    with pytest.raises(ConfigMistakes, match="15\u00a0min is the least"):
        from_data(data)
    data["ladder"] = [{"every": 15 * 60, "do": ["notify_lead"]}]
    assert from_data(data).ladder[0].every == 15 * MINUTE
