"""Tickets handed over, people who go, the last admin who stays, absences taken off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.domain.people import Absence
from inboxsla.domain.timeline import Kind
from inboxsla.errors import ConfigMistakes
from inboxsla.services import action_links, away, by_link, in_force, viewers
from inboxsla.services.action_links import Link
from inboxsla.storage import events, people, records, sessions
from inboxsla.storage.schema import audit
from tests.web.conftest import signed_in
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send
from tests.web.settings.staffing import (
    PEOPLE,
    SECOND,
    a_second_mailbox,
    change,
    owner,
    person,
    staff_row,
    team,
    with_people,
    wrong,
)
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, Shop, minutes, pages


def test_the_last_admin_of_every_mailbox_stays_one(lumen: Shop, claire: FlaskClient) -> None:
    demoted = send(claire, f"{PEOPLE}/edit?address={CLAIRE}", role="lead")

    assert demoted.status_code == 422
    assert "Claire Dubois is the last admin of every mailbox" in wrong(demoted, "role")
    asked = page(claire, f"{PEOPLE}/remove?address={CLAIRE}")
    assert "Make somebody else admin of all of them first" in words(asked.select_one(".banner-error"))
    assert claire.post(f"{PEOPLE}/remove?address={CLAIRE}", data=fields(asked, "form.question")).status_code == 409
    assert person(lumen, CLAIRE) is not None
    with pytest.raises(ConfigMistakes, match="last admin"):
        change(lumen, people=in_force.current(lumen.ports).body["people"][:-1])

    assert send(claire, f"{PEOPLE}/edit?address={ANA}", role="admin").status_code == 303
    assert send(claire, f"{PEOPLE}/edit?address={CLAIRE}", role="lead").status_code == 303


def test_an_admin_of_one_mailbox_is_not_admin_of_every_one(lumen: Shop, claire: FlaskClient) -> None:
    with_people(lumen, {"address": "half@lumenvelo.example", "name": "Half", "role": "admin", "mailboxes": [ADDRESS]})
    a_second_mailbox(lumen)

    answer = send(claire, f"{PEOPLE}/edit?address={CLAIRE}", role="agent")

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
    assert "Choose somebody else" in words(BeautifulSoup(nobody.text, "lxml").select_one("#to-wrong"))
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
    assert "to: Jonas Weber (3)" in words(page(claire, "/settings/changes").select_one("main"))


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
            {"address": CLAIRE, "name": "Claire", "role": "admin", "absences": away_now},
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
    his = signed_in(pages(lumen).test_client(), lumen, JONAS)
    assert his.get("/tickets").status_code == 200

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
    assert his.get("/tickets").status_code == 401
    with lumen.ports.db.read() as conn:
        assert sessions.of(conn, JONAS) == []
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
