"""The timeline where rules, other policies and time itself did something: in words, with their why."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Kind, Status
from inboxsla.domain.timeline_view import Entry, entries, planned
from tests.domain.test_ticket_view import view
from tests.domain.test_timeline_view import SAY, sentence
from tests.people import (
    ANA,
    CLAIRE,
    FIRST,
    HOUR,
    NAMES,
    archived,
    decided,
    governed,
    held,
    june,
    policy,
    prioritised,
    replied,
    set_to,
    tagged,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
ANSWERED = [QUESTION, replied(june("1 11:00"))]


def told(story: list[Event], rules: Policy | None = None, now: str = "9 12:00") -> tuple[Entry, ...]:
    return entries(story, decided(story, june(now), rules).facts, {}, NAMES, SAY)


def ruled(kind: Kind, **data: Any) -> Event:
    return Event(kind, june("1 10:00"), f"begins:{kind}", data={"why": "the subject contains “outage”", **data})


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (ruled(Kind.POLICY_SET, policy=2, name="Outage", version=3), "Policy Outage, version 3"),
        (ruled(Kind.TAGGED, add=["multi-touch"], remove=["standard"]), "Tagged multi-touch; No longer tagged standard"),
        (ruled(Kind.CLASSIFIED, tier="gold", channel="voicemail"), "Channel voicemail, Tier gold"),
        (ruled(Kind.ROUTED, team="Billing"), "For team Billing"),
        (ruled(Kind.PRIORITY_SET, priority="high"), "Priority set to high"),
        (ruled(Kind.STATUS_SET, status="on_hold"), "Status set to on hold"),
    ],
)
def test_what_rules_decided_is_said_with_its_why(event: Event, words: str) -> None:
    (entry,) = [entry for entry in told([QUESTION, event]) if entry.icon == "rule"]

    assert sentence(entry) == f"{words} (the subject contains “outage”)"


def test_a_priority_says_why_it_was_raised() -> None:
    raised = Event(Kind.PRIORITY_SET, june("1 12:00"), "raise:1", data={"priority": "high", "why": "75 % are used up"})

    assert sentence(told([QUESTION, raised])[0]) == "Priority set to high (75 % are used up)"
    assert sentence(told([QUESTION, prioritised(june("1 12:00"), "low")])[0]).endswith("(Low)")


def test_tags_that_a_person_adds_and_takes_off_are_said() -> None:
    by_ana = Event(Kind.TAGGED, june("1 12:00"), "desk:1", ANA, {"add": ["a", "b"], "remove": ["standard"]})
    assert sentence(told([QUESTION, by_ana])[0]) == "Ana Ruiz added the tags a, b; took off the tag standard"
    assert (
        sentence(told([QUESTION, tagged(june("1 12:00"), remove=["standard"])])[0])
        == "Ana Ruiz took off the tag standard"
    )


def test_another_version_of_the_policy_is_said() -> None:
    story = [QUESTION, governed(june("1 12:00"), 1, name="Standard support", version=2, why="saved by Claire")]

    assert sentence(told(story)[0]) == "Policy Standard support, version 2 (saved by Claire)"


def test_thanks_that_leave_a_ticket_solved_say_so() -> None:
    """Visible, so that nobody wonders why the customer's message opened nothing."""
    solved = [*ANSWERED, archived(june("1 12:00"))]
    story = [*solved, wrote(june("2 10:00"), thanks=True)]

    assert sentence(told(story, policy(thanks_reopen=False))[0]) == (
        "The customer wrote (only thanks, so the ticket stays solved)"
    )
    assert sentence(told(story)[0]) == "The customer wrote (next response started)"
    on_the_way = [*ANSWERED, wrote(june("1 12:00"), thanks=True)]
    assert sentence(told(on_the_way, policy(thanks_reopen=False))[0]) == "The customer wrote (next response started)"


def test_what_closed_by_itself_says_so_at_its_instant() -> None:
    closing = told(ANSWERED, policy(closes_after=10 * HOUR))[0]

    assert (closing.at, sentence(closing)) == (june("2 13:00"), "Closed by itself (the customer stayed silent)")


def test_what_a_person_closed_did_not_close_by_itself() -> None:
    story = [*ANSWERED, set_to(june("1 12:00"), Status.CLOSED)]

    assert [entry.what for entry in told(story)] == ["set the status to Closed", "wrote", "wrote"]


def test_mail_that_opens_it_again_is_told_after_the_closing() -> None:
    story = [*ANSWERED, wrote(june("2 13:00"))]

    assert [entry.what for entry in told(story, policy(closes_after=10 * HOUR))] == [
        "wrote", "Closed by itself", "wrote", "wrote"
    ]  # fmt: skip


def test_a_hold_that_ended_by_itself_says_so() -> None:
    story = [QUESTION, held(june("1 11:00"), june("2 11:00"))]
    ended = told(story)[0]

    assert (ended.at, sentence(ended)) == (june("2 11:00"), "The hold ended (by itself)")
    assert len(told(story, now="2 10:00")) == 2
    assert "The hold ended" not in [entry.what for entry in told([*story, wrote(june("1 12:00"))])]


def test_the_warning_before_closing_is_said() -> None:
    rules = policy(closes_after=10 * HOUR, warned_before=2 * HOUR)
    story = [*ANSWERED, *decided(ANSWERED, june("2 11:00"), rules).steps_taken]

    assert sentence(told(story, rules, "2 12:00")[0]) == (
        "Reminder step taken (the ticket closes by itself if the customer stays silent)"
    )


PLACED = policy(
    resolution=None,
    ladder=(
        Step(None, (Do.REMIND_OWNER, Do.NOTIFY_PERSON), -HOUR, frozenset({FIRST}), (CLAIRE,)),
        Step(None, (Do.RAISE_PRIORITY,), HOUR / 2),
    ),
)


def test_steps_before_and_after_the_due_time_are_planned_in_words() -> None:
    ahead = planned(view([QUESTION], june("1 10:30"), PLACED), SAY)

    assert [sentence(entry).replace("\u00a0", " ") for entry in ahead] == [
        "The priority is raised (30 min after first response was due)",
        f"The owner is reminded, a mail goes to {CLAIRE} (1 h before first response is due)",
    ]


def test_steps_before_and_after_the_due_time_are_told_in_words() -> None:
    story = [QUESTION, *decided([QUESTION], june("1 13:00"), PLACED).steps_taken]

    assert sentence(told(story, PLACED)[0]).replace("\u00a0", " ") == (
        "Reminder step taken (1 h before first response is due)"
    )
