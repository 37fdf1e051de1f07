"""What tests of people and teams do and look at."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.config.document.model import Person, Team
from inboxsla.services import configuring, in_force
from inboxsla.storage import mailboxes, tickets
from tests.web.reading import page, words
from tests.web.shop import Shop

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
    return words(BeautifulSoup(answer.text, "lxml").select_one(f"#f-{field}-wrong"))
