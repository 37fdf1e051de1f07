"""Teams; and names that are hostile, or that nobody has."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from tests.web.reading import page, words
from tests.web.settings.filling import fields, send
from tests.web.settings.staffing import (
    EVIL,
    PEOPLE,
    change,
    team,
    with_people,
    wrong,
)
from tests.web.shop import ADDRESS, ANA, CLAIRE, JONAS, Shop, minutes


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


def test_a_team_is_made_tried_and_removed(lumen: Shop, claire: FlaskClient) -> None:
    path = f"{PEOPLE}/teams/new"
    lumen.gives(lumen.asks("Lamp", "Zofia", ago=minutes(5)), ANA)
    filled = {"name": "Billing", "members__0": JONAS, "lead": CLAIRE, "strategy": "least_loaded"}

    tried = send(claire, path, do="look", **filled)
    assert tried.status_code == 200
    assert "Jonas Weber , has the least to do" in words(BeautifulSoup(tried.text, "lxml").select_one(".next-card"))
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

    assert "One person gets everything here. Choose who it is." in wrong(fixed, "strategy")
    assert "strategy =" not in fixed.text
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
