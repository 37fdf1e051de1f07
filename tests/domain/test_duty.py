"""Who is on duty when, and who stands in for somebody absent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.duty import first_on_duty, is_absent, next_on_duty, on_duty, span, stand_in
from tests.people import ANA, CLAIRE, JONAS, MEHMET, PRIYA, at, june, london
from tests.staff import DAY_SHIFT, LATE_SHIFT, away, hours, person

NIGHT_SHIFT = hours("22:00", "06:00", days=("mon", "tue"))


def test_without_a_calendar_one_is_always_on_duty() -> None:
    assert on_duty(person(ANA), june("6 03:00"))


@pytest.mark.parametrize(
    ("when", "there"),
    [("1 08:59", False), ("1 09:00", True), ("1 16:59", True), ("1 17:00", False), ("6 12:00", False)],
)
def test_with_a_calendar_one_is_on_duty_in_its_hours(when: str, there: bool) -> None:
    """C64: availability follows from hours and absences, so that nobody is given anything at night."""
    assert on_duty(person(ANA, calendar=DAY_SHIFT), june(when)) is there


def test_the_hours_are_those_of_the_persons_own_zone() -> None:
    in_new_york = person(ANA, calendar=hours("09:00", "17:00", "America/New_York"))
    assert not on_duty(in_new_york, london("2026-06-01 09:30"))
    assert on_duty(in_new_york, london("2026-06-01 14:30"))


@pytest.mark.parametrize(
    ("when", "there"),
    [("2 23:59", True), ("3 00:00", False), ("4 23:59", False), ("5 00:00", True)],
)
def test_an_absence_lasts_from_its_first_midnight_to_that_of_the_day_of_return(when: str, there: bool) -> None:
    """C54: an absence has an end, given as the first day back."""
    assert on_duty(person(ANA, "agent", away("2026-06-03", "2026-06-05")), june(when)) is there


def test_the_dates_of_an_absence_are_those_of_the_persons_zone() -> None:
    in_auckland = person(ANA, "agent", away("2026-06-03", "2026-06-04"), zone="Pacific/Auckland")
    assert on_duty(in_auckland, at("Pacific/Auckland", "2026-06-02 23:59"))
    assert is_absent(in_auckland, at("Pacific/Auckland", "2026-06-03 00:00"))
    assert on_duty(in_auckland, at("Pacific/Auckland", "2026-06-04 00:00"))


def test_where_midnight_is_skipped_the_absence_begins_with_the_first_moment_of_its_day() -> None:
    begins, ends = span(away("2024-03-31", "2024-04-01"), "Asia/Beirut")
    assert (begins, ends) == (datetime(2024, 3, 30, 22, tzinfo=UTC), datetime(2024, 3, 31, 21, tzinfo=UTC))


def test_whoever_left_the_list_is_never_on_duty() -> None:
    gone = person(ANA, active=False)
    assert not on_duty(gone, june("1 10:00"))
    assert next_on_duty(gone, june("1 10:00")) is None


def test_duty_begins_again_when_the_calendar_opens() -> None:
    """C12, C58: what waits for somebody at midnight or on a Saturday waits until their hours begin."""
    ana = person(ANA, calendar=DAY_SHIFT)
    assert next_on_duty(ana, june("1 12:00")) == june("1 12:00")
    assert next_on_duty(ana, june("1 17:00")) == june("2 09:00")
    assert next_on_duty(ana, june("6 00:30")) == june("8 09:00")


def test_duty_begins_again_after_an_absence_and_not_in_the_one_that_follows_it() -> None:
    ana = person(ANA, "agent", away("2026-06-02", "2026-06-04"), away("2026-06-04", "2026-06-06"), calendar=DAY_SHIFT)
    assert next_on_duty(ana, june("2 10:00")) == june("8 09:00")
    assert next_on_duty(person(ANA, "agent", away("2026-06-02", "2026-06-04")), june("2 10:00")) == june("4 00:00")


def test_a_night_shift_goes_on_after_an_absence_that_ends_at_midnight() -> None:
    ana = person(ANA, "agent", away("2026-06-01", "2026-06-02"), calendar=NIGHT_SHIFT)
    assert next_on_duty(ana, june("1 22:00")) == june("2 00:00")


def test_somebody_whose_hours_are_over_for_good_is_never_on_duty_again() -> None:
    once = BusinessCalendar("Europe/London", {}, special_days={"2020-01-01": [("09:00", "17:00")]})
    assert next_on_duty(person(ANA, calendar=once), june("1 10:00")) is None


def test_the_first_of_several_to_be_back() -> None:
    early, late = person(ANA, calendar=DAY_SHIFT), person(JONAS, calendar=LATE_SHIFT)
    assert first_on_duty([early, late], june("1 21:00")) == june("2 09:00")
    assert first_on_duty([], june("1 21:00")) is None


# Standing in


def test_whoever_is_there_needs_nobody_to_stand_in() -> None:
    ana = person(ANA, "agent", away("2026-06-03", "2026-06-05", JONAS))
    assert stand_in(ana, [ana, person(JONAS)], june("1 10:00")) == ana


def test_substitutes_are_followed_from_one_to_the_next() -> None:
    """C55: Ana names Jonas, who is away too and names Priya."""
    ana = person(ANA, "agent", away("2026-06-01", "2026-06-05", JONAS))
    jonas = person(JONAS, "agent", away("2026-05-25", "2026-06-08", PRIYA))
    priya = person(PRIYA)
    assert stand_in(ana, [ana, jonas, priya], june("2 10:00")) == priya


def test_substitutes_in_a_circle_end_with_nobody() -> None:
    """C55: a circle is found, never followed for ever."""
    week = ("2026-06-01", "2026-06-08")
    people = [
        person(who, "agent", away(*week, to))
        for who, to in ((ANA, JONAS), (JONAS, PRIYA), (PRIYA, JONAS), (MEHMET, MEHMET))
    ]
    assert [stand_in(each, people, june("2 10:00")) for each in people] == [None] * 4


@pytest.mark.parametrize("substitute", [None, CLAIRE, MEHMET], ids=["none named", "who is not listed", "who has left"])
def test_without_a_substitute_who_is_there_nobody_stands_in(substitute: str | None) -> None:
    ana = person(ANA, "agent", away("2026-06-01", "2026-06-05", substitute))
    assert stand_in(ana, [ana, person(JONAS), person(MEHMET, active=False)], june("2 10:00")) is None


def test_of_two_absences_at_once_the_one_with_a_substitute_counts() -> None:
    ana = person(ANA, "agent", away("2026-06-01", "2026-06-05"), away("2026-06-02", "2026-06-04", JONAS))
    jonas = person(JONAS)
    assert stand_in(ana, [ana, jonas], june("2 10:00")) == jonas
    assert stand_in(ana, [ana, jonas], june("4 10:00")) is None


def test_standing_in_is_for_absences_and_not_for_the_evening() -> None:
    ana = person(ANA, "agent", away("2026-06-03", "2026-06-05", JONAS), calendar=DAY_SHIFT)
    assert stand_in(ana, [ana, person(JONAS)], june("2 20:00")) == ana
