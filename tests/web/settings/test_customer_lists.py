"""Tiers and organisations, which rules ask about."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from inboxsla.services import in_force
from tests.web.reading import words
from tests.web.settings.filling import send, send_again
from tests.web.settings.ruled import ruled, rules_of
from tests.web.shop import Shop

PAGE = "/settings/rules/customers"


def test_lists_are_added_and_filled_in(lumen: Shop, claire: FlaskClient) -> None:
    added = send(claire, PAGE, "add:tiers")
    filled = {"tiers.0.name": "gold", "tiers.0.entries": "@big.example\r\nceo@small.example"}
    looked = send_again(claire, PAGE, added, "look", **filled)
    assert send_again(claire, PAGE, looked).status_code == 303

    assert in_force.current(lumen.ports).body["tiers"] == {"gold": ["@big.example", "ceo@small.example"]}


def test_a_list_with_another_name_keeps_the_rules_that_ask_for_it(lumen: Shop, claire: FlaskClient) -> None:
    asks = {"any": [{"tier": {"is": "GOLD"}}, {"not": {"tier": {"one_of": ["gold"]}}}, {"subject": {"is": "gold"}}]}
    ruled(lumen, {"name": "VIP", "when": asks, "then": {"tier": "gold"}})

    looked = send(claire, PAGE, "look", **{"tiers.0.name": "Premium"})
    assert send_again(claire, PAGE, looked).status_code == 303

    renamed = {
        "any": [{"tier": {"is": "Premium"}}, {"not": {"tier": {"one_of": ["Premium"]}}}, {"subject": {"is": "gold"}}]
    }
    assert rules_of(lumen) == [{"name": "VIP", "when": renamed, "then": {"tier": "Premium"}}]


def test_what_is_wrong_with_an_entry_is_said_at_its_list(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    for changes, field, said in (
        ({"tiers.0.entries": "@big.example\nnonsense"}, "tiers-0-entries", "neither an address nor a domain"),
        ({"organisations.0.name": ""}, "organisations-0-name", "Give this list a name."),
    ):
        answer = send(claire, PAGE, "save", **changes)
        assert answer.status_code == 422
        assert said in words(BeautifulSoup(answer.text, "lxml").select_one(f"#f-{field}-wrong"))


def test_a_list_that_a_rule_asks_for_is_not_taken_away_unseen(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    taken = send(claire, PAGE, "remove:tiers:0")
    answer = send_again(claire, PAGE, taken)

    assert answer.status_code == 422
    assert "“VIP”: when.any[1].tier.is" not in answer.text
    assert "“VIP”: there is no tier “gold”." in words(BeautifulSoup(answer.text, "lxml").select_one("#wrong"))
