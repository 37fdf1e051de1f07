"""Rules, people and teams: what no longer exists, what compares nothing, and who stands in for whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.documents import ANA, CLAIRE, JONAS, changed, mistakes, plain, with_rule


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"subject": {"contains": "outage"}},
        {"sender": {"one_of": ["a@b.example", "c@d.example"]}},
        {"header": {"name": "X-Priority", "is": "1"}},
        {"hours": {"is": "closed", "calendar": "office"}},
        {"hours": {"is": "open", "calendar": "24x7"}},
        {"size": {"at_least": "5 MB"}},
        {"repeated": {"at_least": 2, "days": 30}},
        {"tag": {"is": "Standard"}},
        {"priority": {"one_of": ["critical", "high"]}},
        {"all": [{"any": [{"not": {"body": {"matches": "^ab+c$"}}}]}, {"tier": {"is": "gold"}}]},
    ],
)
def test_conditions_of_every_kind_are_understood(when: dict[str, Any]) -> None:
    assert mistakes(with_rule(when)) == []


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"subjekt": {"is": "x"}}, "rules[1].when.subjekt: “subjekt” is nothing a rule can look at. Did you mean “subject”?"),
        ({"zzz": {"is": "x"}}, "rules[1].when.zzz: “zzz” is nothing a rule can look at. It can look at sender,"),
        ({"subject": "outage"}, "rules[1].when.subject: say how subject is compared, for example subject = {is = “…”}."),
        ({"subject": {}}, "rules[1].when.subject: compare once, with is, contains, starts_with, matches or one_of."),
        ({"subject": {"is": "a", "contains": "b"}}, "rules[1].when.subject: compare once, with"),
        ({"subject": {"contains": 3}}, "rules[1].when.subject.contains: write text in quotes."),
        ({"subject": {"contains": " "}}, "rules[1].when.subject.contains: write text in quotes."),
        ({"subject": {"one_of": "a"}}, "rules[1].when.subject.one_of: write a list of texts: [“a”, “b”]."),
        ({"subject": {"matches": "(?=a)"}}, "rules[1].when.subject.matches: “(?=a)” is not a regular expression we can use"
         " (invalid perl operator: (?=). Look-around and back-references are not possible."),
        ({"subject": {"is": "a"}, "body": {"is": "b"}}, "rules[1].when: a condition looks at one thing. Join several with all ="),
        ({"all": []}, "rules[1].when.all: write at least one condition here: all = [{…}, {…}]."),
        ({"any": [{"not": {"all": [{}]}}]}, "rules[1].when.any[1].not.all[1]: a condition looks at one thing. Write it like"),
        ({"header": {"is": "1"}}, "rules[1].when.header: say which header: {name = “X-Priority”, is = “1”}."),
        ({"tag": {"is": "multitouch"}}, "rules[1].when.tag.is: “multitouch” is not one of the tags. Did you mean “multi-touch”?"),
        ({"tier": {"one_of": ["gold", "silver"]}}, "rules[1].when.tier.one_of[2]: “silver” is not one of the tiers. There is gold."),
        ({"organisation": {"is": "Big"}}, "rules[1].when.organisation.is: “Big” is not one of the organisations. There are no"),
        ({"priority": {"is": "hihg"}}, "rules[1].when.priority.is: “hihg” is not one of the priorities. Did you mean “high”?"),
        ({"hours": {"is": "shut", "calendar": "office"}}, "rules[1].when.hours: say whether it is in or out of hours:"),
        ({"hours": {"is": "open"}}, "rules[1].when.hours: say whose hours are meant: calendar = “office”."),
        ({"hours": {"is": "open", "calendar": "ofice"}}, "rules[1].when.hours.calendar: “ofice” is not one of the calendars. Did"),
        ({"size": {"at_least": "big"}}, "rules[1].when.size.at_least: “big” is not a size. Write it like “5 MB” or “200 kB”."),
        ({"size": {"at_most": "5 MB"}}, "rules[1].when.size.at_most: there is no such key here. Write at_least. Did you mean"),
        ({"repeated": {"at_least": 0, "days": 30}}, "rules[1].when.repeated.at_least: say how many tickets with a whole number"),
        ({"repeated": {"at_least": 2}}, "rules[1].when.repeated: say within how many days with a whole number from 1 to 3,650:"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_looked_at_says_how_it_looks_right(when: dict[str, Any], said: str) -> None:
    assert any(mistake.startswith(said) for mistake in mistakes(with_rule(when))), mistakes(with_rule(when))


def test_conditions_nested_beyond_all_reason_are_refused() -> None:
    when: dict[str, Any] = {"subject": {"is": "x"}}
    for _ in range(60):
        when = {"not": when}

    assert [mistake.partition(": ")[2] for mistake in mistakes(with_rule(when))] == [
        "conditions are nested more than 40 deep here. Nobody could follow that."
    ]


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ({"policy": "Outag"}, "rules[1].then.policy: “Outag” is not one of the policies. Did you mean “Outage”?"),
        ({"team": "Suport"}, "rules[1].then.team: “Suport” is not one of the teams. Did you mean “Support”?"),
        ({"tier": "silver"}, "rules[1].then.tier: “silver” is not one of the tiers. There is gold."),
        ({"tags": ["standard", "new"]}, "rules[1].then.tags[2]: “new” is not one of the tags. There are multi-touch, standard."),
        ({"untag": ["old"]}, "rules[1].then.untag[1]: “old” is not one of the tags."),
        ({"owner": "eve@lumenvelo.example"}, "rules[1].then.owner: “eve@lumenvelo.example” is not one of the people."),
        ({"status": "asleep"}, "rules[1].then.status: “asleep” is not known here. Write open, waiting_on_customer, on_hold, solved or"),
        ({"strategie": "skill"}, "rules[1].then.strategie: there is no such key. Did you mean “strategy”?"),
    ],
)  # fmt: skip
def test_a_rule_that_gives_what_is_not_there_is_refused(then: dict[str, Any], said: str) -> None:
    assert any(mistake.startswith(said) for mistake in mistakes(with_rule(**then))), mistakes(with_rule(**then))


def test_a_rule_that_gives_nothing_or_shares_its_name_is_refused() -> None:
    rule = {"name": "Same", "then": {"priority": "high"}}

    assert mistakes(changed(rules=[rule, {**rule, "name": "same"}, {"name": "Idle", "then": {}}])) == [
        "rules[3].then: this rule does nothing. Write for example then = {policy = “Outage”}.",
        "rules[2].name: “same” is there twice. Give each its own name, or make them one.",
    ]


def test_rules_and_people_name_mailboxes_that_are_there() -> None:
    body = plain()
    body["rules"][0]["mailboxes"] = ["sales@lumenvelo.example"]
    body["people"][0]["mailboxes"] = ["Support@lumenvelo.example", "suport@lumenvelo.example"]

    assert mistakes(body) == [
        "rules[1].mailboxes[1]: “sales@lumenvelo.example” is not one of the mailboxes. There is support@lumenvelo.example.",
        "people[1].mailboxes[2]: “suport@lumenvelo.example” is not one of the mailboxes."
        " Did you mean “support@lumenvelo.example”?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("team", "said"),
    [
        ({"lead": "eve@lumenvelo.example"}, "teams[1].lead: “eve@lumenvelo.example” is not one of the people."),
        ({"members": [ANA, "eve@lumenvelo.example"]}, "teams[1].members[2]: “eve@lumenvelo.example” is not one of the people."),
        ({"members": [ANA, ANA]}, "teams[1].members: “ana@lumenvelo.example” is there twice."),
        ({"members": []}, "teams[1]: nobody is in this team. Name members, or write strategy = “nobody”"),
        ({"strategy": "fixed"}, "teams[1]: one person gets everything here (strategy = “fixed”). Say who: person ="),
        ({"strategy": "skill"}, "teams[1]: tickets go by skill here (strategy = “skill”). Say which: skills = [“billing”]."),
        ({"strategy": "skill", "skills": ["api"]}, "teams[1].skills[1]: nobody in this team has the skill “api”."),
        ({"strategy": "manual"}, "teams[1].strategy: “manual” is not known here. Write least_loaded, round_robin, skill, fixed or"),
        ({"reassign_absent_after": "2 business days"}, "teams[1].reassign_absent_after: this length is not counted in opening"),
    ],
)  # fmt: skip
def test_a_team_that_cannot_work_is_refused(team: dict[str, Any], said: str) -> None:
    body = plain()
    body["teams"][0] |= team

    assert any(mistake.startswith(said) for mistake in mistakes(body)), mistakes(body)


def away(begins: str, until: str, substitute: str | None = None) -> dict[str, Any]:
    return {"absences": [{"from": begins, "until": until, "substitute": substitute}]}


def with_absences(**absences: dict[str, Any]) -> dict[str, Any]:
    body = plain()
    for person in body["people"]:
        person |= absences.get(person["name"].split()[0].lower(), {})
    return body


def test_people_who_stand_in_for_each_other_while_all_are_away_are_refused() -> None:
    """C55: substitutes are followed from one to the next, and circles are found."""
    body = with_absences(
        ana=away("2026-12-20", "2027-01-04", JONAS),
        jonas=away("2026-12-24", "2026-12-31", CLAIRE),
        claire=away("2026-12-28", "2027-01-10", ANA),
    )

    assert mistakes(body)[0] == (
        "people[1].absences[1].substitute: ana@lumenvelo.example → jonas@lumenvelo.example → claire@lumenvelo.example"
        " → ana@lumenvelo.example: they stand in for each other while all of them are away."
    )


def test_people_may_stand_in_for_each_other_one_after_the_other() -> None:
    """C54: an absence has a date of return."""
    body = with_absences(ana=away("2026-12-20", "2026-12-28", JONAS), jonas=away("2026-12-28", "2027-01-04", ANA))

    assert mistakes(body) == []


def test_an_absence_ends_after_it_begins_and_its_substitute_is_somebody() -> None:
    body = with_absences(
        ana=away("2026-12-28", "2026-12-28"), jonas=away("2026-12-28", "2026-12-29", "eve@lumenvelo.example")
    )

    assert [mistake.partition(" ")[0] for mistake in mistakes(body)] == [
        "people[1].absences[1]:",
        "people[2].absences[1].substitute:",
    ]


def test_nobody_can_be_their_own_substitute() -> None:
    assert "they stand in for each other" in mistakes(with_absences(ana=away("2026-12-20", "2026-12-28", ANA)))[0]
