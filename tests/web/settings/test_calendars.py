"""Calendars on their pages: written as people write hours, tried before they are saved, and refused where they make no sense."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.reading import page, words
from tests.web.settings.berlin import BERLIN, NEW, OFFICE, complaints, in_berlin, kept, save, shown
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import Shop


@pytest.fixture
def berlin(lumen: Shop) -> Shop:
    return in_berlin(lumen)


def test_hours_are_kept_as_meant_however_they_are_written(berlin: Shop, claire: FlaskClient) -> None:
    answer = save(
        claire,
        OFFICE,
        hours__mon="9-12.30; 1pm to 5:30 pm",
        hours__tue="0800 – 1700",
        hours__wed="",
        hours__thu="22:00–06:00",
        hours__fri="Closed",
        hours__sat="all day",
    )

    assert answer.status_code == 303
    assert kept(berlin)["hours"] == {
        "mon": "09:00–12:30, 13:00–17:30",
        "tue": "08:00–17:00",
        "wed": "closed",
        "thu": "22:00–06:00",
        "fri": "closed",
        "sat": "00:00–24:00",
        "sun": "closed",
    }


def test_everything_that_is_wrong_is_said_at_its_field_at_once(berlin: Shop, claire: FlaskClient) -> None:
    added = send(claire, OFFICE, "add:special_days")
    answer = send_again(
        claire,
        OFFICE,
        added,
        name="Spare",
        zone="Europe/Berln",
        business_day="30h",
        hours__mon="09:00–0800",
        hours__tue="09:00–12:00, 11:00–14:00",
        hours__wed="nine to five",
        other_holidays="2026-12-31\n31.12.2026",
        special_days__0__hours="10:00–10:00",
        special_days__1__date="2026-12-24",
        special_days__1__hours="",
    )

    assert answer.status_code == 422
    assert complaints(answer) == {
        "name": "There is a calendar “Spare” already. Choose another name.",
        "zone": "“Europe/Berln” is not a time zone we know. Did you mean “Europe/Berlin”?",
        "business_day": "A business day cannot be longer than 24 hours.",
        "hours.mon": "The end has to be later than the start, for example 09:00–18:00. Only what begins at noon or later may go on"
        " past midnight, for example 22:00–06:00.",
        "hours.wed": "“nine” is not a time of day. Write it like 09:00–17:00.",
        "other_holidays": "Each line is a date such as 2026-12-24; this is none: “31.12.2026”",
        "special_days.0.hours": "The end has to be later than the start, for example 09:00–18:00.",
        "special_days.1.hours": "Write the hours of this day, for example 09:00–12:00, or “closed”.",
    }
    assert fields(shown(answer))["hours.wed"] == ["nine to five"]
    assert kept(berlin) == BERLIN


def test_times_that_are_written_twice_are_refused_where_they_stand(berlin: Shop, claire: FlaskClient) -> None:
    answer = send(
        claire, OFFICE, hours__tue="09:00–12:00, 11:00–14:00", special_days__0__hours="09:00–12:00, 10:00–11:00"
    )

    assert answer.status_code == 422
    assert complaints(answer) == {
        "hours.tue": "09:00–12:00 and 11:00–14:00 overlap. Write the time they share once.",
        "special_days.0.hours": "09:00–12:00 and 10:00–11:00 overlap. Write the time they share once.",
    }


def test_a_calendar_that_never_opens_is_refused(berlin: Shop, claire: FlaskClient) -> None:
    closed = {f"hours__{day}": "closed" for day in ("mon", "tue", "wed", "thu", "fri")}
    answer = send(claire, NEW, **{"name": "Never", **closed})
    assert complaints(answer) == {
        "hours.mon": "Like this it is never open. Write the hours of at least one day, for example 09:00–17:00."
    }


def test_what_saving_would_change_is_shown_first(berlin: Shop, claire: FlaskClient) -> None:
    answer = send(claire, OFFICE, hours__fri="09:00–14:00")

    assert answer.status_code == 200
    assert "Nothing is saved yet: this is what it would change." in words(shown(answer).select_one("#first-look"))
    assert kept(berlin) == BERLIN

    assert send_again(claire, OFFICE, answer).status_code == 303
    assert kept(berlin)["hours"]["fri"] == "09:00–14:00"


def test_mondays_hours_are_copied_and_nothing_is_saved(berlin: Shop, claire: FlaskClient) -> None:
    answer = send(claire, OFFICE, "copy-monday", hours__mon="10:00–16:00", hours__sat="10:00–12:00")

    held = fields(shown(answer))
    assert {held[f"hours.{day}"][0] for day in ("mon", "tue", "wed", "thu", "fri")} == {"10:00–16:00"}
    assert held["hours.sat"] == ["10:00–12:00"]
    assert kept(berlin) == BERLIN


def test_a_calendar_can_be_open_around_the_clock_but_for_its_holidays(berlin: Shop, claire: FlaskClient) -> None:
    assert save(claire, OFFICE, always="yes", hours__mon="nonsense").status_code == 303

    assert kept(berlin)["hours"] == "24x7"
    assert kept(berlin)["holidays"] == BERLIN["holidays"]
    assert fields(page(claire, OFFICE))["always"] == ["yes"]


def test_the_zone_suggests_the_country_and_ticks_suggest_its_holidays(berlin: Shop, claire: FlaskClient) -> None:
    found = page(claire, OFFICE)

    assert fields(found)["country"] == ["DE"]
    ticks = {
        str(tick["value"]): (tick.has_attr("checked"), words(tick.find_next_sibling("label")))
        for tick in found.select("#holidays input[type=checkbox]")
    }
    assert ticks["2026-12-25"] == (True, "Christmas Day Fri 25 Dec")
    assert ticks["2027-03-08"] == (False, "Women's Day (2 regions only) Mon 8 Mar")

    answer = send(claire, OFFICE, "show", region="BE")
    assert "Women's Day Mon 8 Mar" in words(shown(answer).select_one("#holidays"))
    assert "Epiphany" not in words(shown(answer).select_one("#holidays"))

    answer = send_again(claire, OFFICE, answer, "tick-holidays")
    assert {"2026-12-25", "2027-03-08", "2027-10-03"} <= set(fields(shown(answer))["holidays"])
    assert "2026-03-08" not in fields(shown(answer))["holidays"]


def test_holidays_are_what_is_ticked_and_what_is_written_by_hand(berlin: Shop, claire: FlaskClient) -> None:
    ticked = ["2026-12-25", "2027-01-01"]
    assert save(claire, OFFICE, holidays=ticked, other_holidays="2026-12-31\r\n").status_code == 303
    assert kept(berlin)["holidays"] == ["2026-12-25", "2026-12-31", "2027-01-01"]

    found = page(claire, OFFICE)
    assert "Second Day of Christmas Sat 26 Dec" in words(found.select_one("#holidays"))
    assert set(fields(found)["holidays"]) == {"2026-12-25", "2026-12-31", "2027-01-01"}

    other_country = send(claire, OFFICE, "show", country="FR", region="")
    assert set(fields(shown(other_country))["holidays"]) == {"2026-12-25", "2026-12-31", "2027-01-01"}


def test_special_days_are_rows(berlin: Shop, claire: FlaskClient) -> None:
    added = send(claire, OFFICE, "add:special_days")
    row = {"special_days__1__date": "2026-12-31", "special_days__1__hours": "closed"}
    assert send_again(claire, OFFICE, send_again(claire, OFFICE, added, "look", **row)).status_code == 303
    assert kept(berlin)["special_days"] == {"2026-12-24": "09:00–12:00", "2026-12-31": "closed"}

    removed = send(claire, OFFICE, "remove:special_days:0")
    assert send_again(claire, OFFICE, send_again(claire, OFFICE, removed, "look")).status_code == 303
    assert kept(berlin)["special_days"] == {"2026-12-31": "closed"}


def test_hours_can_be_tried_before_they_are_saved(berlin: Shop, claire: FlaskClient) -> None:
    def due(arrives: str, promise: str, **changes: str) -> str:
        answer = send(claire, OFFICE, "show", trial__at=arrives, trial__promise=promise, **changes)
        return words(shown(answer).select_one("#try-result"))

    assert due("2026-12-24T11:30", "4h") == (
        "Due Mon 28 Dec 12:30 CET 30 min on Thursday, closed Friday to Sunday, then 3 h 30 min on Monday."
    )
    assert due("2026-12-24T11:30", "4h", special_days__0__hours="09:00–17:30") == (
        "Due Thu 24 Dec 15:30 CET 4 h on Thursday."
    )
    assert due("2026-11-27T18:00", "1 business day") == (
        "Due Mon 30 Nov 17:00 CET After hours on Friday, closed Saturday to Sunday, then 8 h on Monday."
    )
    assert due("2026-11-28T10:00", "20h") == (
        "Due Wed 2 Dec 12:00 CET Closed Saturday to Sunday, 8 h 30 min each on Monday to Tuesday, then 3 h on Wednesday."
    )
    assert due("2026-11-24T09:00", "soon").startswith("“soon” is not a time we know. Write for example 45m")
    assert due("", "4h") == "Write when the mail arrives, for example 2026-12-24 11:30."
    assert kept(berlin) == BERLIN


def test_it_says_whether_it_is_open_now_by_what_is_typed(berlin: Shop, claire: FlaskClient) -> None:
    assert words(page(claire, OFFICE).select_one("#open-now")) == (
        "Open now It closes today at 17:30 CET. It opens again Wed 09:00 CET."
    )
    later = send(claire, OFFICE, "show", hours__tue="11:00–15:00")
    assert words(shown(later).select_one("#open-now")) == "Closed now It opens today at 11:00 CET."
    abroad = send(claire, OFFICE, "show", zone="asia/tokyo")
    assert words(shown(abroad).select_one("#open-now")) == "Closed now It opens Wed 09:00 JST."
    slip = send(claire, OFFICE, "show", hours__tue="17:00–9")
    assert "cannot be read yet" not in words(shown(slip).select_one("#open-now"))
    slip = send(claire, OFFICE, "show", hours__tue="9 to")
    assert "cannot be read yet" in words(shown(slip).select_one("#open-now"))


def test_bars_follow_the_fields_and_carry_no_style(berlin: Shop, claire: FlaskClient) -> None:
    found = shown(send(claire, OFFICE, "show", hours__mon="09:00–12:30, 13:00–16:00", hours__fri="9 to"))

    # Shown from two hours before opening to two after closing: 7 to 20.
    assert [(bar["x"], bar["width"]) for bar in found.select("#bars-mon rect.open-bar")] == [
        ("15.38%", "26.92%"),
        ("46.15%", "23.08%"),
    ]
    assert words(found.select_one("#bars-mon")) == "9–12:30 13–16"
    assert words(found.select_one("#bars-fri")) == "cannot be read yet"
    assert words(found.select_one("#bars-sun")) == "closed"
    assert not found.select("[style]")


def test_a_night_shift_is_drawn_on_both_days(berlin: Shop, claire: FlaskClient) -> None:
    found = shown(send(claire, OFFICE, "show", hours__sun="22:00–06:00", hours__mon="closed"))
    assert [bar["x"] for bar in found.select("#bars-sun rect.open-bar")] == ["91.67%"]
    assert [(bar["x"], bar["width"]) for bar in found.select("#bars-mon rect.open-bar")] == [("0.0%", "25.0%")]
