"""A calendar written down as plain data and read again is the same calendar."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.opening_hours import WEEKDAYS
from tests.laws import law

times = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
periods = st.lists(st.tuples(times, times | st.just("24:00")).filter(lambda each: each[0] != each[1]), max_size=3)
days = st.integers(0, 400).map(lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n))


def test_shorthand_is_spelled_out() -> None:
    nights = BusinessCalendar("Europe/Berlin", {"mon": [("22:00", "06:00")]}, ["2026-12-25"])
    assert nights.to_data() == {
        "zone": "Europe/Berlin",
        "hours": {"mon": [["22:00", "24:00"]], "tue": [["00:00", "06:00"]]},
        "special_days": {"2026-12-25": []},
    }


@law
@given(
    st.dictionaries(st.sampled_from(WEEKDAYS), periods, max_size=7),
    st.lists(days, max_size=3),
    st.dictionaries(days, periods, max_size=3),
)
def test_what_was_written_is_read_as_it_was(hours: dict, holidays: list, special_days: dict) -> None:
    calendar = BusinessCalendar("Europe/Berlin", {**hours, "fri": [("09:00", "10:00")]}, holidays, special_days)
    assert BusinessCalendar(**calendar.to_data()) == calendar
