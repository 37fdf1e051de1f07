"""When somebody's day begins: with their duty, or at eight; and not on days off or away."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.duty import on_duty
from inboxsla.domain.morning import day_before, local_date, morning
from inboxsla.domain.people import Person
from tests.dice import Dice
from tests.laws import law_of
from tests.people import ANA, LONDON, at, london
from tests.staff import DAY_SHIFT, LATE_SHIFT, away, hours, person

MONDAY, SATURDAY = date(2026, 6, 1), date(2026, 6, 6)
NIGHT = hours("22:00", "06:00")


@pytest.mark.parametrize(
    ("calendar", "begins"),
    [
        (DAY_SHIFT, "2026-06-01 09:00"),
        (LATE_SHIFT, "2026-06-01 13:00"),
        (None, "2026-06-01 08:00"),
        (BusinessCalendar.always_open(LONDON), "2026-06-01 08:00"),
        (hours("00:00", "08:00"), "2026-06-01 00:00"),
    ],
)
def test_a_day_begins_with_duty_or_at_eight(calendar: BusinessCalendar | None, begins: str) -> None:
    assert morning(person(ANA, calendar=calendar), MONDAY) == london(begins)


def test_a_night_shift_begins_in_the_evening_and_what_is_left_of_it_is_no_morning() -> None:
    worker = person(ANA, calendar=NIGHT)

    assert morning(worker, date(2026, 6, 2)) == london("2026-06-02 22:00")
    assert morning(worker, SATURDAY) is None, "what began on Friday ends on Saturday at six"


def test_days_off_and_away_have_no_morning() -> None:
    """C54: people on holiday get no mail."""
    assert morning(person(ANA, calendar=DAY_SHIFT), SATURDAY) is None
    gone = person(ANA, "agent", away("2026-05-28", "2026-06-02"))
    assert morning(gone, MONDAY) is None
    assert morning(gone, date(2026, 6, 2)) == london("2026-06-02 08:00")


def test_the_day_is_that_of_the_person() -> None:
    far = person(ANA, calendar=hours("09:00", "17:00", "Pacific/Auckland"), zone="Pacific/Auckland")
    assert morning(far, MONDAY) == at("Pacific/Auckland", "2026-06-01 09:00")
    assert local_date(london("2026-05-31 22:00"), far.zone) == MONDAY


def test_mondays_misses_are_those_since_friday() -> None:
    assert day_before(person(ANA, calendar=DAY_SHIFT), MONDAY) == date(2026, 5, 29)
    assert day_before(person(ANA), MONDAY) == date(2026, 5, 31)
    returned = person(ANA, "agent", away("2026-05-01", "2026-06-01"))
    assert day_before(returned, MONDAY) == date(2026, 5, 31)


ZONES = ("Europe/London", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu")


def somebody(dice: Dice) -> Person:
    zone, begins = dice.one_of(ZONES), dice.below(24)
    calendar = dice.one_of((None, hours(f"{begins:02}:00", f"{(begins + 1 + dice.below(22)) % 24:02}:30", zone)))
    return person(ANA, calendar=calendar, zone=dice.one_of(ZONES))


def a_day(dice: Dice) -> date:
    return date(2026, 1, 1) + timedelta(days=dice.below(365))


@law_of(somebody, a_day, in_ci=200)
def test_whoever_has_a_morning_is_on_duty_then_and_it_is_that_date(who: Person, day: date) -> None:
    begins = morning(who, day)

    if begins is not None:
        assert on_duty(who, begins)
        assert local_date(begins, who.zone) == day
        assert isinstance(begins, datetime)
