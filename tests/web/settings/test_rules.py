"""The pages of rules: the list, one rule, their order, and what asks before it removes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.services import in_force
from tests.web.reading import page, words
from tests.web.settings.filling import fields, send, send_again
from tests.web.settings.ruled import REFUND, RULES, names, ruled, rules_of
from tests.web.shop import ADDRESS, Shop, minutes
from tests.web.test_hostile_text import SCRIPT, nothing_runs

PAGE = "/settings/rules"


def edit(name: str) -> str:
    return f"{PAGE}/edit?name={quote(name)}"


def saved(browser: FlaskClient, path: str, **changes: str | list[str]) -> TestResponse:
    """Change fields, look at the effect, and save."""
    looked = send(browser, path, "look", **changes)
    assert looked.status_code == 200
    return send_again(browser, path, looked)


def entries(found: BeautifulSoup) -> list[str]:
    return [words(each) for each in found.select(".rules li .rule-words")]


def test_without_rules_the_page_says_what_every_mail_gets(claire: FlaskClient) -> None:
    found = page(claire, PAGE)

    assert "Without rules every mail gets “Standard support”" in words(found.main)
    assert found.select_one(f'a[href="{PAGE}/new"]')


def test_rules_are_listed_in_their_order_in_words(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    said = entries(page(claire, PAGE))

    assert said[0] == "Money If subject contains “refund” then priority high, tag “money”"
    assert "No rule after it is looked at." in said[2]
    assert "Nothing gets as far as this rule: “The rest” stops before it." in said[3]
    assert entries(page(claire, f"{PAGE}?find=GOLD")) == [said[1]]
    assert "No rule says “nonsense”" in words(page(claire, f"{PAGE}?find=nonsense").main)


def test_matches_of_all_rules_are_counted_once_the_page_is_there(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    lumen.asks("My refund", "Zofia", ago=minutes(5))
    lumen.asks("A lamp", "Kofi", ago=minutes(4))

    found = page(claire, PAGE)
    counter = found.select_one("[hx-trigger=load]")
    assert counter is not None
    counted = page(claire, str(counter["hx-get"]))

    assert "newest 2 tickets" in words(counted)
    assert words(counted.select_one("#count-1")) == "1 ticket"
    assert words(counted.select_one("#count-2")) == "2 tickets first for 1"
    assert words(counted.select_one("#count-4")) == "0 tickets"
    assert words(page(claire, f"{PAGE}?count=yes").select_one("#count-2")) == "2 tickets first for 1", "without script"


def test_a_rule_is_added_by_filling_in_rows(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    path = f"{PAGE}/new"
    one = send(claire, path, "add:when.rows:group", name="Lamps", **{"when.rows.0.value": "lamp"})
    again = send_again(claire, path, one, "again", **{"when.rows.1.rows.0.about": "repeated"})
    filled = {"when.rows.1.rows.0.value": "2", "when.rows.1.rows.0.beside": "30"}

    looked = send_again(claire, path, again, "look", place="1", then__priority="low", **filled)
    assert "Rule Lamps added" in words(BeautifulSoup(looked.text, "lxml").select_one("#effect"))
    assert "Lamps" not in names(lumen)
    assert send_again(claire, path, looked).status_code == 303

    assert names(lumen)[0] == "Lamps"
    assert rules_of(lumen)[0] == {
        "name": "Lamps",
        "when": {"all": [{"subject": {"contains": "lamp"}}, {"any": [{"repeated": {"at_least": 2, "days": 30}}]}]},
        "then": {"priority": "low"},
    }


def test_a_rule_nobody_changed_is_not_saved_anew(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    version = in_force.current(lumen.ports).version
    for rule in RULES:
        assert send(claire, edit(rule["name"])).status_code == 303

    assert in_force.current(lumen.ports).version == version


def test_its_effect_is_shown_before_a_rule_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    first = send(claire, edit("Money"), then__priority="critical")

    shown = BeautifulSoup(first.text, "lxml")
    assert first.status_code == 200
    assert "Nothing is saved yet" in words(shown.select_one("#first-look"))
    assert "priority: high → critical" in words(shown.select_one("#effect"))
    assert rules_of(lumen)[0]["then"]["priority"] == "high"
    assert send_again(claire, edit("Money"), first).status_code == 303
    assert rules_of(lumen)[0]["then"]["priority"] == "critical"


def test_only_what_a_change_makes_new_is_remarked_on(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    looked = send(
        claire, edit("Money"), "look", stop="yes", **{"when.rows.0.about": "sender", "when.rows.0.value": "@"}
    )

    said = words(BeautifulSoup(looked.text, "lxml").select_one("#effect"))
    assert "“VIP”: nothing gets as far as this rule: “Money” stops before it." in said
    assert "rules[" not in said
    assert "“Too late”: nothing gets as far as this rule: “The rest”" not in said, "that was so before"


WRONG = (
    ({"name": ""}, "name", "is empty"),
    ({"name": "vip"}, "name", "has the same name"),
    ({"place": "first"}, "place", "is no place"),
    ({"when.rows.0.value": ""}, "when.rows.0.value", "This is empty"),
    ({"when.rows.0.how": "matches", "when.rows.0.value": "(lamp"}, "when.rows.0.value", "a closing ) is missing"),
    ({"when.rows.0.about": "header", "when.rows.0.beside": "a b"}, "when.rows.0.beside", "not the name of a header"),
    ({"when.rows.0.about": "repeated", "when.rows.0.beside": "x"}, "when.rows.0.value", "whole number"),
    ({"when.rows.0.about": "tier", "when.rows.0.how": "is"}, "when.rows.0.value", "no tier “refund”"),
    ({"then.tags": "unheard"}, "then.tags", "no tag “unheard”"),
    ({"then.not_a_ticket": "yes"}, "then", "What is not a ticket cannot have"),
    ({"then.policy": "Nobody's"}, "then.policy", "no policy “Nobody's”"),
)


def test_what_is_wrong_is_said_at_its_field(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    begun = claire.get(edit("Money"))
    for changes, field, said in WRONG:
        answer = send_again(claire, edit("Money"), begun, **changes)

        shown = BeautifulSoup(answer.text, "lxml")
        assert answer.status_code == 422, said
        assert said in words(shown.select_one(f'[id="f-{field.replace(".", "-")}-wrong"]'))
        link = shown.select_one("#wrong a")
        assert link is not None, said
        assert shown.select_one(f'[id="{str(link["href"])[1:]}"]') is not None, f"the banner leads to it: {said}"
        assert {name: fields(shown)[name] for name in changes} == {name: [text] for name, text in changes.items()}
    assert rules_of(lumen) == RULES


def test_a_condition_too_deep_for_the_form_is_kept_and_said_to_be(lumen: Shop, claire: FlaskClient) -> None:
    deep: dict[str, Any] = REFUND
    for nth in range(12):
        deep = {"all" if nth % 2 else "any": [deep, {"body": {"contains": str(nth)}}]}
    ruled(lumen, {"name": "Deep", "when": deep, "then": {"priority": "low"}})

    kept = words(page(claire, edit("Deep")).select_one(".kept-code"))
    assert "edited under Import and export" in kept
    assert "“refund”" in kept
    assert saved(claire, edit("Deep"), then__priority="high").status_code == 303

    assert rules_of(lumen)[0] == {"name": "Deep", "when": deep, "then": {"priority": "high"}}


def test_a_copy_begins_as_the_rule_it_is_of(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)

    assert saved(claire, f"{PAGE}/new?like=VIP").status_code == 303

    assert names(lumen)[-1] == "VIP (copy)"
    assert rules_of(lumen)[-1]["when"] == RULES[1]["when"]


def test_of_two_who_edit_one_rule_the_second_sees_what_the_first_did(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    mine = claire.get(edit("Money"))
    saved(claire, edit("Money"), then__priority="low", name="Refunds")

    answer = send_again(claire, edit("Money"), mine, then__priority="critical")

    assert answer.status_code == 409
    assert "saved the same here meanwhile" in words(BeautifulSoup(answer.text, "lxml").select_one("#meanwhile"))
    assert names(lumen)[0] == "Refunds"


def test_a_rule_stays_where_others_moved_it_meanwhile(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    mine = claire.get(edit("Money"))
    ruled(lumen, RULES[1], RULES[0], *RULES[2:])

    looked = send_again(claire, edit("Money"), mine, "look", then__priority="critical")
    assert send_again(claire, edit("Money"), looked).status_code == 303

    assert names(lumen)[:2] == ["VIP", "Money"]


def test_fields_that_are_none_of_the_form_change_nothing(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    more = {"rules.0.name": "x", "then.secret": "x", "default_policy": "x", "when.rows.0.unheard": "x", "try.raw": "x"}

    looked = send(claire, edit("Money"), "look", then__priority="low", **more)
    assert send_again(claire, edit("Money"), looked, **more).status_code == 303

    assert rules_of(lumen) == [RULES[0] | {"then": {"priority": "low", "tags": ["money"]}}, *RULES[1:]]
    assert in_force.current(lumen.ports).document.default_policy == "Standard support"


def test_the_list_moves_rules_and_shows_the_effect_before_the_order_is_saved(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    held = fields(page(claire, PAGE), f'form[action="{PAGE}/order"]')

    moved = claire.post(f"{PAGE}/order", data={**held, "do": "up:names:1"})

    shown = BeautifulSoup(moved.text, "lxml")
    assert "Rule VIP moved from place 2 to 1" in words(shown.select_one("#effect"))
    assert names(lumen)[0] == "Money"
    to_the_end = send_again(claire, f"{PAGE}/order", moved, "to:names", **{"from": "2", "to": "4"})
    assert send_again(claire, f"{PAGE}/order", to_the_end).status_code == 303
    assert names(lumen) == ["VIP", "The rest", "Too late", "Money"]


def test_an_order_made_while_somebody_added_a_rule_loses_none(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    mine = send(claire, f"{PAGE}/order", "down:names:0")
    ruled(lumen, *RULES, {"name": "New", "when": REFUND, "then": {"priority": "low"}})

    conflict = send_again(claire, f"{PAGE}/order", mine)
    assert conflict.status_code == 409
    assert send_again(claire, f"{PAGE}/order", conflict).status_code == 303

    assert names(lumen) == ["VIP", "Money", "The rest", "Too late", "New"]


def test_a_rule_is_removed_only_when_asked_twice_with_what_it_touches(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen)
    lumen.asks("My refund", "Zofia", ago=minutes(5))
    path = f"{PAGE}/remove?name=Money"

    question = page(claire, path)
    assert "It matches 1 of the newest 1 tickets" in words(question.main)
    assert names(lumen)[0] == "Money"
    assert send(claire, path, "", "form.question").status_code == 303

    assert names(lumen) == ["VIP", "The rest", "Too late"]
    assert claire.get(path).status_code == claire.get(edit("Money")).status_code == 404


def test_only_mailboxes_that_are_ticked_are_named(lumen: Shop, claire: FlaskClient) -> None:
    ruled(lumen, RULES[0] | {"mailboxes": [ADDRESS]})

    assert fields(page(claire, edit("Money")))["mailboxes"] == [ADDRESS]
    assert saved(claire, edit("Money"), mailboxes=[]).status_code == 303

    assert "mailboxes" not in rules_of(lumen)[0]


def test_hostile_words_are_shown_and_never_obeyed(lumen: Shop, claire: FlaskClient) -> None:
    hostile = f"{SCRIPT}\"'>"
    condition = {"any": [{"subject": {"contains": hostile}}, {"all": [{"header": {"name": "X", "one_of": [hostile]}}]}]}
    ruled(lumen, {"name": hostile[:90], "when": condition, "then": {"channel": hostile[:60]}, "stop": True},
          {"name": "Again", "when": condition, "then": {"channel": "x"}}, organisations={hostile: ["x.example"]})  # fmt: skip
    lumen.asks(hostile, "Mallory", ago=minutes(1))
    name = quote(hostile[:90])

    for path in (
        "",
        "?count=yes",
        f"/edit?name={name}",
        f"/new?like={name}",
        f"/remove?name={name}",
        "/order",
        "/customers",
    ):
        assert nothing_runs(page(claire, f"{PAGE}{path}")), path
    tried = send(claire, edit(hostile[:90]), "try:tickets", **{"try.subject": hostile})
    shown = BeautifulSoup(tried.text, "lxml")
    assert nothing_runs(shown)
    assert SCRIPT in words(shown.select_one("#trial"))
