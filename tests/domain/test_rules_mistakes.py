"""What is wrong in rules is said all at once, each sentence naming the rule and how it looks right."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla import patterns
from inboxsla.domain import rules
from inboxsla.errors import ConfigMistakes
from tests.domain.rulebook import KNOWN, book, complaints, holds, rule
from tests.people import ANA

OK = {"subject": {"contains": "outage"}}


@pytest.mark.parametrize(
    ("when", "complaint"),
    [
        ({}, 'when: this condition is empty. Write what must be so, for example {subject = {contains = "outage"}}.'),
        ({"all": []}, "when.all: this list of conditions is empty."),
        ({"all": [OK, {"any": []}]}, "when.all[2].any: this list of conditions is empty."),
        ({"all": OK}, "when.all: write a list of conditions in square brackets: all = [{…}, {…}]."),
        ({"not": [OK]}, 'when.not: a list is not a condition. Write it like {subject = {contains = "outage"}}.'),
        ({"subjct": {"is": "x"}}, "when: “subjct” is not something a rule can ask about. Did you mean “subject”?"),
        ({"subject": {"contians": "x"}}, "when.subject: “contians” is not a way to compare. Did you mean “contains”?"),
        ({"subject": "x"}, 'when.subject: say how to compare: {subject = {is = "x"}}.'),
        ({"subject": {"contains": ""}}, "when.subject.contains: this is empty."),
        ({"subject": {"contains": "\u200b "}}, "when.subject.contains: this is empty."),
        ({"subject": {"contains": 7}}, "when.subject.contains: “7” is not a text. Write it in quotes."),
        ({"subject": {"is": "a\ud800"}}, "when.subject.is: this holds half a character. Write it anew."),
        ({"subject": {"one_of": []}}, "when.subject.one_of: this list is empty."),
        ({"subject": {"one_of": "a"}}, 'when.subject.one_of: write a list in square brackets here, for example ["a"].'),
        ({"subject": {"is": ["a", "b"]}}, "when.subject.is: this takes one text. Write one_of for a list."),
        (
            {"label": {"contains": ["a", "b"]}},
            'when.label.contains: this takes one text. Write any = [{label = {contains = "…"}}, {label = {contains = "…"}}] for several.',
        ),
        ({**OK, "body": {"is": "x"}}, "when: subject and body stand side by side. Write all = [{…}, {…}] or any = [{…}, {…}]."),
        (
            {"subject": {"contains": "a", "starts_with": "b"}},
            "when.subject: contains and starts_with stand side by side. Give each its own condition.",
        ),
        (
            {"subject": {"at_least": 3}},
            "when.subject: at_least does not fit subject. Write is, contains, starts_with, matches or one_of.",
        ),
        ({"size": {"is": "5 MB"}}, "when.size: is does not fit size. Write at_least."),
        ({"size": {"at_least": "huge"}}, 'when.size.at_least: “huge” is not a size. Write it like "5 MB" or "200 kB".'),
        ({"size": {"at_least": -1}}, 'when.size.at_least: “-1” is not a size. Write it like "5 MB" or "200 kB".'),
        ({"size": {"at_least": True}}, 'when.size.at_least: true is not a size. Write it like "5 MB" or "200 kB".'),
        ({"header": {"is": "1"}}, 'when.header: name is missing. Write {header = {name = "X-Priority", is = "1"}}.'),
        (
            {"header": {"name": "X Priority:", "is": "1"}},
            "when.header.name: “X Priority:” is not the name of a header. Write it like X-Priority.",
        ),
        (
            {"hours": {"is": "closed"}},
            'when.hours: calendar is missing. Write {hours = {is = "closed", calendar = "office"}}.',
        ),
        (
            {"hours": {"is": "closed", "calendar": "offce"}},
            "when.hours.calendar: there is no calendar “offce”. Did you mean “office”?",
        ),
        (
            {"hours": {"is": "shut", "calendar": "office"}},
            "when.hours.is: “shut” is not known here. Write open or closed.",
        ),
        (
            {"repeated": {"at_least": 2}},
            "when.repeated: days is missing. Write {repeated = {at_least = 2, days = 30}}.",
        ),
        (
            {"repeated": {"at_least": 0, "days": 30}},
            "when.repeated.at_least: “0” is not a whole number from 1 to 10000.",
        ),
        (
            {"repeated": {"at_least": 2, "days": "30"}},
            "when.repeated.days: “30” is not a whole number from 1 to 3660.",
        ),
        ({"tier": {"is": "platinum"}}, "when.tier.is: there is no tier “platinum”. There are gold, silver."),
        (
            {"organisation": {"one_of": ["Big Crop"]}},
            "when.organisation.one_of: there is no organisation “Big Crop”. Did you mean “Big Corp”?",
        ),
        ({"tag": {"is": "standrd"}}, "when.tag.is: there is no tag “standrd”. Did you mean “standard”?"),
        ({"channel": {"is": "voice mail"}}, "when.channel.is: there is no channel “voice mail”. Did you mean “voicemail”?"),
        (
            {"priority": {"at_least": "urgent"}},
            "when.priority.at_least: “urgent” is not a priority. Write critical, high, normal or low.",
        ),
        (
            {"sender": {"is": "big.example"}},
            'when.sender.is: “big.example” is not a mail address. For everybody of a domain write {domain = {is = "big.example"}}.',
        ),
        (
            {"domain": {"one_of": ["a@big.example"]}},
            "when.domain.one_of: “a@big.example” is not a domain. Write what stands behind the @.",
        ),
        (
            {"body": {"matches": "order (no|number"}},
            "when.body.matches: the pattern “order (no|number” cannot be used because a closing ) is missing.",
        ),
        (
            {"body": {"matches": "(?=order)"}},
            "when.body.matches: the pattern “(?=order)” cannot be used at character 1, “(?=”: this is not possible here. Looking ahead or behind is not, nor are conditions.",
        ),
        ({"body": {"matches": "x" * 1001}}, "when.body.matches: this pattern is longer than 1000 characters. Make several rules of it."),
    ],
)  # fmt: skip
def test_a_condition_that_is_wrong_is_named(when: dict[str, Any], complaint: str) -> None:
    written = {"name": "Outages", "when": when, "then": {"policy": "Outage"}}

    assert complaints(rule("First", team="Billing"), written) == (f"Rule 2 “Outages”: {complaint}",)


@pytest.mark.parametrize(
    ("then", "complaint"),
    [
        ({"policy": "Outge"}, "then.policy: there is no policy “Outge”. Did you mean “Outage”?"),
        ({"team": "Sales"}, "then.team: there is no team “Sales”. There are Billing, Workshop."),
        ({"tier": "golden"}, "then.tier: there is no tier “golden”. Did you mean “gold”?"),
        (
            {"owner": "ann@lumenvelo.example"},
            "then.owner: there is no person “ann@lumenvelo.example”. Did you mean “ana@lumenvelo.example”?",
        ),
        ({"tags": ["standrd"]}, "then.tags: there is no tag “standrd”. Did you mean “standard”?"),
        ({"untag": "standard"}, 'then.untag: write a list in square brackets here, for example ["standard"].'),
        ({"priority": "hihg"}, "then.priority: “hihg” is not a priority. Did you mean “high”?"),
        ({"status": "onhold"}, "then.status: “onhold” is not a status. Did you mean “on_hold”?"),
        ({"status": "not_a_ticket"}, "then.status: write not_a_ticket = true instead."),
        ({"strategy": "robin"}, "then.strategy: “robin” is not a strategy. Did you mean “round_robin”?"),
        ({"not_a_ticket": "yes"}, "then.not_a_ticket: “yes” is neither true nor false."),
        ({"channel": "x" * 65}, "then.channel: the name of a channel has 64 characters at most."),
        ({"polcy": "Outage"}, "then: “polcy” is not something a rule can do. Did you mean “policy”?"),
        (
            {"not_a_ticket": True, "policy": "Outage", "owner": ANA},
            "then: what is not a ticket cannot have policy or owner. Take out one or the other.",
        ),
        (
            {"owner": ANA, "strategy": "round_robin"},
            "then: owner names a person and strategy chooses one. Take out one or the other.",
        ),
        (
            {"tags": ["standard"], "untag": ["Standard"]},
            "then: the tag “standard” is both put on and taken off. Decide for one.",
        ),
        ({}, 'then: this rule does nothing. Write for example then = {policy = "Outage"}, or stop = true.'),
        ("Outage", 'then: “Outage” is not a table. Write it like then = {policy = "Outage"}.'),
    ],
)
def test_an_action_that_is_wrong_is_named(then: Any, complaint: str) -> None:
    assert complaints({"name": "Outages", "when": OK, "then": then}) == (f"Rule 1 “Outages”: {complaint}",)


def test_a_rule_that_is_none_is_named() -> None:
    assert complaints("outage") == ("Rule 1: “outage” is not a rule. Write each under [[rules]].",)
    with pytest.raises(ConfigMistakes, match="“outage” is not a list of rules"):
        rules.from_data("outage", KNOWN, patterns.broken)  # type: ignore[arg-type]


def test_a_rule_needs_a_name_of_its_own() -> None:
    nameless = {"when": OK, "then": {"team": "Billing"}}
    assert complaints(nameless, {**nameless, "name": " "}, {**nameless, "name": "x" * 101}) == (
        "Rule 1: name: this is missing. People see it wherever the rule decided something.",
        "Rule 2: name: this is empty.",
        f"Rule 3 “{'x' * 59}…”: name: this is longer than 100 characters.",
    )
    assert complaints(rule("Outages", OK, team="Billing"), rule("OUTAGES", OK, team="Workshop")) == (
        "Rule 2 “OUTAGES”: name: rule 1 has the same name. Give each its own.",
    )


def test_the_rest_of_a_rule_is_checked_too() -> None:
    wrong = {**rule("Outages", OK, team="Billing"), "stop": "yes", "mailboxes": ["suport@lumenvelo.example"], "wen": 1}

    assert complaints(wrong) == (
        "Rule 1 “Outages”: “wen” is not part of a rule. Did you mean “when”?",
        "Rule 1 “Outages”: stop: “yes” is neither true nor false.",
        "Rule 1 “Outages”: mailboxes: there is no mailbox “suport@lumenvelo.example”. Did you mean “support@lumenvelo.example”?",
    )


def test_every_mistake_of_every_rule_is_reported_at_once() -> None:
    mistakes = complaints(
        rule("One", {"all": [{"tier": {"is": "glod"}}, {"body": {"matches": "("}}]}, policy="Outge", team="Biling"),
        rule("Two", {"hours": {"is": "shut", "calendar": "ofice"}}, status="on"),
    )

    about = ("glod", "“(”", "Outge", "Biling", "ofice", "shut", "“on”")
    assert [next(word for word in about if word in mistake) for mistake in mistakes] == list(about)
    assert [mistake[:6] for mistake in mistakes] == ["Rule 1"] * 4 + ["Rule 2"] * 3


def test_nesting_is_free_up_to_fifty_and_beyond_that_refused_in_words() -> None:
    def nested(depth: int) -> dict[str, Any]:
        when: dict[str, Any] = OK
        for _ in range(depth - 1):
            when = {"not": when}
        return when

    assert holds(nested(49))
    assert not holds(nested(50))
    for depth in (51, 5000):
        assert complaints(rule("Deep", nested(depth), team="Billing")) == (
            "Rule 1 “Deep”: when: conditions are nested more than 50 deep. Say it with fewer levels.",
        )


def test_a_complaint_can_be_printed_whatever_was_written() -> None:
    for mistake in complaints(rule("A\ud800\n\x1b[31m", {"tier": {"is": "\x00\n" + "x" * 300}}, team="\ud800")):
        assert mistake.isprintable()


def test_a_channel_that_some_rule_sets_can_be_asked_for() -> None:
    asks = rule("Later", {"channel": {"is": "Web Shop"}}, policy="Billing")

    assert complaints(asks)
    assert book(rule("Shop", OK, channel="web shop"), asks)


def test_without_a_list_of_mailboxes_any_mailbox_will_do() -> None:
    known = rules.Known(teams=["Billing"])

    assert book({**rule("Any", OK, team="Billing"), "mailboxes": ["new@lumenvelo.example"]}, known=known)


@pytest.mark.parametrize(
    ("written", "size"),
    [
        ("1 byte", 1),
        ("1000", 1000),
        ("2kB", 2000),
        ("1,5 MB", 1_500_000),
        ("1 MiB", 1_048_576),
        ("0.5 gb", 500_000_000),
    ],
)
def test_sizes_are_read_as_people_write_them(written: str, size: int) -> None:
    condition = {"size": {"at_least": written}}

    assert holds(condition, size=size)
    assert not holds(condition, size=size - 1)
