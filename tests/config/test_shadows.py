"""Rules that others leave nothing to do are pointed out, and only those."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.config.document.model import Rule
from inboxsla.config.document.shadows import shadowed

ALWAYS = {"sender": {"contains": "@"}}
OUTAGE = {"subject": {"contains": "outage"}}
GOLD = {"tier": {"is": "gold"}}


def found(*rules: tuple[dict[str, Any], dict[str, Any], bool]) -> list[str]:
    read = [Rule.model_validate({"name": f"R{nth}", "when": when, "then": then, "stop": stop}) for nth, (when, then, stop) in enumerate(rules, 1)]  # fmt: skip
    return [f"R{nth + 1}: {words}" for nth, words in shadowed(read)]


STOPPED = "R2: nothing gets as far as this rule: “R1” stops before it."
NOTHING_LEFT = "R2: this rule decides nothing: “R1” decided all of it before, for the same mail."


@pytest.mark.parametrize("narrower", [OUTAGE, {"all": [OUTAGE, {"body": {"contains": "x"}}]}])
@pytest.mark.parametrize("wider", [OUTAGE, ALWAYS, {"any": [GOLD, OUTAGE]}])
def test_a_rule_whose_mail_another_takes_before_it(narrower: dict[str, Any], wider: dict[str, Any]) -> None:
    low, high = {"priority": "low", "tags": ["a"]}, {"priority": "high", "untag": ["A"]}

    assert found((wider, low, True), (narrower, high, False)) == [STOPPED]
    assert found((wider, low, False), (narrower, high, False)) == [NOTHING_LEFT]


def test_a_rule_that_still_decides_something_is_left_alone() -> None:
    low = {"priority": "low"}
    assert found((OUTAGE, low, False), (OUTAGE, {"priority": "high", "tags": ["a"]}, False)) == []
    assert found((OUTAGE, low, False), (OUTAGE, {"priority": "high"}, True)) == [], "it ends the list"
    assert found(({"all": [OUTAGE, GOLD]}, low, True), (OUTAGE, low, False)) == [], "the first takes less mail"


def test_what_rules_change_on_their_way_may_hold_later_and_not_before() -> None:
    tagged = {"tag": {"is": "a"}}
    assert found((tagged, {"priority": "low"}, True), (ALWAYS, {"tags": ["a"]}, False), (tagged, {"priority": "high"}, False)) == []  # fmt: skip


def test_rules_for_other_mailboxes_take_nothing_away() -> None:
    def rule(name: str, *mailboxes: str) -> Rule:
        return Rule.model_validate({"name": name, "mailboxes": mailboxes, "when": ALWAYS, "stop": True})

    assert not list(shadowed([rule("A", "a@x.example"), rule("B", "b@x.example")]))
    assert not list(shadowed([rule("A", "a@x.example"), rule("All")]))
    assert [nth for nth, _ in shadowed([rule("Two", "a@x.example", "b@x.example"), rule("B", "b@x.example")])] == [1]


def test_several_rules_together_can_leave_nothing() -> None:
    assert found(
        (OUTAGE, {"priority": "low"}, False),
        (ALWAYS, {"tags": ["a"]}, False),
        (OUTAGE, {"priority": "high", "untag": ["a"]}, False),
    ) == ["R3: this rule decides nothing: “R1” and “R2” decided all of it before, for the same mail."]
