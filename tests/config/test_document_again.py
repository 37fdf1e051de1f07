"""A document that is read again after a small change is quick to read, and checked no less than the first time."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from inboxsla import patterns
from inboxsla.config.document import read_rules
from inboxsla.domain.business_time import BusinessCalendar
from inboxsla.domain.rules import Known
from tests.config.documents import accepted, mistakes, plain, with_rule
from tests.domain.rulebook import MESSAGE
from tests.people import june


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


def test_a_rule_that_asks_for_hours_asks_for_those_there_are_now() -> None:
    row = {"name": "Late", "when": {"hours": {"is": "closed", "calendar": "office"}}, "then": {"tags": ["late"]}}
    nine_at_night = replace(MESSAGE, at=june("1 21:00"))

    def decided(until: str) -> tuple[str, ...]:
        hours = BusinessCalendar("Europe/Berlin", {"mon": [("09:00", until)]})
        read = read_rules([row], Known(calendars={"office": hours}, tags=["late"]))
        return read.evaluate(nine_at_night, patterns.matcher(read.patterns)).tags

    assert [decided("17:00"), decided("24:00"), decided("17:00")] == [("late",), (), ("late",)]


def test_a_rule_that_asked_for_hours_is_wrong_once_the_calendar_is_gone() -> None:
    late = with_rule({"hours": {"is": "closed", "calendar": "late"}}, priority="high")
    late["calendars"]["late"] = {"zone": "Europe/Berlin", "hours": {"mon": "12:00–20:00"}}
    accepted(late)
    del late["calendars"]["late"]

    assert "there is no calendar “late”" in mistakes(late)[0]


def test_a_rule_that_asked_for_a_channel_is_wrong_once_no_rule_sets_it() -> None:
    sets = {"name": "Shop", "when": {"label": {"is": "Shop"}}, "then": {"channel": "marketplace"}}
    asks = {"name": "Asks", "when": {"channel": {"is": "marketplace"}}, "then": {"priority": "high"}}
    accepted(plain() | {"rules": [sets, asks]})

    assert "there is no channel “marketplace”" in mistakes(plain() | {"rules": [asks]})[0]


def test_a_wrong_rule_that_was_moved_is_complained_of_where_it_stands_now() -> None:
    right = {"name": "Right", "when": {"subject": {"contains": "lamp"}}, "then": {"priority": "high"}}
    wrong = {"name": "Wrong", "when": {"subject": {"contains": ""}}, "then": {"priority": "high"}}

    assert mistakes(plain() | {"rules": [wrong, right]})[0].startswith("rules[1].when.subject.contains: ")
    assert mistakes(plain() | {"rules": [right, wrong]})[0].startswith("rules[2].when.subject.contains: ")
