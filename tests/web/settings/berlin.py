"""A shop with office hours in Berlin, and its calendars as pages show and save them."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import configuring, in_force
from tests.web.reading import words
from tests.web.settings.filling import send, send_again
from tests.web.shop import Shop

LIST = "/settings/calendars"
NEW = f"{LIST}/new"
OFFICE = f"{LIST}/edit?name=Berlin"
BERLIN: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "hours": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00–17:30"),
    "holidays": ["2026-12-25", "2026-12-26"],
    "special_days": {"2026-12-24": "09:00–12:00"},
}


def in_berlin(lumen: Shop) -> Shop:
    """The shop with office hours in Berlin, which its policy, one person and one rule name."""
    body = dict(in_force.current(lumen.ports).body)
    policy = {**body["policies"][0], "calendar": "Berlin"}
    ana = {**body["people"][0], "calendar": "Berlin"}
    night = {
        "name": "At night",
        "when": {"any": [{"hours": {"is": "closed", "calendar": "Berlin"}}, {"subject": {"contains": "fire"}}]},
        "then": {"priority": "high"},
    }
    body |= {
        "calendars": {"Berlin": BERLIN, "Spare": {"hours": {"mon": "09:00–10:00"}}},
        "policies": [policy],
        "people": [ana, *body["people"][1:]],
        "rules": [night],
    }
    configuring.save(lumen.ports, body, "ana@lumenvelo.example", None)
    return lumen


def kept(lumen: Shop, name: str = "Berlin") -> dict[str, Any]:
    found: dict[str, Any] = in_force.current(lumen.ports).body["calendars"][name]
    return found


def save(browser: FlaskClient, path: str, **changes: str | list[str]) -> TestResponse:
    """Look at the effect, then save."""
    return send_again(browser, path, send(browser, path, "look", **changes))


def shown(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "lxml")


def complaints(answer: TestResponse) -> dict[str, str]:
    """Field → what is said below it."""
    found = shown(answer)
    return {
        str(field["name"]): words(found.select_one(f"#{field['id']}-wrong"))
        for field in found.select("[aria-invalid=true]")
    }
