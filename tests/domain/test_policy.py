"""Policies from plain data: what they promise, and every mistake at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inboxsla.domain.policy import Do, Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.timeline import Metric, Status
from inboxsla.errors import ConfigMistakes
from tests.people import FIRST, HOUR, NEXT, OFFICE, OFFICE_HOURS, RESOLUTION, june, policy

STANDARD: dict[str, Any] = {
    "name": "Standard support",
    "calendar": {"zone": "Europe/London", "hours": OFFICE_HOURS},
    "targets": {"first_response": {"normal": 14400, "high": 3600}, "resolution": 86400},
    "ladder": [
        {"at": 100, "do": ["notify_owner", "notify_lead", "reassign"]},
        {"at": 75, "do": ["remind_owner"]},
    ],
    "pauses": {"waiting_on_customer": ["resolution"], "on_hold": ["next_response", "resolution"]},
}


def complaints(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(ConfigMistakes) as found:
        from_data({**STANDARD, **changes})
    return tuple(found.value.mistakes)


def test_plain_data_becomes_a_policy() -> None:
    standard = from_data(STANDARD)

    assert standard.calendar == OFFICE
    assert standard.target(FIRST, "normal") == 4 * HOUR
    assert [(step.percent, step.do) for step in standard.ladder] == [
        (75, (Do.REMIND_OWNER,)),
        (100, (Do.NOTIFY_OWNER, Do.NOTIFY_LEAD, Do.REASSIGN)),
    ]
    assert (standard.medium_at, standard.urgent_at) == (50, 75)
    habits = standard.habits
    assert (habits.reply_sets_waiting, habits.archiving_solves, habits.reopening) == (True, True, "resume")


def test_a_calendar_may_be_open_around_the_clock() -> None:
    always = from_data({**STANDARD, "calendar": {"always_open": True, "zone": "Europe/Berlin"}})

    assert always.calendar.zone == "Europe/Berlin"
    assert always.calendar.between(june("1 00:00"), june("8 00:00")) == timedelta(days=7)


def test_a_priority_without_a_target_of_its_own_has_that_of_normal() -> None:
    standard = from_data(STANDARD)

    assert standard.target(FIRST, "high") == HOUR
    assert standard.target(FIRST, "critical") == standard.target(FIRST, "low") == 4 * HOUR
    assert standard.target(RESOLUTION, "high") == 24 * HOUR


def test_what_is_not_promised_has_no_target() -> None:
    standard = from_data(STANDARD)

    assert standard.target(NEXT, "normal") is None
    assert standard.target(FIRST, "unheard of") is None


def test_solved_time_and_time_away_never_count_whatever_the_policy_says() -> None:
    never = {"away", "solved", "closed", "not_a_ticket"}

    assert policy(pauses={}).pauses_for(FIRST) == never
    assert policy().pauses_for(FIRST) == never
    assert policy().pauses_for(NEXT) == never | {"on_hold"}
    assert policy().pauses_for(RESOLUTION) == never | {"on_hold", "waiting_on_customer"}


@pytest.mark.parametrize(
    ("changes", "about"),
    [
        ({"targets": {"first_reply": 3600}}, "first_reply"),
        ({"targets": {"first_response": {"utmost": 60}, "resolution": 60}}, "utmost"),
        ({"targets": {"first_response": 0}}, "first_response target for normal"),
        ({"targets": {"first_response": "soon"}}, "first_response target for normal"),
        ({"targets": {}}, "at least one target"),
        ({"ladder": [{"at": 0, "do": ["reassign"]}]}, "“0”"),
        ({"ladder": [{"at": "75", "do": ["reassign"]}]}, "“75”"),
        ({"ladder": [{"at": 75, "do": ["shout"]}]}, "shout"),
        ({"ladder": [{"at": 75, "do": []}]}, "nothing"),
        ({"ladder": [{"at": 75, "do": ["reassign"]}, {"at": 75, "do": ["notify_lead"]}]}, "Two reminder steps"),
        ({"pauses": {"open": ["resolution"]}}, "open"),
        ({"pauses": {"on_hold": ["lunch"]}}, "lunch"),
        ({"medium_at": 80}, "medium_at 80"),
        ({"urgent_at": 100}, "urgent_at 100"),
        ({"medium_at": "half"}, "medium_at half"),
        ({"reopening": "never"}, "never"),
        ({"calendar": {"zone": "Europe/Atlantis", "hours": OFFICE_HOURS}}, "Europe/Atlantis"),
        ({"calendar": {"zone": "UTC", "hours": {}}}, "never open"),
    ],
)
def test_a_mistake_is_named(changes: dict[str, Any], about: str) -> None:
    mistakes = complaints(**changes)

    assert any(about in mistake for mistake in mistakes), mistakes


def test_every_mistake_is_reported_at_once() -> None:
    mistakes = complaints(
        calendar={"zone": "Nowhere", "hours": {"someday": []}},
        targets={"first_reply": 1},
        ladder=[{"at": -5, "do": ["reassign"]}],
        pauses={"lunch": []},
        medium_at=90,
        reopening="never",
    )

    for about in ("Nowhere", "someday", "first_reply", "-5", "lunch", "medium_at", "never"):
        assert any(about in mistake for mistake in mistakes), about


def test_a_policy_is_a_value() -> None:
    assert from_data(STANDARD) == from_data(STANDARD)
    assert isinstance(from_data(STANDARD), Policy)
    assert set(from_data(STANDARD).pauses) == {Status.ON_HOLD, Status.WAITING}
    assert from_data(STANDARD).pauses[Status.ON_HOLD] == {Metric.NEXT_RESPONSE, Metric.RESOLUTION}
