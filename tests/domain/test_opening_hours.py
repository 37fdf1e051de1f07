"""Hours as people write them: every mistake named at once, nothing crashes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.errors import ConfigMistakes

OFFICE = {"mon": [("09:00", "17:00")]}


def test_every_mistake_is_named_at_once():
    with pytest.raises(ConfigMistakes) as caught:
        BusinessCalendar(
            "Europe/Atlantis",
            {
                "mon": [("09:00", "25:00"), ("10:00", "10:00"), ("24:00", "02:00"), ("9h", "10:60")],
                "funday": [("09:00", "17:00")],
                "tue": "09:00-17:00",
                "wed": [("09:00",)],
            },
            holidays=["24.12.2026", datetime(2026, 12, 24, tzinfo=UTC)],
            special_days={"soon": [("09:00", "24:01")], "2026-12-31": [], date(2026, 12, 31): []},
        )

    mistakes = caught.value.mistakes
    told = "\n".join(mistakes)
    for expected in (
        "zone: there is no time zone 'Europe/Atlantis'",
        "hours.mon: '25:00'",
        "hours.mon: the period 10:00–10:00 is empty",
        "hours.mon: 24:00 can end a period",
        "hours.mon: '9h'",
        "hours.mon: '10:60'",
        "hours: 'funday' is not a weekday",
        "hours.tue: expected a list",
        "hours.wed: a period is a pair",
        "holidays: '24.12.2026' is not a date",
        "holidays: '2026-12-24 00:00:00+00:00' is not a date",
        "special_days: 'soon' is not a date",
        "special_days.soon: '24:01'",
        "special_days: 2026-12-31 is listed twice",
    ):
        assert expected in told
    assert len(mistakes) == 14


@pytest.mark.parametrize("zone", ["", "Europe", "../etc/passwd", "/etc/localtime", "Mars/Olympus", None, "a\0b", "é"])
def test_a_zone_that_does_not_exist_is_a_mistake_and_not_a_crash(zone):
    with pytest.raises(ConfigMistakes, match="zone: there is no time zone"):
        BusinessCalendar(zone, OFFICE)


@pytest.mark.parametrize(("hours", "holidays", "special"), [(None, (), {}), ({}, "2026-12-24", {}), ({}, (), [])])
def test_values_of_the_wrong_shape_are_mistakes_and_not_crashes(hours, holidays, special):
    with pytest.raises(ConfigMistakes, match="expected"):
        BusinessCalendar("UTC", hours, holidays, special)
