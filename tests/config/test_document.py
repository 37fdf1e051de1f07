"""Reading a configuration document: everything that is wrong with it, at once, where it stands, in plain words."""

from __future__ import annotations

import pytest

from inboxsla.config.document import from_body, is_document, read
from inboxsla.errors import ConfigMistakes
from tests.config.documents import NOW, PLAIN, SALES, SUPPORT, accepted, changed, mistakes, plain, with_policy


def test_a_document_without_mistakes_says_what_was_written() -> None:
    read_ = read(PLAIN, "desk.toml", NOW)

    assert read_.document.policies[0].targets.promised["resolution"].normal == "3 business days", "lengths stay text"
    assert read_.body["calendars"]["office"]["hours"]["mon"] == "09:00–17:00", "and so do hours"
    assert read_.remarks == ()


def test_every_mistake_is_reported_at_once_with_its_line_and_its_key() -> None:
    text = """\
default_policy = "Standard"
tags = ["a", "A"]
[calendars.office]
zone = "Europe/Berlinn"
[calendars.office.hours]
mon = "25:00-26:00"
[calendars.never.hours]
mon = "closed"
[[policies]]
name = "Standard support"
calendar = "offise"
targets = {first_response = "0h", resolution = "-2h", resolutions = "1h"}
medium_at = 80
[[policies]]
name = "standard support"
calender = "24x7"
targets = {resolution = {hihg = "4h"}}
steps = [
  {at = 1200, do = ["remind_owner"]},
  {at = 75, after = "1h", do = ["remind"]},
  {before = "1h"},
]
[[rules]]
name = "Outages"
when = {subject = {contain = "outage"}}
then = {policy = "Outage", team = "Billing"}
[[people]]
address = "ana at lumenvelo.example"
name = "Ana"
calendar = "offices"
[[mailboxes]]
address = "support@lumenvelo.example"
policy = "Gold"
"""
    assert sorted(mistakes(text)) == sorted(
        [
            "desk.toml:1: default_policy: “Standard” is not one of the policies. Did you mean “standard support”?",
            "desk.toml:2: tags[2]: “A” is there twice.",
            "desk.toml:4: calendars.office.zone: “Europe/Berlinn” is not a time zone we know. Did you mean “Europe/Berlin”?",
            "desk.toml:6: calendars.office.hours.mon: “25:00” is not a time of day. Write it like 09:00–17:00.",
            "desk.toml:7: calendars.never: this calendar is never open; give at least one weekday a period.",
            "desk.toml:11: policies[1].calendar: “offise” is not one of the calendars. Did you mean “office”?",
            "desk.toml:12: policies[1].targets.first_response: this must be longer than nothing. Write for example 4h.",
            "desk.toml:12: policies[1].targets.resolution: “-2h” is less than nothing. Write for example 4h.",
            "desk.toml:12: policies[1].targets.resolutions: there is no such key. Did you mean “resolution”?",
            "desk.toml:14: policies[2].calendar: this is missing.",
            "desk.toml:15: policies[2].name: “standard support” is there twice. Give each its own name, or make them one.",
            "desk.toml:16: policies[2].calender: there is no such key. Did you mean “calendar”?",
            "desk.toml:17: policies[2].targets.resolution.hihg: there is no such key. Did you mean “high”?",
            "desk.toml:19: policies[2].steps[1].at: a step at 1200 % would never come: promises are followed up to 1000 %.",
            "desk.toml:20: policies[2].steps[2].do[1]: “remind” is not known here. Write remind_owner, notify_owner, notify_lead,"
            " reassign, notify_team, notify_on_duty_lead or raise_priority. Did you mean “remind_owner”?",
            "desk.toml:21: policies[2].steps[3]: this step does nothing. Write for example do = [“remind_owner”].",
            "desk.toml:25: rules[1].when.subject: “contain” is not a way to compare. Did you mean “contains”?",
            "desk.toml:26: rules[1].then.policy: there is no policy “Outage”. There are Standard support, standard support.",
            "desk.toml:26: rules[1].then.team: there is no team “Billing”. There is none yet; add it under [[teams]].",
            "desk.toml:28: people[1].address: “ana at lumenvelo.example” is not a mail address. Write it like support@example.org.",
            "desk.toml:30: people[1].calendar: “offices” is not one of the calendars. Did you mean “office”?",
            "desk.toml:33: mailboxes[1].policy: “Gold” is not one of the policies. There are Standard support, standard support.",
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "desk.toml: default_policy: this is missing."),
        ("default_policy = 3", "desk.toml:1: default_policy: write text in quotes."),
        ("default_policy = Standard", "desk.toml:1: what stands after “default_policy =” is no value."),
        ("default_policy = 'x'\npolicies = 'x'", "desk.toml:2: policies: write a list in square brackets here."),
        ("default_policy = 'x'\npolicies = ['x']", "desk.toml:2: policies[1]: write a table here: {…}."),
        ("[[policies]]\nname = 'x'\ntargets = '4h'", "desk.toml:3: policies[1].targets: write a table here: targets = {…}."),
        ("[[policies]]\nname = 'x'\ntargets = {}", "desk.toml:3: policies[1].targets: a policy promises at least one of"),
        ("[[policies]]\nname = 'x'\n[policies.targets]\nresolution = 4", "desk.toml:4: policies[1].targets.resolution: 4 of what?"),
        ("[[policies]]\nname = \"a\\nb\"", "desk.toml:2: policies[1].name: this holds line breaks or characters that"),
        ("[[policies]]\nname = ' '", "desk.toml:2: policies[1].name: this is empty."),
        ("[calendars.24x7]\nzone = 'UTC'", "desk.toml:1: calendars.24x7: “24x7” is round the clock and needs no calendar."),
        ("[tiers]\ngold = ['big']", "desk.toml:2: tiers.gold[1]: “big” is neither an address nor a domain."),
        ("[organisations]\nBig = ['x@big.example']", "desk.toml:2: organisations.Big[1]: “x@big.example” is not a domain."),
        ("hold_reasons = []", "desk.toml:1: hold_reasons: name at least one reason, for example “supplier”."),
        ("polices = []", "desk.toml:1: polices: there is no such key. Did you mean “policies”?"),
    ],
)  # fmt: skip
def test_each_mistake_is_said_in_plain_words_where_it_stands(text: str, said: str) -> None:
    assert any(mistake.startswith(said) for mistake in mistakes(text)), mistakes(text)


