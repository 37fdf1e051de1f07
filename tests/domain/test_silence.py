"""What happens when the customer says nothing more: a ticket may close by itself, and thanks need not open it again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from inboxsla.domain.clock import State
from inboxsla.domain.policy import Do
from inboxsla.domain.timeline import Event, Span, Status
from tests.people import (
    ALWAYS,
    FIRST,
    HOUR,
    LONG_AGO,
    NEXT,
    RESOLUTION,
    ZOFIA,
    archived,
    bounced,
    clock,
    clocks,
    decided,
    governed,
    held,
    june,
    machine_wrote,
    noted,
    policy,
    removed,
    replied,
    restored,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"), source="question")
ANSWERED = [QUESTION, replied(june("1 11:00"))]
# Ten hours of opening time after the answer is Tuesday at 13:00; the warning comes two hours before.
CLOSING: dict[str, Any] = {"closes_after": 10 * HOUR, "warned_before": 2 * HOUR}
CLOSES = policy(**CLOSING)
WARNS_AT, CLOSES_AT = june("2 11:00"), june("2 13:00")


def status(story: list[Event], now: datetime) -> Status:
    return decided(story, now, CLOSES).facts.status


def warnings(story: list[Event], now: datetime, live_since: datetime | None = LONG_AGO) -> list[datetime]:
    acts = decided(story, now, CLOSES, live_since).acts
    return [act.instant for act in acts if act.do is Do.WARN_CLOSING]


def test_nothing_closes_by_itself_unless_the_policy_says_so() -> None:
    decision = decided(ANSWERED, june("30 10:00"))

    assert decision.facts.status is Status.WAITING
    assert (decision.facts.closes_at, decision.wake_at) == (None, None)


def test_a_silent_customers_ticket_closes_after_the_time_the_policy_gives() -> None:
    """C37: with the resolution as good as kept, and no promise broken by it."""
    assert status(ANSWERED, CLOSES_AT - HOUR.resolution) is Status.WAITING

    closed = decided(ANSWERED, CLOSES_AT, CLOSES)
    assert closed.facts.status is Status.CLOSED
    assert closed.facts.spans[-1] == Span("closed", CLOSES_AT, None)
    assert (clock(closed, RESOLUTION).state, clock(closed, RESOLUTION).elapsed) == (State.MET, HOUR)
    assert (closed.facts.closes_at, closed.wake_at) == (None, None)


def test_it_closes_at_its_instant_whenever_that_is_noticed() -> None:
    assert decided(ANSWERED, june("9 10:00"), CLOSES).facts.spans == decided(ANSWERED, CLOSES_AT, CLOSES).facts.spans


def test_nobody_touched_what_closed_by_itself() -> None:
    assert decided(ANSWERED, june("9 10:00"), CLOSES).facts.last_touched == june("1 11:00")


def test_the_owner_is_warned_once_before_it_closes() -> None:
    """C37: there is time to write once more."""
    assert warnings(ANSWERED, WARNS_AT - HOUR.resolution) == []
    first = decided(ANSWERED, WARNS_AT, CLOSES)
    assert [(act.do, act.role, act.metric, act.instant) for act in first.acts] == [
        (Do.WARN_CLOSING, "owner", None, WARNS_AT)
    ]

    assert warnings([*ANSWERED, *first.steps_taken], june("2 12:00")) == []


def test_it_wakes_to_warn_and_wakes_to_close() -> None:
    assert decided(ANSWERED, june("1 12:00"), CLOSES).wake_at == WARNS_AT
    warned = [*ANSWERED, *decided(ANSWERED, WARNS_AT, CLOSES).steps_taken]
    assert decided(warned, WARNS_AT, CLOSES).wake_at == CLOSES_AT


def test_without_a_warning_set_it_just_closes() -> None:
    rules = policy(closes_after=10 * HOUR)

    assert decided(ANSWERED, june("1 12:00"), rules).wake_at == CLOSES_AT
    assert decided(ANSWERED, june("2 12:00"), rules).acts == ()


def test_nobody_is_warned_while_the_mailbox_is_observed_or_of_what_lay_before_it_went_live() -> None:
    assert warnings(ANSWERED, WARNS_AT, live_since=None) == []
    assert warnings(ANSWERED, june("2 12:00"), live_since=june("2 11:30")) == []

    watched = decided(ANSWERED, WARNS_AT, CLOSES, live_since=None)
    assert [event.data["outcome"] for event in watched.steps_taken] == ["observed"]


def test_a_further_answer_starts_the_silence_anew_and_is_warned_of_anew() -> None:
    warned = [*ANSWERED, *decided(ANSWERED, WARNS_AT, CLOSES).steps_taken]
    again = [*warned, replied(june("2 12:00"))]

    assert status(again, june("2 16:00")) is Status.WAITING
    assert decided(again, june("2 16:00"), CLOSES).facts.closes_at == june("3 14:00")
    assert warnings(again, june("3 12:00")) == [june("3 12:00")]


@pytest.mark.parametrize(
    "happened", [noted(june("2 12:00")), machine_wrote(june("2 12:00"))], ids=["a note", "a machine's mail"]
)
def test_what_the_customer_does_not_see_does_not_prolong_it(happened: Event) -> None:
    assert decided([*ANSWERED, happened], june("2 12:30"), CLOSES).facts.closes_at == CLOSES_AT


def test_a_ticket_on_hold_never_closes_by_itself() -> None:
    """C23: what is put aside on purpose stays, and so does what waits no more when the hold has ended."""
    story = [*ANSWERED, held(june("1 12:00"), june("9 09:00"))]

    assert status(story, june("8 17:00")) is Status.ON_HOLD
    assert decided(story, june("8 17:00"), CLOSES).facts.closes_at is None
    assert status(story, june("30 17:00")) is Status.OPEN


def test_nothing_closes_before_a_person_has_written_to_the_customer() -> None:
    """C10: neither an automatic mail nor somebody who sets it to waiting is an answer."""
    story = [QUESTION, machine_wrote(june("1 10:01")), set_to(june("1 10:30"), Status.WAITING)]

    assert status(story, june("30 10:00")) is Status.WAITING
    lost = [QUESTION, replied(june("1 11:00")), bounced(june("1 11:01")), set_to(june("1 12:00"), Status.WAITING)]
    assert status(lost, june("30 10:00")) is Status.WAITING


def test_an_open_ticket_never_closes_by_itself() -> None:
    story = [*ANSWERED, wrote(june("1 12:00"))]

    assert status(story, june("30 10:00")) is Status.OPEN


def test_the_silence_counts_from_when_it_waits() -> None:
    rules = policy(reply_sets_waiting=False, **CLOSING)
    story = [*ANSWERED, set_to(june("2 09:00"), Status.WAITING)]

    assert decided(ANSWERED, june("9 09:00"), rules).facts.status is Status.OPEN
    assert decided(story, june("2 10:00"), rules).facts.closes_at == june("3 11:00")


def test_a_conversation_that_staff_began_closes_too_when_nobody_answers() -> None:
    story = [replied(june("1 11:00"), to=[ZOFIA])]

    assert status(story, CLOSES_AT) is Status.CLOSED


def test_the_customers_mail_opens_again_what_closed_by_itself() -> None:
    story = [*ANSWERED, wrote(june("3 10:00"), source="again")]
    decision = decided(story, june("3 11:00"), CLOSES)

    assert decision.facts.status is Status.OPEN
    assert (clock(decision, NEXT).key, clock(decision, NEXT).elapsed) == ("again", HOUR)
    assert clock(decision, RESOLUTION).elapsed == 2 * HOUR


def test_a_mail_in_the_instant_of_closing_comes_after_it() -> None:
    decision = decided([*ANSWERED, wrote(CLOSES_AT)], CLOSES_AT, CLOSES)

    assert decision.facts.status is Status.OPEN
    assert ("closed", CLOSES_AT, CLOSES_AT) in [(one.status, one.start, one.end) for one in decision.facts.spans]


def test_silence_in_spam_or_trash_is_nobodys_silence() -> None:
    """It neither closes there nor at once when it is taken out again."""
    away = [*ANSWERED, removed(june("2 10:00"))]
    back = [*away, restored(june("3 10:00"))]

    assert status(away, june("3 09:00")) is Status.WAITING
    assert status(back, june("3 10:00")) is Status.WAITING
    assert decided(back, june("3 10:00"), CLOSES).facts.closes_at == june("4 12:00")


def test_a_policy_that_brings_the_closing_closes_nothing_before_it_was_made() -> None:
    """Whoever has been silent for weeks when an admin sets it is closed then, and not in the past."""
    story = [*ANSWERED, governed(june("22 10:00"), 1)]
    later = {1: policy(closes_after=10 * HOUR)}

    assert decided(story, june("22 09:59"), later=later).facts.status is Status.WAITING
    closed = decided(story, june("22 10:00"), later=later)
    assert closed.facts.spans[-1] == Span("closed", june("22 10:00"), None)


def test_a_policy_that_brings_the_closing_warns_of_it_first() -> None:
    story = [*ANSWERED, governed(june("22 10:00"), 1)]

    saved = decided(story, june("22 10:00"), later={1: CLOSES})
    assert (saved.facts.status, saved.facts.closes_at) == (Status.WAITING, june("22 12:00"))
    assert [act.do for act in saved.acts] == [Do.WARN_CLOSING]
    assert decided(story, june("22 12:00"), later={1: CLOSES}).facts.status is Status.CLOSED


def test_a_policy_that_closes_in_the_same_way_leaves_the_silence_as_it_was() -> None:
    story = [*ANSWERED, governed(june("2 12:00"), 1)]

    assert (
        decided(story, june("2 12:30"), CLOSES, later={1: policy(first=HOUR, **CLOSING)}).facts.closes_at == CLOSES_AT
    )


def test_a_policy_that_closes_no_more_ends_the_closing() -> None:
    story = [*ANSWERED, governed(june("2 12:00"), 1)]
    decision = decided(story, june("30 10:00"), CLOSES, later={1: policy()})

    assert (decision.facts.status, decision.facts.closes_at) == (Status.WAITING, None)


def test_the_silence_counts_in_the_policys_hours() -> None:
    assert decided(ANSWERED, june("1 12:00"), policy(ALWAYS, **CLOSING)).facts.closes_at == june("1 21:00")


SOLVED = [*ANSWERED, archived(june("1 12:00"))]
QUIET = policy(thanks_reopen=False)


@pytest.mark.parametrize("over", [Status.SOLVED, Status.CLOSED])
def test_thanks_leave_a_ticket_over_where_the_policy_says_so(over: Status) -> None:
    story = [*ANSWERED, set_to(june("1 12:00"), over), wrote(june("2 10:00"), thanks=True)]
    decision = decided(story, june("2 11:00"), QUIET)

    assert decision.facts.status is over
    assert clocks(decision, NEXT) == []
    assert decision.facts.waiting_since is None
    assert decision.facts.last_activity == june("2 10:00"), "what was written is seen"


def test_thanks_open_a_ticket_where_the_policy_says_so() -> None:
    assert decided([*SOLVED, wrote(june("2 10:00"), thanks=True)], june("2 11:00")).facts.status is Status.OPEN


def test_a_question_after_the_thanks_opens_it() -> None:
    story = [*SOLVED, wrote(june("2 10:00"), thanks=True), wrote(june("2 12:00"), source="question after all")]
    decision = decided(story, june("2 13:00"), QUIET)

    assert decision.facts.status is Status.OPEN
    assert (clock(decision, NEXT).key, clock(decision, NEXT).elapsed) == ("question after all", HOUR)


def test_thanks_for_an_answer_on_an_open_ticket_are_a_message_like_any_other() -> None:
    """Nobody has called it solved: what the customer wants next is for a person to say."""
    story = [*ANSWERED, wrote(june("1 12:00"), thanks=True)]

    assert decided(story, june("1 13:00"), QUIET).facts.status is Status.OPEN
    assert clock(decided(story, june("1 13:00"), QUIET), NEXT).state is State.RUNNING
    assert clock(decided(story[:1], june("1 13:00"), QUIET), FIRST).state is State.RUNNING
