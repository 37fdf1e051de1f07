"""The page of Gmail's labels: names, colours, what is switched off; and how they would look."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.document.house import Labels
from inboxsla.services import in_force
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.shop import Shop

PAGE = "/settings/labels"


def labels(lumen: Shop) -> Labels:
    return in_force.current(lumen.ports).document.labels


def wrong(answer: Any, field: str) -> str:
    return words(BeautifulSoup(answer.text, "lxml").select_one(f"#f-{field}-wrong"))


def chips(text: str) -> dict[str, str | list[str] | None]:
    """What each label is called in the preview, and its colour."""
    shown = BeautifulSoup(text, "lxml").select("#preview svg.gmail-label")
    return {str(each["aria-label"]): (each.rect or {}).get("fill") for each in shown}


def test_names_colours_and_switches_are_saved_and_what_is_as_usual_is_not_said(
    lumen: Shop, claire: FlaskClient
) -> None:
    before = labels(lumen)
    assert send(claire, PAGE).status_code == 303
    assert (labels(lumen), in_force.current(lumen.ports).version) == (before, None)

    answer = send(
        claire, PAGE, prefix="Frist", names__low="Zeit genug", names__met="", colours__overdue="deep red", commands=[]
    )

    assert answer.status_code == 303
    assert labels(lumen) == Labels(
        prefix="Frist", names={"low": "Zeit genug"}, colours={"overdue": "deep red"}, commands=False
    )
    assert "labels" in in_force.current(lumen.ports).body
    kept = fields(page(claire, PAGE))
    assert (kept["names.low"], kept["names.met"], kept["colours.overdue"]) == (["Zeit genug"], ["Met"], ["deep red"])
    assert "commands" not in kept


def test_the_preview_shows_what_is_typed_before_it_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    now = chips(claire.get(PAGE).text)
    assert now["SLA/Low"] == "#98d7e4"
    assert {"Owner/Ana Ruiz", "SLA/Do/Solve"} <= now.keys()

    looked = send(claire, PAGE, do="look", prefix="Frist", colours__low="deep blue", owners=[])

    assert looked.status_code == 200
    seen = chips(looked.text)
    assert seen["Frist/Low"] == "#1c4587"
    assert "Owner/Ana Ruiz" not in seen
    assert labels(lumen) == Labels()


def test_names_that_gmail_would_not_take_are_told_at_their_fields(lumen: Shop, claire: FlaskClient) -> None:
    answer = send(
        claire, PAGE, prefix="Inbox", names__low="A/B", names__urgent="", names__paused="Do", colours__met="#123456"
    )
    assert answer.status_code == 422
    assert "holds a “/”" in wrong(answer, "names-low")
    assert "is not a colour" in wrong(answer, "colours-met")

    again = send_again(
        claire, PAGE, answer, names__low="Met", names__paused="do", colours__met="mint", names__overdue="URGENT"
    )
    assert again.status_code == 422
    assert "Gmail keeps for itself" in wrong(again, "prefix")
    assert "is there twice" in wrong(again, "names-low")
    assert "ask for something" in wrong(again, "names-paused")
    assert "is there twice" in wrong(again, "names-overdue")
    assert fields(BeautifulSoup(again.text, "lxml"))["prefix"] == ["Inbox"]
    assert labels(lumen) == Labels()


def test_hostile_names_are_names(lumen: Shop, claire: FlaskClient) -> None:
    evil = '"><script>alert(1)<'

    assert send(claire, PAGE, prefix=evil, names__low=evil).status_code == 303

    text = claire.get(PAGE).text
    assert "<script>alert" not in text
    assert f"{evil}/{evil}" in chips(text)


def test_of_two_admins_the_second_sees_what_the_first_called_them(lumen: Shop, claire: FlaskClient) -> None:
    mine = claire.get(PAGE)
    assert send(claire, PAGE, prefix="Frist").status_code == 303

    answer = send_again(claire, PAGE, mine, prefix="Desk")

    assert answer.status_code == 409
    assert "prefix: SLA → Frist" in words(BeautifulSoup(answer.text, "lxml").select_one("#meanwhile"))
    assert labels(lumen).prefix == "Frist"


def test_fields_the_form_does_not_have_change_nothing(lumen: Shop, claire: FlaskClient) -> None:
    send(claire, PAGE, prefix="Frist", names__late="Late", colours__late="red", labels__owners="no", tags="x")

    assert labels(lumen) == Labels(prefix="Frist")
    assert in_force.current(lumen.ports).document.tags == ()
