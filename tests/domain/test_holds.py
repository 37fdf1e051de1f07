"""Holds that end: by their date, by the longest a policy allows in all, and what each of them says."""

from __future__ import annotations

from datetime import timedelta

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Span, Status
from tests.people import (
    ALWAYS,
    ANA,
    HOUR,
    JONAS,
    NEXT,
    RESOLUTION,
    archived,
    clock,
    decided,
    governed,
    held,
    june,
    policy,
    replied,
    set_to,
    wrote,
)

QUESTION = wrote(june("1 10:00"))
# Sixteen opening hours are two business days.
TWO_DAYS = policy(longest_hold=16 * HOUR)


def test_a_hold_lasts_no_longer_than_the_policy_allows() -> None:
    """From Monday 11:00 two business days end on Wednesday at 11:00, whatever date was asked for."""
    story = [QUESTION, held(june("1 11:00"), june("12 11:00"))]

    assert decided(story, june("3 10:59"), TWO_DAYS).facts.status is Status.ON_HOLD
    assert decided(story, june("1 12:00"), TWO_DAYS).facts.hold_until == june("3 11:00")
    assert decided(story, june("3 11:00"), TWO_DAYS).facts.status is Status.OPEN


def test_a_hold_without_a_date_ends_there_too_and_wakes_the_ticket() -> None:
    rules = policy(first=None, longest_hold=16 * HOUR)

    assert decided([QUESTION, held(june("1 11:00"), None)], june("1 12:00"), rules).wake_at == june("3 11:00")


def test_without_such_a_limit_a_hold_without_a_date_lasts() -> None:
    assert decided([QUESTION, held(june("1 11:00"), None)], june("30 12:00")).facts.status is Status.ON_HOLD


def test_a_shorter_date_stands() -> None:
    story = [QUESTION, held(june("1 11:00"), june("2 11:00"))]

    assert decided(story, june("1 12:00"), TWO_DAYS).facts.hold_until == june("2 11:00")


def test_the_limit_is_for_all_holds_together() -> None:
    """Twelve opening hours are used up, so four are left."""
    story = [
        QUESTION,
        held(june("1 11:00"), june("2 15:00")),
        set_to(june("2 16:00"), Status.OPEN),
        held(june("3 10:00"), june("12 11:00"), reason="float time"),
    ]

    assert decided(story, june("3 11:00"), TWO_DAYS).facts.hold_until == june("3 14:00")
    assert decided(story, june("3 14:00"), TWO_DAYS).facts.status is Status.OPEN


def test_a_hold_that_was_ended_early_has_used_only_what_it_lasted() -> None:
    story = [
        QUESTION,
        held(june("1 11:00"), june("12 11:00")),
        set_to(june("1 13:00"), Status.OPEN),
        held(june("1 14:00"), None),
    ]

    assert decided(story, june("1 15:00"), TWO_DAYS).facts.hold_until == june("3 12:00")


def test_prolonging_a_hold_does_not_begin_the_limit_anew() -> None:
    story = [QUESTION, held(june("1 11:00"), june("2 11:00")), held(june("2 10:00"), june("12 11:00"))]

    assert decided(story, june("2 12:00"), TWO_DAYS).facts.hold_until == june("3 11:00")


def test_when_nothing_is_left_a_hold_ends_as_it_begins() -> None:
    story = [QUESTION, held(june("1 11:00"), None), held(june("4 11:00"), june("5 11:00"))]
    decision = decided(story, june("4 12:00"), TWO_DAYS)

    assert decision.facts.status is Status.OPEN
    assert clock(decision, RESOLUTION).elapsed == 10 * HOUR


def test_the_limit_counts_in_the_policys_hours() -> None:
    story = [QUESTION, held(june("1 11:00"), None)]

    assert decided(story, june("1 12:00"), policy(ALWAYS, longest_hold=16 * HOUR)).facts.hold_until == june("2 03:00")


def test_a_weekend_on_hold_uses_only_opening_hours_of_the_limit() -> None:
    story = [QUESTION, held(june("5 16:00"), june("8 10:00")), held(june("8 11:00"), None)]

    assert decided(story, june("8 12:00"), TWO_DAYS).facts.hold_until == june("9 17:00")


def test_waiting_on_the_customer_is_not_limited() -> None:
    story = [QUESTION, replied(june("1 11:00"))]

    assert decided(story, june("30 11:00"), TWO_DAYS).facts.status is Status.WAITING


