"""The people, written down while setting up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.services import in_force
from inboxsla.storage import configurations
from inboxsla.storage.database import Database
from tests.office import DESK, Office, set_anew
from tests.web.reading import page, words
from tests.web.settings.beginning import START, browser, nothing_yet, shown
from tests.web.settings.filling import fields, send


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Iterator[Office]:
    with nothing_yet(sqlite_database, tmp_path / "data") as made:
        yield made


def test_people_are_rows_and_what_else_is_known_of_them_stays(office: Office) -> None:
    people = [
        {"address": "ana@office.example", "name": "Ana", "role": "lead", "zone": "Europe/Lisbon"},
        {"address": "it@office.example", "name": "Ines", "role": "admin"},
    ]
    office = set_anew(office, people=people, mailboxes=[{"address": DESK}])
    client = browser(office)

    bad = send(client, f"{START}/people", people__2__name="Jonas", people__2__address="jonas@")
    assert bad.status_code == 422
    field = shown(bad).select_one("[aria-invalid=true]")
    assert field is not None
    assert field["name"] == "people.2.address"

    more = send(client, f"{START}/people", "add:people", people__0__name="Ana Ruiz")
    held = fields(shown(more)) | {"people.3.name": ["Jonas"], "people.3.address": ["Jonas@office.example"]}
    assert client.post(f"{START}/people", data={**held, "do": "save"}).headers["Location"] == f"{START}/hours"

    document = in_force.current(office.ports).document
    assert [(one.address, one.name, one.role, one.zone) for one in document.people] == [
        ("ana@office.example", "Ana Ruiz", "lead", "Europe/Lisbon"),
        ("it@office.example", "Ines", "admin", ""),
        ("jonas@office.example", "Jonas", "agent", ""),
    ]
    assert document.teams[0].members == ("ana@office.example", "jonas@office.example")

    gone = send(client, f"{START}/people", "remove:people:0")
    assert client.post(f"{START}/people", data={**fields(shown(gone)), "do": "save"}).status_code == 303
    team = in_force.current(office.ports).document.teams[0]
    assert (team.members, team.lead) == (("jonas@office.example",), None)


def test_whoever_came_by_the_setup_link_goes_on_as_the_admin_they_name(office: Office) -> None:
    office.browser()
    client = browser(office)
    assert "You came by the setup link." in words(page(client, f"{START}/people"))
    ana = {"people__0__name": "Ana Ruiz", "people__0__address": "ana@office.example"}
    assert send(client, f"{START}/people", **ana).headers["Location"] == f"{START}/hours"

    assert "Ana Ruiz" in words(page(client, "/account"))
    send(client, f"{START}/archiving", archiving="nothing")
    with office.ports.db.read() as conn:
        newest = configurations.newest(conn)
    assert newest is not None
    assert newest.actor == "ana@office.example"


def test_an_admin_who_answers_mail_gets_tickets_too(office: Office) -> None:
    office.browser()
    client = browser(office)
    held = fields(page(client, f"{START}/people")) | {
        "people.0.name": ["Ana"],
        "people.0.address": ["ana@office.example"],
        "people.1.name": ["Jonas"],
        "people.1.address": ["jonas@office.example"],
    }
    assert client.post(f"{START}/people", data={**held, "do": "save"}).status_code == 303

    document = in_force.current(office.ports).document
    assert [one.role for one in document.people] == ["admin", "agent"]
    assert document.teams[0].members == ("ana@office.example", "jonas@office.example")
    assert document.team_of(DESK) == "Support"

    held = fields(page(client, f"{START}/people"))
    assert (held["people.0.takes"], held["people.1.takes"]) == (["yes"], ["yes"])
    del held["people.0.takes"]
    assert client.post(f"{START}/people", data={**held, "do": "save"}).status_code == 303
    assert in_force.current(office.ports).document.teams[0].members == ("jonas@office.example",)


def test_a_list_without_anybody_is_refused(office: Office) -> None:
    answer = send(browser(office), f"{START}/people")
    assert answer.status_code == 422
    assert "Name at least one person who answers mail." in words(shown(answer).select_one("#wrong"))


def test_somebody_has_to_stay_who_may_change_the_settings(office: Office) -> None:
    path, ana = f"{START}/people", {"people__0__name": "Ana Ruiz", "people__0__address": "ana@office.example"}
    answer = send(browser(office), path, people__0__role="agent", **ana)
    assert answer.status_code == 422
    assert "Make somebody an admin" in words(shown(answer).select_one("#f-people-0-role-wrong"))
    assert in_force.current(office.ports).document.people == ()
