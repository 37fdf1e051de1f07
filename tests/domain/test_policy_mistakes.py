"""What an admin can get wrong about promises, steps and endings, and how it is said: all of it at once, in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.timeline import Status
from tests.domain.test_policy import STANDARD, complaints
from tests.people import ALWAYS, CLAIRE, FIRST, HOUR, MINUTE, OFFICE, RESOLUTION, UPDATE, archived, decided, june, wrote

AROUND_THE_CLOCK = {"always_open": True, "zone": "Europe/London"}


def read(**changes: Any) -> Policy:
    return from_data({**STANDARD, **changes})


# What can be written


def test_steps_may_stand_before_and_after_the_due_time_for_one_promise_and_name_people() -> None:
    rules = read(
        ladder=[
            {"after": 1800, "do": ["notify_on_duty_lead"], "metrics": ["resolution"]},
            {"before": 3600, "notify": [CLAIRE]},
            {"at": 90, "do": ["remind_owner", "raise_priority"]},
        ]
    )

    assert [(step.percent, step.offset, step.do, set(step.metrics), step.notify) for step in rules.ladder] == [
        (90, 0 * HOUR, (Do.REMIND_OWNER, Do.RAISE_PRIORITY), set(), ()),
        (None, -HOUR, (Do.NOTIFY_PERSON,), set(), (CLAIRE,)),
        (None, 30 * MINUTE, (Do.NOTIFY_ON_DUTY_LEAD,), {RESOLUTION}, ()),
    ]


def test_steps_may_wait_for_customers_who_come_back() -> None:
    """C16: beside percentages, before and after; each number of reopenings once, and for no promise."""
    rules = read(
        ladder=[
            {"reopened": 3, "do": ["reassign"]},
            {"at": 90, "do": ["remind_owner"]},
            {"reopened": 1, "do": ["notify_lead"], "notify": [CLAIRE]},
        ]
    )

    assert {times: step.do for times, step in rules.on_reopening.items()} == {
        1: (Do.NOTIFY_LEAD, Do.NOTIFY_PERSON),
        3: (Do.REASSIGN,),
    }
    assert [step.percent for step in rules.steps_of(FIRST)] == [90]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([{"reopened": 0, "do": ["reassign"]}], "comes when the ticket was reopened “0” times; write a whole number from 1"),
        ([{"reopened": True, "do": ["reassign"]}], "comes when the ticket was reopened “True” times"),
        ([{"reopened": 2, "at": 75, "do": ["reassign"]}], "or reopened (how many times the customer came back)"),
        ([{"reopened": 2, "do": ["reassign"], "metrics": ["resolution"]}], "after 2 reopenings belongs to no promise"),
        ([{"reopened": 1, "do": ["reassign"]}, {"reopened": 1, "do": ["notify_lead"]}], "Two reminder steps are after 1 reopening;"),
        ([{"reopened": 2, "do": []}], "The step after 2 reopenings does “nothing”"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_by_reopening_is_refused(steps: list[dict[str, Any]], said: str) -> None:
    (mistake,) = complaints(ladder=steps)

    assert said in mistake


def test_a_promise_may_have_a_calendar_of_its_own() -> None:
    rules = read(calendars={"resolution": AROUND_THE_CLOCK})

    assert (rules.calendar_of(FIRST), rules.calendar_of(RESOLUTION)) == (OFFICE, ALWAYS)


def test_updates_and_endings_are_read() -> None:
    rules = read(
        targets={**STANDARD["targets"], "update": 10_800},
        hold_cap=57_600,
        auto_close=288_000,
        auto_close_warning=57_600,
    )

    assert rules.target(UPDATE, "low") == 3 * HOUR
    habits = rules.habits
    assert (habits.longest_hold, habits.closes_after, habits.warned_before) == (16 * HOUR, 80 * HOUR, 16 * HOUR)


def test_what_is_not_written_is_off_but_for_thanks_that_do_not_reopen() -> None:
    habits = from_data(STANDARD).habits

    assert (habits.longest_hold, habits.closes_after, habits.warned_before) == (None, None, None)
    assert not habits.thanks_reopen
    assert read(thanks_reopens=True).habits.thanks_reopen


def test_a_written_policy_lets_thanks_lie() -> None:
    story = [wrote(june("1 10:00")), archived(june("1 11:00")), wrote(june("1 12:00"), thanks=True)]

    assert decided(story, june("1 13:00"), from_data(STANDARD)).facts.status is Status.SOLVED
    assert decided(story, june("1 13:00"), read(thanks_reopens=True)).facts.status is Status.OPEN


# What cannot be kept, and what never comes


def test_a_response_longer_than_the_resolution_can_be_kept_by_nobody() -> None:
    (mistake,) = complaints(targets={"first_response": 7200, "resolution": 3600})

    assert mistake.startswith(
        "For normal priority the first response (2\xa0h) may take longer than the resolution (1\xa0h)"
    )
    assert mistake.endswith("Make the resolution target longer.")


def test_it_is_told_of_the_priorities_it_is_true_of() -> None:
    targets = {"first_response": {"normal": 3600, "low": 28_800}, "resolution": {"normal": 14_400, "high": 1800}}

    assert [mistake.split()[1] for mistake in complaints(targets=targets)] == ["high", "low"]


def test_as_long_as_the_resolution_is_not_too_long() -> None:
    assert read(targets={"first_response": 3600, "resolution": 3600}).target(FIRST, "normal") == HOUR


def test_lengths_are_compared_only_where_they_count_in_the_same_hours() -> None:
    """Twelve hours around the clock are over before eight office hours are, unless the question comes in the morning."""
    targets = {"first_response": 43_200, "resolution": 28_800}

    assert read(targets=targets, calendars={"first_response": AROUND_THE_CLOCK}).target(FIRST, "normal") == 12 * HOUR
    both = {"first_response": AROUND_THE_CLOCK, "resolution": AROUND_THE_CLOCK}
    assert len(complaints(targets=targets, calendars=both)) == 1


@pytest.mark.parametrize(
    ("step", "about"),
    [
        (
            {"before": 90_000, "do": ["reassign"]},
            "The step 25\xa0h before the due time would come before the time starts",
        ),
        ({"before": 14_400, "do": ["reassign"], "metrics": ["first_response"]}, "would come before the time starts"),
        ({"at": 75, "do": ["reassign"], "metrics": ["update"]}, "at 75 % is for update, which this policy does not"),
        ({"at": 75, "do": ["reassign"], "metrics": ["lunch"]}, "“lunch” is not a promise we know"),
        ({"do": ["reassign"]}, "says when it comes exactly once"),
        ({"at": 75, "after": 60, "do": ["reassign"]}, "says when it comes exactly once"),
        ({"after": 0, "do": ["reassign"]}, "comes after “0”"),
        ({"before": -60, "do": ["reassign"]}, "comes before “-60”"),
        ({"before": "1h", "do": ["reassign"]}, "comes before “1h”"),
        ({"at": True, "do": ["reassign"]}, "at “True”"),
        ({"at": 1001, "do": ["reassign"]}, "a percentage from 1 to 1000"),
        ({"at": 75}, "does “nothing”"),
        ({"at": 75, "do": ["notify_person"]}, "does “notify_person”"),
        ({"at": 75, "do": ["warn_closing"]}, "does “warn_closing”"),
    ],
)
def test_a_step_that_never_comes_or_does_nothing_is_refused(step: dict[str, Any], about: str) -> None:
    (mistake,) = complaints(ladder=[step])

    assert about in mistake


def test_a_step_before_the_due_time_needs_only_one_promise_that_is_long_enough() -> None:
    assert len(read(ladder=[{"before": 18_000, "do": ["reassign"]}]).ladder) == 1


@pytest.mark.parametrize(
    "place", [{"at": 75}, {"before": 3600}, {"after": 3600}], ids=["at a percentage", "before", "after"]
)
def test_a_step_that_is_there_twice_is_refused(place: dict[str, int]) -> None:
    (mistake,) = complaints(ladder=[{**place, "do": ["remind_owner"]}, {**place, "do": ["notify_lead"]}])

    assert mistake.startswith("Two reminder steps are ")
    assert mistake.endswith("make them one.")


def test_steps_at_the_same_place_for_different_promises_are_not_twice() -> None:
    first = {"at": 75, "do": ["remind_owner"], "metrics": ["first_response"]}
    resolution = {"at": 75, "do": ["notify_lead"], "metrics": ["resolution"]}

    assert len(read(ladder=[first, resolution]).ladder) == 2
    assert len(complaints(ladder=[first, {"at": 75, "do": ["notify_lead"]}])) == 1


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"auto_close_warning": 3600}, "auto_close_warning warns of nothing: auto_close is not set."),
        ({"auto_close": 3600, "auto_close_warning": 3600}, "must be shorter than auto_close (1\xa0h)"),
        ({"auto_close": 0}, "auto_close must be longer than nothing"),
        ({"auto_close": "10 days"}, "auto_close must be longer than nothing"),
        ({"hold_cap": -1}, "hold_cap must be longer than nothing; leave it out to switch it off."),
        ({"calendars": {"lunch": {"always_open": True}}}, "“lunch” is not a promise we know"),
        ({"calendars": {"update": {"zone": "Nowhere", "hours": {}}}}, "Nowhere"),
        ({"calendars": {"update": {"zone": "UTC", "hours": {}}}}, "never open"),
        ({"pauses": {"solved": ["resolution"]}}, "“solved” cannot pause a timer"),
    ],
)
def test_an_ending_or_a_calendar_that_makes_no_sense_is_refused(changes: dict[str, Any], about: str) -> None:
    (mistake,) = complaints(**changes)

    assert about in mistake


def test_everything_is_told_at_once() -> None:
    mistakes = complaints(
        targets={"first_response": 7200, "resolution": 3600},
        ladder=[
            {"before": 36_000, "do": ["remind_owner"]},
            {"at": 75, "do": ["remind_owner"]},
            {"at": 75, "do": ["notify_lead"]},
            {"at": 90, "after": 60, "do": ["notify_lead"]},
        ],
        calendars={"lunch": {"always_open": True}},
        auto_close_warning=3600,
        hold_cap=0,
        medium_at=80,
    )

    assert len(mistakes) == 8
