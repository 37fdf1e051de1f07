"""Reminder steps: which one acts, which are passed over, and when one comes again."""

from __future__ import annotations

from datetime import datetime

from inboxsla.domain.decide import Decision
from inboxsla.domain.policy import Do, Policy, Step
from inboxsla.domain.timeline import Event, Kind, Status
from tests.people import (
    ANA,
    FIRST,
    HOUR,
    LADDER,
    LONG_AGO,
    MINUTE,
    RESOLUTION,
    assigned,
    decided,
    held,
    june,
    policy,
    prioritised,
    removed,
    replied,
    restored,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
FIRST_ONLY = policy(resolution=None)


def taken(decision: Decision) -> list[tuple[str, str]]:
    return [(event.data["step"], event.data["outcome"]) for event in decision.steps_taken]


class Desk:
    """A ticket that is settled again and again and remembers which steps were taken."""

    def __init__(self, *events: Event, rules: Policy = FIRST_ONLY) -> None:
        self.events = list(events)
        self.rules = rules

    def settle(self, now: datetime, *news: Event, live_since: datetime | None = LONG_AGO) -> Decision:
        self.events += news
        decision = decided(self.events, now, self.rules, live_since)
        self.events += decision.steps_taken
        return decision


def test_each_step_is_taken_at_its_percentage() -> None:
    desk = Desk(QUESTION)

    assert taken(desk.settle(june("1 12:59"))) == []
    assert taken(desk.settle(june("1 13:00"))) == [("75%", "acted")]
    assert taken(desk.settle(june("1 13:36"))) == [("90%", "acted")]
    assert taken(desk.settle(june("1 14:00"))) == [("100%", "acted")]
    assert taken(desk.settle(june("3 14:00"))) == []


def test_a_step_owes_its_acts_to_roles_under_keys_of_their_own() -> None:
    desk = Desk(QUESTION, assigned(june("1 10:05"), ANA))

    reminder = desk.settle(june("1 13:00")).acts
    assert [(act.do, act.role, act.percent, act.instant) for act in reminder] == [
        (Do.REMIND_OWNER, "owner", 75, june("1 13:00"))
    ]
    assert reminder[0].key == "first_response/question/75%/1/remind_owner"
    at_the_miss = desk.settle(june("1 14:00")).acts
    assert [(act.do, act.role) for act in at_the_miss] == [
        (Do.NOTIFY_OWNER, "owner"),
        (Do.NOTIFY_LEAD, "lead"),
        (Do.REASSIGN, "owner"),
    ]
    assert len({act.key for act in (*reminder, *at_the_miss)}) == 4


def test_after_downtime_only_the_highest_due_step_acts() -> None:
    decision = decided([QUESTION], june("2 10:00"), FIRST_ONLY)

    assert taken(decision) == [("75%", "skipped"), ("90%", "skipped"), ("100%", "acted")]
    assert {act.percent for act in decision.acts} == {100}
    assert {event.happened_at for event in decision.steps_taken} == {june("2 10:00")}
    assert [event.data["instant"] for event in decision.steps_taken][-1] == june("1 14:00").isoformat()


def test_each_clock_has_steps_of_its_own() -> None:
    decision = decided([QUESTION], june("1 13:00"), policy(resolution=4 * HOUR))

    assert [(event.data["metric"], event.data["step"]) for event in decision.steps_taken] == [
        (RESOLUTION.value, "75%"),
        (FIRST.value, "75%"),
    ]


def test_while_observed_nobody_is_owed_anything_and_what_would_have_happened_is_recorded() -> None:
    decision = decided([QUESTION], june("1 13:40"), FIRST_ONLY, live_since=None)

    assert taken(decision) == [("75%", "skipped"), ("90%", "observed")]
    assert decision.acts == ()


def test_nobody_is_mailed_about_what_was_due_before_the_mailbox_went_live() -> None:
    decision = decided([QUESTION], june("2 10:00"), FIRST_ONLY, live_since=june("1 15:00"))

    assert taken(decision) == [("75%", "skipped"), ("90%", "skipped"), ("100%", "skipped")]
    assert decision.acts == ()


def test_a_step_due_in_the_instant_the_mailbox_goes_live_acts() -> None:
    assert taken(decided([QUESTION], june("1 13:00"), FIRST_ONLY, live_since=june("1 13:00"))) == [("75%", "acted")]


def test_steps_observed_before_going_live_are_not_mailed_afterwards() -> None:
    desk = Desk(QUESTION)
    desk.settle(june("1 13:00"), live_since=None)

    assert taken(desk.settle(june("1 13:10"), live_since=june("1 13:05"))) == []
    assert taken(desk.settle(june("1 13:36"), live_since=june("1 13:05"))) == [("90%", "acted")]


def test_an_answered_paused_or_removed_ticket_takes_no_step() -> None:
    for ends in (
        [replied(june("1 12:00"))],
        [set_to(june("1 12:00"), Status.SOLVED)],
        [removed(june("1 12:00"))],
    ):
        assert taken(decided([QUESTION, *ends], june("2 12:00"), FIRST_ONLY)) == []
    rules = policy(first=None, resolution=4 * HOUR)
    assert taken(decided([QUESTION, held(june("1 12:00"), None)], june("2 12:00"), rules)) == []


def test_a_step_missed_in_a_pause_is_taken_when_time_goes_on() -> None:
    rules = policy(first=None, resolution=4 * HOUR)
    story = [QUESTION, held(june("1 13:10"), june("1 16:00"))]

    assert taken(decided(story, june("1 15:00"), rules)) == []
    assert taken(decided(story, june("1 16:00"), rules)) == [("75%", "acted")]


def test_a_step_comes_again_only_when_its_instant_moves_past_the_one_at_which_it_was_taken() -> None:
    rules = policy(resolution=None, urgent_matters={FIRST: HOUR})
    desk = Desk(QUESTION, prioritised(june("1 10:01"), "high"), rules=rules)
    first_time = desk.settle(june("1 10:45")).acts

    assert taken(desk.settle(june("1 10:50"), prioritised(june("1 10:50"), "normal"))) == []
    again = desk.settle(june("1 13:00"))

    assert taken(again) == [("75%", "acted")]
    assert [act.key for act in again.acts] == ["first_response/question/75%/2/remind_owner"]
    assert again.acts[0].key != first_time[0].key
    assert again.facts.steps[FIRST, "question", "75%"].times == 1
    assert desk.settle(june("1 13:01")).facts.steps[FIRST, "question", "75%"].times == 2


def test_a_step_taken_late_does_not_come_again_for_an_instant_before_it_was_taken() -> None:
    rules = policy(resolution=None, urgent_matters={FIRST: HOUR})
    desk = Desk(QUESTION, prioritised(june("1 10:01"), "high"), rules=rules)
    desk.settle(june("1 13:30"))

    back_to_normal = desk.settle(june("1 13:31"), prioritised(june("1 13:31"), "normal"))

    assert taken(back_to_normal) == []
    assert taken(desk.settle(june("1 14:00"))) == [("90%", "skipped"), ("100%", "acted")]


def test_a_second_wait_has_steps_of_its_own_the_same_day() -> None:
    """C11, C43: what was done is remembered by cycle and step, not by date; once is enough for each."""
    rules = policy(next=HOUR, resolution=None)
    desk = Desk(QUESTION, replied(june("1 10:10")), wrote(june("1 10:20"), source="second"), rules=rules)
    one = desk.settle(june("1 11:20")).acts
    desk.events += [replied(june("1 11:30")), wrote(june("1 12:00"), source="third")]
    other = desk.settle(june("1 13:00")).acts

    assert {act.cycle for act in one} == {"second"}
    assert {act.cycle for act in other} == {"third"}
    assert desk.settle(june("1 13:30")).acts == ()


def test_taken_steps_are_events_that_name_what_was_due() -> None:
    event = decided([QUESTION], june("1 13:02"), FIRST_ONLY).steps_taken[0]

    assert (event.kind, event.happened_at, event.source) == (
        Kind.STEP_TAKEN,
        june("1 13:02"),
        "step:first_response/question/75%/1",
    )
    assert event.data == {
        "metric": "first_response",
        "cycle": "question",
        "step": "75%",
        "instant": june("1 13:00").isoformat(),
        "outcome": "acted",
    }


def test_steps_beyond_the_promise_are_taken_too() -> None:
    rules = policy(resolution=None, ladder=(*LADDER, Step(150, (Do.NOTIFY_LEAD,))))
    desk = Desk(QUESTION, rules=rules)
    desk.settle(june("1 14:00"))

    assert desk.settle(june("1 15:00")).wake_at == june("1 16:00")
    assert taken(desk.settle(june("1 16:00"))) == [("150%", "acted")]


def test_a_ticket_that_comes_back_from_spam_goes_on_with_its_steps() -> None:
    desk = Desk(QUESTION, removed(june("1 12:30")), restored(june("2 09:00")))

    assert taken(desk.settle(june("2 09:30"))) == [("75%", "acted")]
    assert desk.settle(june("2 09:31")).wake_at == june("2 09:30") + 36 * MINUTE


def test_an_unowned_ticket_wants_an_owner_while_something_runs() -> None:
    assert decided([QUESTION], june("1 10:00")).wants_owner
    assert not decided([QUESTION, assigned(june("1 10:00"), ANA)], june("1 10:00")).wants_owner
    assert decided(
        [QUESTION, assigned(june("1 10:00"), ANA), assigned(june("1 10:01"), None)], june("1 10:02")
    ).wants_owner
    assert not decided([QUESTION, set_to(june("1 10:30"), Status.SOLVED)], june("1 11:00")).wants_owner
