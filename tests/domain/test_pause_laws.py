"""What pauses and holidays may do to a promise, and what they never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.clock import State
from inboxsla.domain.policy import Policy
from inboxsla.domain.timeline import Event, Metric, Status
from tests.dice import Dice
from tests.domain.stories import BEGINNING, SPLIT_WEEK, pace, policies, stories
from tests.laws import law_of
from tests.people import ALWAYS, LONDON, OFFICE, OFFICE_HOURS, RESOLUTION, clock, clocks, decided, policy, set_to, wrote


def gaps(dice: Dice) -> list[tuple[timedelta, timedelta]]:
    return dice.some(lambda each: (pace(each), pace(each)), 5)


def calendars(dice: Dice) -> BusinessCalendar:
    return dice.one_of((OFFICE, ALWAYS, SPLIT_WEEK))


def minutes(dice: Dice) -> int:
    return dice.between(1, 3000)


def days_off(dice: Dice) -> set[int]:
    return set(dice.some(lambda each: each.below(21), 4))


def on_and_off_hold(gaps: list[tuple[timedelta, timedelta]]) -> list[Event]:
    """Holds of the second lengths, each after a pause-free stretch of the first."""
    events: list[Event] = []
    when = BEGINNING
    for number, (free, hold) in enumerate(gaps):
        events.append(set_to(when + free, Status.ON_HOLD, source=f"{number}-a-hold"))
        when += free + hold
        events.append(set_to(when, Status.OPEN, source=f"{number}-b-resume"))
    return events


@law_of(gaps, pace, calendars, minutes)
def test_a_pause_takes_off_exactly_the_open_time_it_covers(
    gaps: list[tuple[timedelta, timedelta]], later: timedelta, calendar: BusinessCalendar, minutes: int
) -> None:
    """C45a, C45b, C44: a weekend on hold adds nothing to a target in opening hours, and the start stays where it was."""
    rules = policy(calendar, resolution=timedelta(minutes=minutes))
    story = [wrote(BEGINNING), *on_and_off_hold(gaps)]
    now = story[-1].happened_at + later
    holds = zip(story[1::2], story[2::2], strict=True)
    paused = sum((calendar.between(on.happened_at, off.happened_at) for on, off in holds), timedelta())

    with_pauses = clock(decided(story, now, rules), RESOLUTION)
    without = clock(decided(story[:1], now, rules), RESOLUTION)

    assert with_pauses.elapsed == without.elapsed - paused
    assert with_pauses.started_at == without.started_at


@law_of(gaps, pace, calendars, minutes)
def test_a_pause_never_makes_a_miss_and_never_brings_a_due_time_nearer(
    gaps: list[tuple[timedelta, timedelta]], later: timedelta, calendar: BusinessCalendar, minutes: int
) -> None:
    rules = policy(calendar, resolution=timedelta(minutes=minutes))
    story = [wrote(BEGINNING), *on_and_off_hold(gaps)]
    for now in [event.happened_at for event in story] + [story[-1].happened_at + later]:
        with_pauses = clock(decided(story, now, rules), RESOLUTION)
        without = clock(decided(story[:1], now, rules), RESOLUTION)

        assert without.breached or not with_pauses.breached
        assert with_pauses.late_by <= without.late_by
        assert without.due_at is not None
        assert with_pauses.due_at is None or with_pauses.due_at >= without.due_at


@law_of(gaps, pace, calendars, minutes)
def test_there_is_no_due_time_while_paused_in_time_and_the_rest_stands_still(
    gaps: list[tuple[timedelta, timedelta]], later: timedelta, calendar: BusinessCalendar, minutes: int
) -> None:
    """C31b: a ticket on hold for long does not fail while it is on hold."""
    rules = policy(calendar, resolution=timedelta(minutes=minutes))
    story = [wrote(BEGINNING), *on_and_off_hold([*gaps, (timedelta(), timedelta())])[:-1]]
    begun = story[-1].happened_at

    before = clock(decided(story, begun, rules), RESOLUTION)
    after = clock(decided(story, begun + later, rules), RESOLUTION)

    assert before.state is after.state is State.PAUSED
    assert after == before
    assert (after.due_at is None) == (not after.breached)


@law_of(stories(), policies(calendar=OFFICE), pace, days_off)
def test_a_holiday_never_makes_anything_due_earlier(
    story: list[Event], rules: Policy, later: timedelta, days: set[int]
) -> None:
    """C48: days off make a promise longer, whatever else happened."""
    holidays = [date(2026, 6, 1) + timedelta(days=day) for day in days]
    relaxed = replace(rules, calendar=BusinessCalendar(LONDON, OFFICE_HOURS, holidays))
    now = story[-1].happened_at + later
    plain, festive = decided(story, now, rules), decided(story, now, relaxed)

    for metric in Metric:
        for usual, longer in zip(clocks(plain, metric), clocks(festive, metric), strict=True):
            assert longer.elapsed <= usual.elapsed
            assert usual.breached or not longer.breached
            assert usual.due_at is None or longer.due_at is None or longer.due_at >= usual.due_at
            assert usual.due_at is not None or longer.due_at is None
