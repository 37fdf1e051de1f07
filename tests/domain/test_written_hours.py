"""A calendar written down as plain data and read again is the same calendar."""

from __future__ import annotations

from datetime import date

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.opening_hours import WEEKDAYS
from tests.dice import Dice
from tests.laws import law_of


def time_of_day(dice: Dice) -> str:
    hour, half = divmod(dice.below(48), 2)
    return f"{hour:02}:{half * 30:02}"


def periods(dice: Dice) -> list[tuple[str, str]]:
    found = dice.some(lambda each: (time_of_day(each), time_of_day(each) if each.yes() else "24:00"), 3)
    return [each for each in found if each[0] != each[1]]


def day(dice: Dice) -> date:
    return date.fromordinal(date(2026, 1, 1).toordinal() + dice.below(401))


def hours(dice: Dice) -> dict:
    return {weekday: periods(dice) for weekday in dice.some_of(WEEKDAYS)}


def holidays(dice: Dice) -> list[date]:
    return dice.some(day, 3)


def special_days(dice: Dice) -> dict:
    return dict(dice.some(lambda each: (day(each), periods(each)), 3))


def test_shorthand_is_spelled_out() -> None:
    nights = BusinessCalendar("Europe/Berlin", {"mon": [("22:00", "06:00")]}, ["2026-12-25"])
    assert nights.to_data() == {
        "zone": "Europe/Berlin",
        "hours": {"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]},
        "special_days": {"2026-12-25": []},
    }


@law_of(hours, holidays, special_days)
def test_what_was_written_is_read_as_it_was(hours: dict, holidays: list, special_days: dict) -> None:
    calendar = BusinessCalendar("Europe/Berlin", {**hours, "fri": [("09:00", "10:00")]}, holidays, special_days)
    assert BusinessCalendar(**calendar.to_data()) == calendar
