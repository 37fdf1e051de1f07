"""People and teams: who is on the list, when, where and as what; and what happens when somebody goes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.document.model import Person, Team
from inboxsla.domain.people import Absence
from inboxsla.domain.timeline import Kind
from inboxsla.errors import ConfigMistakes
from inboxsla.services import action_links, away, by_link, configuring, in_force, viewers
from inboxsla.services.action_links import Link
from inboxsla.storage import events, mailboxes, people, records, tickets
from inboxsla.storage.schema import audit
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, Shop, minutes

PEOPLE = "/settings/people"
SECOND = "sales@lumenvelo.example"
EVIL = '"><script>alert(1)</script>'


def person(lumen: Shop, address: str) -> Person | None:
    document = in_force.current(lumen.ports).document
    return next((each for each in document.people if each.address == address), None)


def team(lumen: Shop, name: str) -> Team | None:
    return next((each for each in in_force.current(lumen.ports).document.teams if each.name == name), None)


def change(lumen: Shop, **sections: Any) -> None:
    configuring.save(lumen.ports, {**in_force.current(lumen.ports).body, **sections}, "claire", None)


def with_people(lumen: Shop, *more: dict[str, Any]) -> None:
    change(lumen, people=[*in_force.current(lumen.ports).body["people"], *more])


def a_second_mailbox(lumen: Shop) -> int:
    with lumen.ports.db.write() as conn:
        box = mailboxes.ensure(conn, "gmail", SECOND, policy_name="Standard support")
        in_force.welcome(conn, in_force.in_force(conn, lumen.ports.settings), box, lumen.clock.at)
        return box.id


def owner(lumen: Shop, ticket_id: int) -> str | None:
    with lumen.ports.db.read() as conn:
        return tickets.load(conn, ticket_id).owner


def staff_row(browser: FlaskClient, name: str, path: str = PEOPLE) -> str:
    rows = [words(row) for row in page(browser, path).select("table.staff tbody tr")]
    return next(row for row in rows if name in row)


def wrong(answer: Any, field: str) -> str:
    return words(BeautifulSoup(answer.text, "html.parser").select_one(f"#f-{field}-wrong"))


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
                "role": "lead",
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
    assert "must be after" in wrong(answer, "absences-0-until")
    kept = fields(BeautifulSoup(answer.text, "html.parser"))
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
    assert {each.role for each in document.people} == {"agent", "lead"}
    assert document.default_policy == "Standard support"


def test_hostile_names_are_shown_as_names_everywhere(lumen: Shop, claire: FlaskClient) -> None:
    with_people(lumen, {"address": "evil@lumenvelo.example", "name": EVIL, "skills": [EVIL]})
    lumen.gives(lumen.asks("Lamp", "Zofia", ago=minutes(5)), "evil@lumenvelo.example")
    change(
        lumen,
        teams=[{"name": EVIL, "members": ["evil@lumenvelo.example"], "strategy": "skill", "skills": [EVIL]}],
        mailboxes=[],
    )
    evil = {"address": "evil@lumenvelo.example"}

    for path, query in (
        (PEOPLE, {}),
        (f"{PEOPLE}/edit", evil),
        (f"{PEOPLE}/hand-over", evil),
        (f"{PEOPLE}/remove", evil),
        (f"{PEOPLE}/absence", evil),
        (f"{PEOPLE}/teams/edit", {"name": EVIL}),
        (f"{PEOPLE}/teams/remove", {"name": EVIL}),
    ):
        answer = claire.get(path, query_string=query)
        assert answer.status_code == 200, path
        assert "<script>alert" not in answer.text, path
        assert "alert(1)" in answer.text, path


def test_of_two_admins_who_edit_one_person_the_second_sees_what_the_first_did(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/edit?address={ANA}"
    mine = claire.get(path)
    assert send(claire, path, skills="billing").status_code == 303
    assert send(claire, f"{PEOPLE}/edit?address={JONAS}", skills="French").status_code == 303

    answer = send_again(claire, path, mine, capacity="5")

    assert answer.status_code == 409
    told = words(BeautifulSoup(answer.text, "html.parser").select_one("#meanwhile"))
    assert "skills: + billing" in told
    saved = person(lumen, ANA)
    assert saved is not None
    assert saved.capacity is None


def test_the_last_admin_of_every_mailbox_stays_one(lumen: Shop, claire: FlaskClient) -> None:
    with_people(lumen, {"address": "noor@lumenvelo.example", "name": "Noor", "role": "admin"})
    noor = "address=noor@lumenvelo.example"

    demoted = send(claire, f"{PEOPLE}/edit?{noor}", role="lead")

    assert demoted.status_code == 422
    assert "Noor is the last admin of every mailbox" in wrong(demoted, "role")
    asked = page(claire, f"{PEOPLE}/remove?{noor}")
    assert "Make somebody else admin of all of them first" in words(asked.select_one(".banner-error"))
    assert claire.post(f"{PEOPLE}/remove?{noor}", data=fields(asked, "form.question")).status_code == 409
    assert person(lumen, "noor@lumenvelo.example") is not None
    with pytest.raises(ConfigMistakes, match="last admin"):
        change(lumen, people=in_force.current(lumen.ports).body["people"][:-1])

    assert send(claire, f"{PEOPLE}/edit?address={ANA}", role="admin").status_code == 303
    assert send(claire, f"{PEOPLE}/edit?{noor}", role="lead").status_code == 303


def test_an_admin_of_one_mailbox_is_not_admin_of_every_one(lumen: Shop, claire: FlaskClient) -> None:
    with_people(lumen, {"address": "noor@lumenvelo.example", "name": "Noor", "role": "admin"})
    with_people(lumen, {"address": "half@lumenvelo.example", "name": "Half", "role": "admin", "mailboxes": [ADDRESS]})
    a_second_mailbox(lumen)

    answer = send(claire, f"{PEOPLE}/edit?address=noor@lumenvelo.example", role="agent")

    assert answer.status_code == 422
    assert "last admin" in wrong(answer, "role")


def test_all_that_somebody_has_goes_to_one_person_and_each_history_says_so(lumen: Shop, claire: FlaskClient) -> None:
    mine = [lumen.asks(f"Lamp {nth}", "Zofia", ago=minutes(200 + nth)) for nth in range(3)]
    for each in mine:
        lumen.gives(each, ANA)
    lumen.clock.forward(minutes(1))
    path = f"{PEOPLE}/hand-over?address={ANA}"
    asked = page(claire, path)
    assert f"3 tickets in {ADDRESS}, 3 of them overdue" in words(asked)

    nobody = claire.post(path, data=fields(asked, "form.question") | {"whom": "person", "to": ANA})
    assert nobody.status_code == 422
    assert "Choose somebody else" in words(BeautifulSoup(nobody.text, "html.parser").select_one("#to-wrong"))
    answer = claire.post(path, data=fields(asked, "form.question") | {"whom": "person", "to": JONAS})

    assert answer.status_code == 303
    assert [owner(lumen, each) for each in mine] == [JONAS] * 3
    assert "3 tickets went over: 3 to Jonas Weber." in words(page(claire, PEOPLE).select_one(".banner"))
    with lumen.ports.db.read() as conn:
        last = events.timelines(conn, [mine[0]])[mine[0]][-1]
        logged = list(conn.execute(audit.select().where(audit.c.what == f"tickets of {ANA} handed over")))
    assert last.kind is Kind.ASSIGNED
    assert last.data["why"].startswith("handed over by ")
    assert logged[0].after == {"to": {"Jonas Weber": 3}, "waiting": 0, "left": 0}


def test_tickets_go_to_whoever_is_next_or_wait_where_nobody_is_there(lumen: Shop, claire: FlaskClient) -> None:
    mine = lumen.asks("Lamp", "Zofia", ago=minutes(5))
    lumen.gives(mine, ANA)
    lumen.clock.forward(minutes(1))
    away_now = [{"from": "2026-11-20", "until": "2026-12-01"}]
    change(
        lumen,
        people=[
            {"address": ANA, "name": "Ana"},
            {"address": JONAS, "name": "Jonas", "absences": away_now},
            {"address": CLAIRE, "name": "Claire", "role": "lead", "absences": away_now},
        ],
    )
    path = f"{PEOPLE}/hand-over?address={ANA}"

    assert claire.post(path, data=fields(page(claire, path), "form.question")).status_code == 303

    assert owner(lumen, mine) is None
    assert "1 is nobody’s until somebody on duty can take it." in words(page(claire, PEOPLE).select_one(".banner"))


def test_nobody_gets_tickets_of_a_mailbox_they_do_not_work_in(lumen: Shop, claire: FlaskClient) -> None:
    mine = lumen.asks("Lamp", "Zofia", ago=minutes(5))
    lumen.gives(mine, ANA)
    lumen.clock.forward(minutes(1))
    a_second_mailbox(lumen)
    with_people(lumen, {"address": "sol@lumenvelo.example", "name": "Sol", "mailboxes": [SECOND]})
    path = f"{PEOPLE}/hand-over?address={ANA}"

    held = fields(page(claire, path), "form.question")
    answer = claire.post(path, data=held | {"whom": "person", "to": "sol@lumenvelo.example"})

    assert answer.status_code == 422
    assert f"Sol does not work in {ADDRESS}" in answer.text
    assert owner(lumen, mine) == ANA


def test_somebody_who_goes_loses_tickets_links_and_panel_and_leaves_teams(lumen: Shop, claire: FlaskClient) -> None:
    lumen.live()
    mine = lumen.asks("Lamp", "Zofia", ago=minutes(5))
    lumen.gives(mine, JONAS)
    lumen.clock.forward(minutes(1))
    absence = {"from": "2026-12-24", "until": "2027-01-04", "substitute": JONAS}
    change(
        lumen,
        people=[
            {"address": ANA, "name": "Ana", "absences": [absence]},
            *in_force.current(lumen.ports).body["people"][1:],
        ],
    )
    with lumen.ports.db.read() as conn:
        jonas = people.id_of(conn, lumen.mailbox_id, JONAS)
    link = Link("take", mine, jonas, 0, "x", lumen.clock.at + timedelta(days=1))
    token = action_links.Signer(lumen.ports.settings).token(link)
    assert by_link.holder(lumen.ports, link).viewer.address == JONAS
    path = f"{PEOPLE}/remove?address={JONAS}"
    asked = page(claire, path)
    assert f"1 ticket in {ADDRESS}" in words(asked)

    answer = claire.post(path, data=fields(asked, "form.question") | {"whom": "person", "to": ANA})

    assert answer.status_code == 303
    assert person(lumen, JONAS) is None
    assert owner(lumen, mine) == ANA
    support = team(lumen, "Support")
    assert support is not None
    assert support.members == (ANA,)
    ana = person(lumen, ANA)
    assert ana is not None
    assert ana.absences[0].substitute is None
    with pytest.raises(by_link.NotTheirs):
        by_link.holder(lumen.ports, link)
    assert claire.get(f"/act/{token}").status_code in (403, 410)
    with lumen.ports.db.read() as conn:
        assert viewers.viewer(conn, JONAS) is None, "the panel asks for the same viewer"
    told = words(page(claire, PEOPLE).select_one(".banner"))
    assert "Jonas Weber is off the list" in told
    assert "1 ticket went over: 1 to Ana." in told


def test_somebody_whom_a_rule_or_a_step_names_stays_until_it_names_another(lumen: Shop, claire: FlaskClient) -> None:
    body = in_force.current(lumen.ports).body
    policy = {**body["policies"][0], "steps": [{"at": 75, "notify": [JONAS]}]}
    rules = [{"name": "Jonas does lamps", "when": {"subject": {"contains": "lamp"}}, "then": {"owner": JONAS}}]
    change(lumen, policies=[policy], rules=rules)

    asked = page(claire, f"{PEOPLE}/remove?address={JONAS}")

    said = words(asked.select_one(".banner-error"))
    assert "Rule “Jonas does lamps”" in said
    assert "Policy “Standard support”" in said
    assert asked.select_one(".btn-danger") is None


def test_an_absence_people_set_themselves_is_shown_and_can_be_taken_off(lumen: Shop, claire: FlaskClient) -> None:
    with lumen.ports.db.read() as conn:
        viewer = viewers.viewer(conn, ANA)
    assert viewer is not None
    away.say(lumen.ports, viewer, Absence(date(2026, 11, 23), date(2026, 11, 30)), date(2026, 11, 24))
    assert "Away back on 30 Nov 2026" in staff_row(claire, "Ana Ruiz")
    path = f"{PEOPLE}/edit?address={ANA}"
    assert "Said by themselves in the side panel" in words(page(claire, path))

    ask = f"{PEOPLE}/absence?address={ANA}"
    assert claire.post(ask, data=fields(page(claire, ask), "form.question")).status_code == 303

    assert "On duty" in staff_row(claire, "Ana Ruiz")
    with lumen.ports.db.read() as conn:
        assert records.open_alarms(conn, lumen.clock.at) == []


def test_a_team_is_made_tried_and_removed(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/teams/new"
    lumen.gives(lumen.asks("Lamp", "Zofia", ago=minutes(5)), ANA)
    filled = {"name": "Billing", "members__0": JONAS, "lead": CLAIRE, "strategy": "least_loaded"}

    tried = send(claire, path, do="look", **filled)
    assert tried.status_code == 200
    assert "Jonas Weber , has the least to do" in words(
        BeautifulSoup(tried.text, "html.parser").select_one(".next-card")
    )
    assert team(lumen, "Billing") is None
    assert send(claire, path, **filled, reassign_absent_after="4h").status_code == 303

    made = team(lumen, "Billing")
    assert made is not None
    assert (made.members, made.lead, made.reassign_absent_after) == ((JONAS,), CLAIRE, "4h")
    gone = f"{PEOPLE}/teams/remove?name=Billing"
    assert claire.post(gone, data=fields(page(claire, gone), "form.question")).status_code == 303
    assert team(lumen, "Billing") is None


def test_what_a_way_of_handing_out_needs_is_asked_for_at_its_field(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/teams/new"

    fixed = send(claire, path, name="Contracts", strategy="fixed")
    skilled = send(claire, path, name="Contracts", strategy="skill", members__0=ANA, skills="law")
    nobody = send(claire, path, name="Contracts", members__0="nobody@lumenvelo.example", reassign_absent_after="soon")

    assert "one person gets everything here" in wrong(fixed, "strategy").lower()
    assert "nobody in this team has the skill “law”" in wrong(skilled, "skills").lower()
    assert "is not one of the people" in wrong(nobody, "members-0")
    assert nobody.status_code == 422
    assert "soon" in wrong(nobody, "reassign_absent_after")


def test_a_team_that_a_mailbox_names_stays(lumen: Shop, claire: FlaskClient) -> None:
    asked = page(claire, f"{PEOPLE}/teams/remove?name=Support")

    assert f"Mailbox {ADDRESS}" in words(asked.select_one(".banner-error"))


def test_whoever_is_not_there_is_not_found(claire: FlaskClient) -> None:
    for path in ("edit?address=x", "remove?address=x", "hand-over?address=x", "absence?address=x"):
        assert claire.get(f"{PEOPLE}/{path}").status_code == 404
    assert claire.get(f"{PEOPLE}/teams/edit?name=x").status_code == 404
    assert claire.get(f"{PEOPLE}/teams/remove?name=x").status_code == 404
