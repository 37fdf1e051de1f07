"""More time for one promise of one ticket: when it is due then, who is told again, and what it does not touch."""

from __future__ import annotations

from inboxsla.domain.clock import State
from inboxsla.domain.timeline import Status
from tests.people import (
    FIRST,
    HOUR,
    MINUTE,
    NEXT,
    RESOLUTION,
    clock,
    decided,
    extended,
    june,
    policy,
    prioritised,
    replied,
    set_to,
    wrote,
)

NINE = june("1 09:00")
ASKED = wrote(NINE)


def test_the_promise_is_due_later_by_business_time_and_no_other_promise_is() -> None:
    """Due Monday 13:00; six hours more, of an office that closes at 17:00, are Tuesday 11:00."""
    before = decided([ASKED], NINE + HOUR)
    after = decided([ASKED, extended(NINE + HOUR, ASKED, FIRST, 6 * HOUR)], NINE + HOUR)

    assert clock(after, FIRST).due_at == june("2 11:00")
    assert clock(after, FIRST).target == 10 * HOUR
    assert clock(after, FIRST).elapsed == clock(before, FIRST).elapsed
    assert clock(after, RESOLUTION) == clock(before, RESOLUTION)


def test_a_miss_counts_from_when_the_longer_promise_was_made_if_that_was_later() -> None:
    """Decision 12: due 13:00, missed; at 15:00 another hour is given, which would have ended at 14:00."""
    given = extended(NINE + 6 * HOUR, ASKED, FIRST, HOUR)
    read = clock(decided([ASKED, given], NINE + 7 * HOUR), FIRST)

    assert (read.due_at, read.breached, read.late_by) == (NINE + 5 * HOUR, True, HOUR)


def test_more_time_than_was_missed_makes_the_promise_keepable_again() -> None:
    given = extended(NINE + 6 * HOUR, ASKED, FIRST, 3 * HOUR)
    assert not clock(decided([ASKED, given], NINE + 6 * HOUR), FIRST).breached
    kept = clock(decided([ASKED, given, replied(NINE + 7 * HOUR)], NINE + 8 * HOUR), FIRST)

    assert kept.state is State.MET


def test_steps_taken_stay_taken_and_come_again_only_if_their_time_lies_ahead() -> None:
    """75 % of 4 h was at 12:00, noticed at 12:30. With 4 h more it is at 15:00 and comes again; with 10 min more it does not."""
    noticed = NINE + 3 * HOUR + 30 * MINUTE
    first = decided([ASKED], noticed)
    known = [ASKED, *first.steps_taken]
    assert [act.step for act in first.acts] == ["75%"]

    for more, again in ((4 * HOUR, ["75%"]), (10 * MINUTE, [])):
        given = extended(noticed + MINUTE, ASKED, FIRST, more)
        later = decided([*known, given], NINE + 6 * HOUR)
        assert [act.step for act in later.acts if act.metric is FIRST and act.step == "75%"] == again


def test_an_ended_clock_keeps_the_promise_it_ended_under() -> None:
    answered = [ASKED, replied(NINE + 5 * HOUR)]
    missed = clock(decided(answered, NINE + 6 * HOUR), FIRST)

    given = extended(NINE + 6 * HOUR, ASKED, FIRST, 4 * HOUR)
    assert clock(decided([*answered, given], NINE + 7 * HOUR), FIRST) == missed


def test_it_belongs_to_one_run_of_the_promise_and_outlasts_a_change_of_priority() -> None:
    rules = policy(urgent_matters={FIRST: HOUR, NEXT: HOUR})
    events = [ASKED, extended(NINE + HOUR, ASKED, FIRST, HOUR), prioritised(NINE + 90 * MINUTE, "high")]
    assert clock(decided(events, NINE + 2 * HOUR, rules), FIRST).target == 2 * HOUR

    again = [*events, replied(NINE + 2 * HOUR), wrote(NINE + 3 * HOUR)]
    assert clock(decided(again, NINE + 3 * HOUR, rules), NEXT).target == HOUR


def test_a_paused_clock_has_more_left_when_it_goes_on() -> None:
    held = [ASKED, replied(NINE + HOUR), set_to(NINE + HOUR, Status.WAITING)]
    before = clock(decided(held, NINE + 2 * HOUR), RESOLUTION)
    after = clock(decided([*held, extended(NINE + 2 * HOUR, ASKED, RESOLUTION, 8 * HOUR)], NINE + 2 * HOUR), RESOLUTION)

    assert (before.state, after.state) == (State.PAUSED, State.PAUSED)
    assert after.left - before.left == 8 * HOUR
