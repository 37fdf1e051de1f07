"""Which labels there are in Gmail, what they are called and their colours, as the configuration says: by id, never made twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from inboxsla.domain.speech import English
from inboxsla.domain.timeline import Status
from inboxsla.services import configuring, in_force, queries, setup
from inboxsla.services import desk as acts
from inboxsla.storage import records
from inboxsla.storage.database import Database
from tests.builders import SUPPORT, Desk, a_desk
from tests.services import by_hand

DAY = 25


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with a_desk(sqlite_database) as made:
        yield made


@pytest.fixture
def thread(desk: Desk) -> str:
    """A customer's mail, known, owned and labelled."""
    found = desk.writes().thread_id
    desk.catch_up()
    return found


def choose(desk: Desk, **labels: Any) -> None:
    body = {**in_force.current(desk.ports).body, "labels": labels}
    configuring.save(desk.ports, body, "claire", None)


def colour(desk: Desk, name: str) -> tuple[str, str]:
    found = by_hand.ask(desk, "labels", "get", id=by_hand.label_id(desk, name))["color"]
    return found["backgroundColor"], found["textColor"]


def alarms(desk: Desk) -> list[str]:
    with desk.ports.db.read() as conn:
        return records.open_alarms(conn, desk.clock().replace(year=2000))


def test_names_and_prefix_change_where_the_labels_are_and_none_is_made_twice(desk: Desk, thread: str) -> None:
    before = {label.id for label in desk.gmail(SUPPORT).labels()}

    choose(desk, prefix="Frist", names={"low": "Zeit genug"})
    desk.tick()
    desk.deliver()

    assert by_hand.shown(desk, thread) == {"Frist/Zeit genug", "Owner/Ana Ruiz"}
    assert {"Frist", "Frist/Overdue", "Frist/Do", "Frist/Do/Solve"} <= by_hand.names(desk)
    assert not any(name.startswith("SLA") for name in by_hand.names(desk))
    assert {label.id for label in desk.gmail(SUPPORT).labels()} == before
    ticket = desk.ticket(thread)
    assert queries.ticket(desk.ports, ticket.id, English("UTC")).label == "Frist/Zeit genug"


def test_colours_change_and_names_stay(desk: Desk, thread: str) -> None:
    by_hand.rename(desk, "SLA/Low", "Zeit genug")

    choose(desk, colours={"low": "deep blue"})
    desk.deliver()

    assert colour(desk, "Zeit genug") == ("#1c4587", "#ffffff")
    assert colour(desk, "SLA/Medium") == ("#fbe983", "#594c05")


def test_what_people_rename_stays_until_another_name_is_chosen_here(desk: Desk, thread: str) -> None:
    choose(desk, names={"low": "Calm"})
    desk.deliver()
    by_hand.rename(desk, "SLA/Calm", "SLA/Ruhig")
    desk.later(hours=DAY)
    assert "SLA/Ruhig" in by_hand.names(desk)

    choose(desk, names={"low": "Peaceful"})
    desk.deliver()

    assert by_hand.names(desk) & {"SLA/Calm", "SLA/Ruhig", "SLA/Peaceful"} == {"SLA/Peaceful"}


def test_two_labels_can_change_names(desk: Desk, thread: str) -> None:
    low, medium = (by_hand.label_id(desk, f"SLA/{name}") for name in ("Low", "Medium"))

    choose(desk, names={"low": "Medium", "medium": "Low"})
    desk.deliver()

    assert (by_hand.label_id(desk, "SLA/Medium"), by_hand.label_id(desk, "SLA/Low")) == (low, medium)
    assert not alarms(desk)


def test_a_name_that_somebody_elses_label_has_is_told_and_taken_once_it_is_free(desk: Desk, thread: str) -> None:
    theirs = desk.gmail(SUPPORT).create_label("SLA/Calm", "#e7e7e7", "#464646").id

    choose(desk, names={"low": "Calm"})
    desk.deliver()

    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}
    assert by_hand.label_id(desk, "SLA/Calm") == theirs
    assert any("is to be called SLA/Calm" in words for words in alarms(desk))

    by_hand.rename(desk, "SLA/Calm", "Mine")
    desk.later(hours=DAY)
    assert {"SLA/Calm", "Mine"} <= by_hand.names(desk)
    assert not any("is to be called" in words for words in alarms(desk))


def test_commands_work_under_their_new_name_and_not_when_switched_off(desk: Desk, thread: str) -> None:
    choose(desk, prefix="Frist")
    desk.deliver()
    by_hand.put(desk, thread, "Frist/Do/Solve")
    by_hand.handled(desk)
    assert desk.ticket(thread).status == "solved"

    choose(desk, prefix="Frist", commands=False)
    by_hand.put(desk, thread, "Frist/Do/Reopen")
    by_hand.handled(desk)
    assert desk.ticket(thread).status == "solved"


def test_what_a_label_cannot_do_is_told_in_its_new_name(desk: Desk, thread: str) -> None:
    choose(desk, prefix="Frist")
    desk.deliver()
    acts.set_status(desk.ports, desk.ticket(thread).id, Status.NOT_A_TICKET, None)
    desk.deliver()

    by_hand.put(desk, thread, "Frist/Do/Solve")
    by_hand.handled(desk)

    told = [event.data for event in desk.events(thread) if event.data.get("where") == "label"]
    assert [each["what"] for each in told] == ["Frist/Do/Solve"]
    assert "Put “Frist/Do/Reopen” on it first" in told[0]["why"]


def test_owner_labels_switched_off_come_off_without_a_start_and_back_on_again(desk: Desk, thread: str) -> None:
    choose(desk, owners=False)
    desk.deliver()
    assert by_hand.shown(desk, thread) == {"SLA/Low"}

    choose(desk, owners=True)
    desk.deliver()
    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}
    setup.prepare(desk.ports)
    desk.deliver()
    assert by_hand.shown(desk, thread) == {"SLA/Low", "Owner/Ana Ruiz"}
