"""Calendars and who uses them: listed, copied, renamed with everybody who names them, removed only if nobody does."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from inboxsla.services import configuring, in_force
from tests.web.reading import page, words
from tests.web.settings.berlin import BERLIN, LIST, NEW, OFFICE, in_berlin, kept, save
from tests.web.settings.filling import fields, send
from tests.web.shop import Shop, minutes


@pytest.fixture
def berlin(lumen: Shop) -> Shop:
    return in_berlin(lumen)


def test_the_list_says_who_uses_a_calendar(berlin: Shop, claire: FlaskClient) -> None:
    berlin.asks("Lamp", "Zofia", ago=minutes(10))
    rows = [words(row) for row in page(claire, LIST).select("tbody tr")]
    assert rows == [
        "Berlin Europe/Berlin 42.5 h a week Open It closes today at 17:30 CET. It opens again Wed 09:00 CET. 1 policy 1 person"
        " 1 rule 1 open ticket Copy Berlin Remove Berlin",
        "Spare UTC 1 h a week Closed It opens Mon 09:00 UTC. Nobody yet Copy Spare Remove Spare",
    ]
    assert "42.5 opening hours a week · used by 1 policy, 1 person, 1 rule, 1 open ticket" in words(
        page(claire, OFFICE)
    )


def test_who_names_a_calendar_follows_when_it_is_renamed(berlin: Shop, claire: FlaskClient) -> None:
    assert save(claire, OFFICE, name="Head office").status_code == 303

    body = in_force.current(berlin.ports).body
    assert set(body["calendars"]) == {"Head office", "Spare"}
    assert body["policies"][0]["calendar"] == body["people"][0]["calendar"] == "Head office"
    assert body["rules"][0]["when"]["any"][0] == {"hours": {"is": "closed", "calendar": "Head office"}}


def test_a_calendar_somebody_uses_is_not_removed(berlin: Shop, claire: FlaskClient) -> None:
    asked = page(claire, f"{LIST}/remove?name=Berlin")
    assert words(asked.select_one("nav.crumbs")) == "Calendars Remove calendar"
    said = words(asked)
    assert "This cannot be done yet." in said
    assert "Policies count by it: Standard support. Give them another calendar first." in said
    assert "People work by it: Ana Ruiz." in said
    assert "Rules ask for its hours: At night." in said
    assert not asked.select("button.btn-danger")

    held = fields(asked, "form.question")
    assert claire.post(f"{LIST}/remove?name=Berlin", data=held).status_code == 409
    assert kept(berlin) == BERLIN


def test_a_calendar_nobody_uses_is_removed_after_asking(berlin: Shop, claire: FlaskClient) -> None:
    assert send(claire, f"{LIST}/remove?name=Spare", form="form.question").status_code == 303
    assert "Spare" not in in_force.current(berlin.ports).body["calendars"]
    assert "The calendar “Spare” is removed." in words(page(claire, LIST))


def test_a_copy_begins_with_the_hours_of_another(berlin: Shop, claire: FlaskClient) -> None:
    path = f"{NEW}?like=Berlin"
    begun = page(claire, path)
    assert fields(begun)["name"] == ["Berlin (copy)"]
    assert words(begun.title) == "New calendar · InboxSLA"
    assert save(claire, path, name="Vienna", zone="Europe/Vienna").status_code == 303
    assert kept(berlin, "Vienna")["holidays"] == BERLIN["holidays"]
    assert kept(berlin, "Vienna")["zone"] == "Europe/Vienna"


def test_without_calendars_the_list_says_what_to_do(lumen: Shop, claire: FlaskClient) -> None:
    body = dict(in_force.current(lumen.ports).body)
    body |= {"calendars": {}, "policies": [{**body["policies"][0], "calendar": "24x7"}]}
    configuring.save(lumen.ports, body, "ana@lumenvelo.example", None)
    found = page(claire, LIST)
    assert words(found.select_one(".empty a")) == "Write your opening hours"
    assert "1 policy counts so now." in words(found)


def test_hostile_names_are_shown_as_names(berlin: Shop, claire: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>'
    assert save(claire, OFFICE, name=hostile).status_code == 303
    for path in (LIST, f"{LIST}/edit?name=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"):
        assert "<script>alert" not in claire.get(path).text


def test_whoever_follows_an_old_address_is_shown_what_there_is(berlin: Shop, claire: FlaskClient) -> None:
    for path in ("/edit?name=Nowhere", "/remove?name=Nowhere", "/edit"):
        answer = claire.get(LIST + path, follow_redirects=True)
        assert answer.request.path == LIST
        assert "There is no such calendar any more." in answer.text