def test_what_the_limit_ended_is_open_work_again() -> None:
    story = [QUESTION, replied(june("1 10:30")), wrote(june("1 10:45")), held(june("1 11:00"), None)]
    decision = decided(story, june("3 12:00"), TWO_DAYS)

    assert (clock(decision, NEXT).state, clock(decision, NEXT).elapsed) == (State.RUNNING, HOUR + HOUR / 4)


def test_the_limit_of_the_policy_in_force_when_the_hold_begins_counts() -> None:
    story = [QUESTION, governed(june("1 10:30"), 1), held(june("1 11:00"), None)]

    assert decided(story, june("1 12:00"), later={1: TWO_DAYS}).facts.hold_until == june("3 11:00")


def test_a_policy_that_brings_a_limit_limits_the_hold_that_lasts() -> None:
    """No hold ends before the limit was made; what was used up by then counts."""
    story = [QUESTION, held(june("1 11:00"), june("22 11:00")), governed(june("2 11:00"), 1)]
    late = [*story[:2], governed(june("9 11:00"), 1)]

    assert decided(story, june("2 10:00"), later={1: TWO_DAYS}).facts.hold_until == june("22 11:00")
    assert decided(story, june("2 12:00"), later={1: TWO_DAYS}).facts.hold_until == june("3 11:00")
    ended = decided(late, june("9 11:00"), later={1: TWO_DAYS}).facts
    assert (ended.status, ended.spans[-1].end) == (Status.OPEN, june("9 11:00"))


def test_a_policy_without_the_limit_gives_the_hold_its_date_back() -> None:
    dated = [QUESTION, held(june("1 11:00"), june("12 11:00")), governed(june("2 11:00"), 1)]
    undated = [QUESTION, held(june("1 11:00"), None), governed(june("2 11:00"), 1)]

    assert decided(dated, june("2 12:00"), TWO_DAYS, later={1: policy()}).facts.hold_until == june("12 11:00")
    assert decided(undated, june("2 12:00"), TWO_DAYS, later={1: policy()}).facts.hold_until is None


def test_a_policy_with_the_same_limit_changes_nothing_about_a_hold() -> None:
    story = [QUESTION, held(june("1 11:00"), None), governed(june("2 11:00"), 1)]

    same = policy(first=HOUR, longest_hold=16 * HOUR)
    assert decided(story, june("2 12:00"), TWO_DAYS, later={1: same}).facts.hold_until == june("3 11:00")


def test_solving_ends_a_hold() -> None:
    story = [QUESTION, held(june("1 11:00"), june("4 11:00")), archived(june("1 12:00"))]

    assert decided(story, june("4 12:00"), TWO_DAYS).facts.status is Status.SOLVED


def test_every_hold_says_why_and_who_put_it_there() -> None:
    """C36: paused for parts, by whom, until when."""
    story = [
        QUESTION,
        set_to(june("1 11:00"), Status.ON_HOLD, by=ANA, reason="supplier", until=june("2 11:00").isoformat()),
        set_to(june("2 10:00"), Status.ON_HOLD, by=JONAS, reason="float time", until=june("3 11:00").isoformat()),
    ]

    assert decided(story, june("3 12:00")).facts.spans == (
        Span("on_hold", june("1 11:00"), june("2 10:00"), "supplier", ANA),
        Span("on_hold", june("2 10:00"), june("3 11:00"), "float time", JONAS),
    )


def test_the_customer_may_write_without_ending_a_hold_that_says_so() -> None:
    """C35: “ok, see you Tuesday” need not wake it; the hold says whether it does."""
    until = june("9 09:00")
    sleeps = [QUESTION, replied(june("1 10:30")), held(june("1 11:00"), until, keeps_on_reply=True)]
    wakes = [*sleeps[:2], held(june("1 11:00"), until)]
    answer = wrote(june("1 12:00"))

    assert decided([*sleeps, answer], june("2 09:00")).facts.status is Status.ON_HOLD
    assert decided([*sleeps, answer], until).facts.status is Status.OPEN
    assert decided([*wakes, answer], june("2 09:00")).facts.status is Status.OPEN


def test_which_statuses_pause_what_is_for_each_policy_to_say() -> None:
    """C36: nothing, everything, or one promise in one status."""
    story = [QUESTION, held(june("1 11:00"), june("1 13:00"))]

    def elapsed(**pauses: frozenset) -> timedelta:
        return clock(decided(story, june("1 14:00"), policy(pauses=pauses)), RESOLUTION).elapsed

    assert elapsed() == 4 * HOUR
    assert elapsed(on_hold=frozenset({RESOLUTION})) == 2 * HOUR
    assert elapsed(waiting_on_customer=frozenset({RESOLUTION})) == 4 * HOUR