def test_plain_data_is_complained_of_by_key_alone() -> None:
    assert mistakes(with_policy(calendar="nowhere")) == [
        "policies[1].calendar: “nowhere” is not one of the calendars. There is office."
    ]


def test_what_is_only_left_empty_counts_as_left_out() -> None:
    assert accepted(with_policy(hold_cap=None)).document.policies[0].hold_cap is None
    assert "hold_cap" not in accepted(with_policy(hold_cap=None)).body["policies"][0]


def test_a_mailbox_nobody_knows_is_refused_where_it_is_known_which_there_are() -> None:
    body = changed(mailboxes=[{"address": SUPPORT}, {"address": "suport@lumenvelo.example"}])

    with pytest.raises(
        ConfigMistakes, match=r"mailboxes\[2\]\.address: “suport@.*” is not one of the mailboxes known here"
    ):
        from_body(body, NOW, [SUPPORT, SALES])
    assert from_body(plain(), NOW, [SUPPORT]).document.mailboxes[0].address == SUPPORT


def test_periods_that_share_time_are_refused_each_where_it_stands() -> None:
    """C20: several periods a day, and a look at whether they overlap."""
    hours = {
        "mon": "09:00–13:00, 13:00–17:00",
        "tue": "09:00–13:00, 12:00–17:00",
        "fri": "22:00–06:00",
        "sat": "05:00–09:00",
    }
    body = changed(calendars={"office": {"hours": hours, "special_days": {"2026-12-24": "08:00–10:00, 09:00–11:00"}}})

    assert mistakes(body) == [
        "calendars.office.hours.tue: 09:00–13:00 and 12:00–17:00 overlap. Write the time they share once.",
        "calendars.office.hours.fri: 22:00–06:00 and 05:00–09:00 on sat overlap. Write the time they share once.",
        "calendars.office.special_days.2026-12-24: 08:00–10:00 and 09:00–11:00 overlap. Write the time they share once.",
    ]


def test_a_customer_on_two_lists_and_a_rule_nobody_gets_to_are_pointed_out() -> None:
    everyone = {"sender": {"contains": "@"}}
    body = changed(
        tiers={"gold": ["@big.example", "it@small.example"], "silver": ["@Big.example", "@other.example"]},
        rules=[
            {
                "name": "Only for sales",
                "mailboxes": [SUPPORT],
                "when": everyone,
                "then": {"priority": "high"},
                "stop": True,
            },
            {
                "name": "Support, again",
                "mailboxes": [SUPPORT],
                "when": {"tier": {"is": "gold"}},
                "then": {"priority": "high"},
            },
            {"name": "Everywhere", "when": {"tier": {"is": "gold"}}, "then": {"priority": "high"}},
            {"name": "The rest", "when": everyone, "then": {"priority": "low"}, "stop": True},
            {"name": "Too late", "when": {"tier": {"is": "silver"}}, "then": {"priority": "high"}},
        ],
    )

    assert accepted(body).remarks == (
        "tiers.silver[1]: “@big.example” is on “gold” as well, and that one counts, for it comes first.",
        "rules[2]: nothing gets as far as this rule: “Only for sales” stops before it.",
        "rules[5]: nothing gets as far as this rule: “The rest” stops before it.",
    )


def test_a_document_is_told_from_the_settings_of_an_installation() -> None:
    assert is_document({"policies": []})
    assert is_document({"default_policy": "x", "people": []})
    assert not is_document({"policy": {}, "calendar": {}, "people": [], "mailboxes": []})
