"""A document that is read again after a small change is quick to read, and checked no less than the first time."""

from __future__ import annotations

import copy
from typing import Any

from tests.config.documents import accepted, mistakes, plain, with_rule


def tagged(tags: list[str], *names: str) -> dict[str, Any]:
    rules = [{"name": name, "when": {"tag": {"is": "gold"}}, "then": {"tags": ["gold"]}} for name in names]
    return plain() | {"tags": tags, "rules": rules}


def test_a_rule_that_was_right_is_wrong_once_what_it_names_is_gone() -> None:
    accepted(tagged(["gold"], "One"))

    assert "there is no tag “gold”" in mistakes(tagged(["silver"], "One"))[0]


def test_a_rule_that_was_right_is_wrong_beside_another_of_its_name() -> None:
    accepted(tagged(["gold"], "One", "Two"))

    assert "rule 1 has the same name" in mistakes(tagged(["gold"], "One", "One"))[0]


def test_what_was_read_is_not_changed_by_changing_the_text_it_came_from() -> None:
    body = with_rule({"subject": {"contains": "lamp"}}, priority="high")
    once = copy.deepcopy(body)
    accepted(body)
    body["rules"][0]["when"]["subject"]["contains"] = "wheel"

    assert accepted(once).document.rules[0].when == {"subject": {"contains": "lamp"}}
    assert accepted(body).document.rules[0].when == {"subject": {"contains": "wheel"}}


def test_one_and_true_are_not_taken_for_each_other() -> None:
    body = with_rule({"repeated": {"at_least": 1, "days": 30}}, priority="high")
    accepted(body)
    body["rules"][0]["when"]["repeated"]["at_least"] = True

    assert "is not a whole number" in mistakes(body)[0]
