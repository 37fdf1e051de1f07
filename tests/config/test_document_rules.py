"""Rules, people and teams: what no longer exists, where it stands, and who stands in for whom."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.documents import ANA, CLAIRE, JONAS, changed, mistakes, plain, with_rule


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"when": {"subjekt": {"is": "x"}}}, "rules[1].when: “subjekt” is not something a rule can ask about. Did you mean “subject”?"),
        ({"when": {}}, "rules[1].when: this condition is empty."),
        ({"when": {"any": [{"not": {"all": [{"tag": {"is": "multitouch"}}]}}]}},
         "rules[1].when.any[1].not.all[1].tag.is: there is no tag “multitouch”. Did you mean “multi-touch”?"),
        ({"when": {"subject": {"matches": "(?=a)"}}}, "rules[1].when.subject.matches: the pattern “(?=a)” cannot be used"),
        ({"when": {"hours": {"is": "open", "calendar": "ofice"}}}, "rules[1].when.hours.calendar: there is no calendar “ofice”."),
        ({"when": {"tier": {"one_of": ["gold", "silver"]}}}, "rules[1].when.tier.one_of: there is no tier “silver”."),
        ({"then": {"policy": "Outag"}}, "rules[1].then.policy: there is no policy “Outag”. Did you mean “Outage”?"),
        ({"then": {"team": "Suport"}}, "rules[1].then.team: there is no team “Suport”. Did you mean “Support”?"),
        ({"then": {"tags": ["standard", "new"]}}, "rules[1].then.tags: there is no tag “new”."),
        ({"then": {"owner": "eve@lumenvelo.example"}}, "rules[1].then.owner: there is no person “eve@lumenvelo.example”."),
        ({"then": {"status": "asleep"}}, "rules[1].then.status: “asleep” is not a status."),
        ({"then": {"strategie": "skill"}}, "rules[1].then: “strategie” is not something a rule can do. Did you mean “strategy”?"),
        ({"then": {}}, "rules[1].then: this rule does nothing."),
        ({"then": {"not_a_ticket": True, "team": "Support"}}, "rules[1].then: what is not a ticket cannot have team."),
        ({"name": "one: “two”: three", "then": {"team": "Suport"}}, "rules[1].then.team: there is no team “Suport”."),
        ({"name": " "}, "rules[1].name: this is empty."),
        ({"name": 3}, "rules[1].name: “3” is not a text."),
        ({"mailboxes": ["suport@lumenvelo.example"]}, "rules[1].mailboxes: there is no mailbox “suport@lumenvelo.example”."),
        ({"stop": "yes"}, "rules[1].stop: “yes” is neither true nor false."),
        ({"wenn": {}}, "rules[1]: “wenn” is not part of a rule."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_rule_is_said_once_and_where_it_stands(rule: dict[str, Any], said: str) -> None:
    body = with_rule()
    body["rules"][0] |= rule
    found = mistakes(body)

    assert len(found) == 1, found
    assert found[0].startswith(said)


def test_rules_that_are_no_list_or_share_a_name_are_refused() -> None:
    rule = {"name": "Same", "when": {"subject": {"is": "x"}}, "then": {"priority": "high"}}

    assert mistakes(changed(rules="none")) == ["rules: “none” is not a list of rules. Write each under [[rules]]."]
    assert mistakes(changed(rules=[rule, "none"])) == ["rules[2]: “none” is not a rule. Write each under [[rules]]."]
    assert mistakes(changed(rules=[rule, {**rule, "name": "same"}])) == [
        "rules[2].name: rule 1 has the same name. Give each its own."
    ]


def test_a_mistake_elsewhere_makes_no_rule_wrong() -> None:
    body = with_rule({"hours": {"is": "open", "calendar": "office"}}, policy="Standard support")
    body["calendars"]["office"]["zone"] = "Nowhere"
    body["policies"][0]["targets"] = {}

    assert [mistake.partition(" ")[0] for mistake in mistakes(body)] == [
        "calendars.office.zone:",
        "policies[1].targets:",
    ]


def test_people_name_mailboxes_that_are_there() -> None:
    body = plain()
    body["people"][0]["mailboxes"] = ["Support@lumenvelo.example", "suport@lumenvelo.example"]

    assert mistakes(body) == [
        "people[1].mailboxes[2]: “suport@lumenvelo.example” is not one of the mailboxes."
        " Did you mean “support@lumenvelo.example”?"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("team", "said"),
    [
        ({"lead": "eve@lumenvelo.example"}, "teams[1].lead: “eve@lumenvelo.example” is not one of the people."),
        ({"members": [ANA, "eve@lumenvelo.example"]}, "teams[1].members[2]: “eve@lumenvelo.example” is not one of the people."),
        ({"members": [ANA, ANA]}, "teams[1].members: “ana@lumenvelo.example” is there twice."),
        ({"members": []}, "teams[1]: nobody is in this team. Name its members."),
        ({"person": ANA}, "teams[1].person: this counts only with strategy = “fixed”. Write that, or leave this out."),
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
    assert "nobody can stand in for themselves" in mistakes(with_absences(ana=away("2026-12-20", "2026-12-28", ANA)))[0]
