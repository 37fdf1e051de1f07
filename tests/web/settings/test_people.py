"""Who is on the list, when, where and as what."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.document.model import Person
from inboxsla.services import in_force, viewers
from inboxsla.storage import people
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.settings.staffing import (
    PEOPLE,
    SECOND,
    a_second_mailbox,
    change,
    person,
    staff_row,
    with_people,
    wrong,
)
from tests.web.shop import ANA, CLAIRE, JONAS, Shop, minutes


def test_the_list_says_who_is_there_until_when_and_with_how_much(lumen: Shop, claire: FlaskClient) -> None:
    lumen.gives(lumen.asks("Lamp", "Zofia", ago=minutes(5)), ANA)
    change(
        lumen,
        calendars={"early": {"zone": "Europe/Berlin", "hours": {"tue": "06:00–10:00", "wed": "06:00–10:00"}}}
        | dict(in_force.current(lumen.ports).body["calendars"]),
        people=[
            {"address": ANA, "name": "Ana Ruiz", "capacity": 20},
            {"address": JONAS, "name": "Jonas Weber", "calendar": "early"},
            {
                "address": CLAIRE,
                "name": "Claire Dubois",
                "role": "admin",
                "absences": [{"from": "2026-11-20", "until": "2026-12-01", "substitute": ANA}],
            },
        ],
    )

    assert "On duty" in staff_row(claire, "Ana Ruiz")
    assert "1 of 20" in staff_row(claire, "Ana Ruiz")
    assert "Off duty until Wed 06:00 CET" in staff_row(claire, "Jonas Weber")
    assert "Away back on 1 Dec 2026 · Ana Ruiz stands in" in staff_row(claire, "Claire Dubois")


def test_people_are_found_by_name_address_role_and_skill(lumen: Shop, claire: FlaskClient) -> None:
    with_people(lumen, {"address": "zoe@lumenvelo.example", "name": "Zoë", "skills": ["French"], "role": "admin"})

    def found(wanted: str) -> list[str]:
        return [words(link) for link in page(claire, f"{PEOPLE}?q={wanted}").select("a.name-link bdi")][:9]

    assert found("ZO")[:1] == ["Zoë"]
    assert found("french admin")[:1] == ["Zoë"]
    assert found("jonas@")[:1] == ["Jonas Weber"]
    assert "Nobody on the list matches “nobody at all”" in words(page(claire, f"{PEOPLE}?q=nobody at all"))


def test_somebody_added_is_on_duty_staff_at_once_and_it_is_said_what_comes_next(
    lumen: Shop, claire: FlaskClient
) -> None:
    answer = send(claire, f"{PEOPLE}/new", address="Zoe@LumenVelo.example", name="Zoë Ní Bhriain", role="lead")

    assert answer.status_code == 303
    added = person(lumen, "zoe@lumenvelo.example")
    assert added is not None
    assert (added.name, added.role, added.mailboxes) == ("Zoë Ní Bhriain", "lead", ())
    with lumen.ports.db.read() as conn:
        assert "zoe@lumenvelo.example" in {each.address for each in people.of_mailbox(conn, lumen.mailbox_id)}
    assert "they can sign in as zoe@lumenvelo.example" in words(page(claire, PEOPLE).select_one(".banner"))


def test_what_is_wrong_with_a_person_is_said_at_each_field(lumen: Shop, claire: FlaskClient) -> None:
    shown = claire.post(f"{PEOPLE}/new", data=fields(page(claire, f"{PEOPLE}/new")) | {"do": "add:absences"})
    answer = send_again(
        claire,
        f"{PEOPLE}/new",
        shown,
        address="not an address",
        name="",
        zone="Europe/Berlim",
        capacity="many",
        absences__0__from="2026-12-24",
        absences__0__until="2026-12-20",
    )

    assert answer.status_code == 422
    assert "is not a mail address" in wrong(answer, "address")
    assert "empty" in wrong(answer, "name")
    assert "Europe/Berlin" in wrong(answer, "zone")
    assert "not a whole number" in wrong(answer, "capacity")
    assert "must come after the first day away" in wrong(answer, "absences-0-until")
    kept = fields(BeautifulSoup(answer.text, "lxml"))
    assert kept["zone"] == ["Europe/Berlim"]
    assert kept["absences.0.until"] == ["2026-12-20"]
    assert person(lumen, "not an address") is None


def test_nobody_is_on_the_list_twice(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(claire, f"{PEOPLE}/new", address=ANA.upper(), name="Another Ana")

    assert answer.status_code == 422
    assert "is there twice" in wrong(answer, "address")


def test_everything_about_a_person_is_kept_as_it_was_typed(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/edit?address={ANA}"
    shown = claire.post(path, data=fields(page(claire, path)) | {"do": "add:absences"})
    offered = {option["value"] for option in page(claire, path).select("#everybody option")}
    assert JONAS in offered
    assert ANA not in offered, "nobody stands in for themselves"
    answer = send_again(
        claire,
        path,
        shown,
        name="Ana Ruiz Díaz",
        role="lead",
        zone="Europe/Madrid",
        calendar="office",
        skills=" billing , French,billing",
        capacity="12",
        absences__0__from="2026-12-24",
        absences__0__until="2027-01-04",
        absences__0__substitute=JONAS,
    )

    assert answer.status_code == 303
    saved = person(lumen, ANA)
    assert saved is not None
    assert (saved.name, saved.role, saved.zone, saved.calendar) == ("Ana Ruiz Díaz", "lead", "Europe/Madrid", "office")
    assert (saved.skills, saved.capacity) == (("billing", "French"), 12)
    assert [(str(a.begins), str(a.until), a.substitute) for a in saved.absences] == [
        ("2026-12-24", "2027-01-04", JONAS)
    ]
    again = fields(page(claire, path))
    assert (again["skills"], again["absences.0.substitute"]) == (["billing, French"], [JONAS])

    assert send(claire, path, do="remove:absences:0").status_code == 200
    assert send(claire, path).status_code == 303, "a row taken away and not saved is still there"
    assert len((person(lumen, ANA) or saved).absences) == 1


def test_a_role_can_be_another_in_one_mailbox_and_nothing_in_a_third(lumen: Shop, claire: FlaskClient) -> None:
    second = a_second_mailbox(lumen)
    path = f"{PEOPLE}/edit?address={JONAS}"
    boxes = [name for name, value in fields(page(claire, path)).items() if value == [SECOND]]
    role = boxes[0].replace("mailbox", "role")

    assert send(claire, path, **{role: "lead"}).status_code == 303
    assert (person(lumen, JONAS) or Person(address=JONAS, name="x")).roles == {SECOND: "lead"}
    with lumen.ports.db.read() as conn:
        viewer = viewers.viewer(conn, JONAS)
    assert viewer is not None
    assert viewer.roles == {lumen.mailbox_id: "agent", second: "lead"}
    assert f"Lead in {SECOND}" in staff_row(claire, "Jonas")

    refused = send(claire, path, **{role: "none"})
    assert refused.status_code == 422
    assert "Take this tick away" in wrong(refused, "later")
    assert send_again(claire, path, refused, later=[]).status_code == 303
    with lumen.ports.db.read() as conn:
        viewer = viewers.viewer(conn, JONAS)
    assert viewer is not None
    assert viewer.roles == {lumen.mailbox_id: "agent"}


def test_fields_the_form_does_not_have_change_nothing(lumen: Shop, claire: FlaskClient) -> None:
    send(
        claire,
        f"{PEOPLE}/edit?address={ANA}",
        name="Ana R.",
        address="intruder@evil.example",
        default_policy="Mine",
        people__0__role="admin",
        roles__x="admin",
        active="no",
    )

    document = in_force.current(lumen.ports).document
    assert [each.address for each in document.people] == [ANA, JONAS, CLAIRE]
    assert document.people[0].name == "Ana R."
    assert {each.role for each in document.people} == {"agent", "admin"}
    assert document.default_policy == "Standard support"


def test_of_two_admins_who_edit_one_person_the_second_sees_what_the_first_did(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/edit?address={ANA}"
    mine = claire.get(path)
    assert send(claire, path, skills="billing").status_code == 303
    assert send(claire, f"{PEOPLE}/edit?address={JONAS}", skills="French").status_code == 303

    answer = send_again(claire, path, mine, capacity="5")

    assert answer.status_code == 409
    told = words(BeautifulSoup(answer.text, "lxml").select_one("#meanwhile"))
    assert "skills: + billing" in told
    saved = person(lumen, ANA)
    assert saved is not None
    assert saved.capacity is None
