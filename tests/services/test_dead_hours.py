"""A calendar that runs out of opening hours under tickets that are there: they go on, and somebody is told."""

from __future__ import annotations

import pytest

from inboxsla import listing
from inboxsla.domain.speech import English
from inboxsla.services import checkup, configuring, queries, rebuild
from inboxsla.storage import records
from tests.builders import ANA, Desk
from tests.services.conftest import Opens

FAIR = f"""
default_policy = "Trade fair"

[calendars.fair]
zone = "Europe/Berlin"
hours = {{mon = "closed"}}
special_days = {{"2026-11-24" = "08:00–18:00", "2026-11-25" = "08:00–18:00"}}

[[policies]]
name = "Trade fair"
calendar = "fair"
targets = {{first_response = "4h", resolution = {{normal = "8h", calendar = "24x7"}}}}

[[people]]
address = "{ANA}"
name = "Ana Ruiz"
role = "admin"
"""


@pytest.fixture
def after_the_fair(desk: Desk) -> Desk:
    """Two days of opening hours, and they are over."""
    configuring.import_(desk.ports, FAIR, "the tests", open_too=False)
    desk.later(hours=48)
    return desk


def alarms(desk: Desk) -> list[str]:
    with desk.database.read() as conn:
        return records.open_alarms(conn, desk.clock() - queries.ALARM_SHOWN)


def test_a_ticket_of_a_calendar_without_hours_settles_and_can_be_looked_at(after_the_fair: Desk) -> None:
    """C34: such a calendar is a mistake in the configuration, and no error for who opens a ticket."""
    desk = after_the_fair
    thread = desk.writes(subject="Stand 12").thread_id
    desk.catch_up()
    desk.owned_by(thread, ANA)
    say = English("Europe/Berlin")
    page = queries.ticket(desk.ports, desk.ticket(thread).id, say)
    text = listing.one(page, say, why=True)

    assert "First response: No due time, 4 h left, but not enough opening hours ahead" in text
    assert [view.id for view in desk.board().tickets] == [desk.ticket(thread).id]
    assert desk.labels(thread)

    desk.later(hours=6)
    (mail,) = desk.mails()
    assert mail["Subject"].startswith("Due in 2 h: ")
    desk.later(hours=50)
    assert desk.ticket(thread).breached
    desk.answers(thread)
    desk.catch_up()
    assert desk.clocks(thread)["first_response"] == "met"
    assert not [line for line in rebuild.compare(desk.ports) if not line.ok]


def test_doctor_and_an_alarm_name_policy_calendar_and_cure_until_there_are_hours(after_the_fair: Desk) -> None:
    """C34: said before anybody wonders why nothing falls due."""
    desk = after_the_fair
    desk.tick()

    (alarm,) = alarms(desk)
    assert alarm.startswith(
        "The policy “Trade fair”, version 1, promises what never falls due, because not enough opening hours lie ahead: first"
        " response in calendar “fair”. "
    )
    assert "config import FILE --open-too`" in alarm
    assert alarm in [line.words for line in checkup.found(desk.ports) if not line.ok]
    assert alarm in desk.board().alarms

    longer = FAIR.replace('"2026-11-25" = "08:00–18:00"', '"2027-11-25" = "08:00–18:00"')
    configuring.import_(desk.ports, longer, "the tests", open_too=False)
    desk.clock.forward(hours=1)
    desk.tick()
    assert alarms(desk) == []


def test_a_promise_with_a_calendar_of_its_own_names_that(one_desk: Desk) -> None:
    """C34: whoever reads it knows which hours to look at."""
    own = FAIR.replace('calendar = "fair"', 'calendar = "24x7"').replace(
        'first_response = "4h"', 'first_response = {normal = "4h", calendar = "fair"}'
    )
    configuring.import_(one_desk.ports, own, "the tests", open_too=False)
    one_desk.later(hours=48)
    one_desk.tick()

    (alarm,) = alarms(one_desk)
    assert "first response in calendar “fair”. " in alarm


def test_open_tickets_under_an_older_version_count_until_they_are_over(after_the_fair: Desk) -> None:
    desk = after_the_fair
    thread = desk.writes().thread_id
    desk.catch_up()
    configuring.import_(desk.ports, FAIR.replace('calendar = "fair"', 'calendar = "24x7"'), "the tests", open_too=False)

    desk.tick()
    assert len(alarms(desk)) == 1

    desk.answers(thread)
    desk.archives(thread)
    desk.catch_up()
    desk.clock.forward(hours=1)
    desk.tick()
    assert alarms(desk) == []


def test_calendars_that_open_every_week_raise_no_alarm(opens: Opens) -> None:
    desk = opens()
    desk.writes()
    desk.catch_up()
    desk.tick()

    assert alarms(desk) == []
