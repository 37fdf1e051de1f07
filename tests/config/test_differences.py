"""What a change of the configuration says about itself, in words."""

from __future__ import annotations

from typing import Any

from inboxsla.config.document import Change, differences
from tests.config.documents import accepted, plain, policy


def said(change: Any) -> tuple[Change, ...]:
    """What differs after `change` has been made to the plain document."""
    body = plain()
    change(body)
    return differences(accepted(plain()).document, accepted(body).document)


def test_what_says_the_same_in_other_words_is_no_change() -> None:
    def write_it_out(body: dict[str, Any]) -> None:
        body["hold_reasons"] = ["supplier", "internal", "float time"]
        body["policies"][0] |= {
            "enabled": True,
            "medium_at": 50,
            "targets": body["policies"][0]["targets"] | {"update": None},
        }
        body["people"][0] |= {"role": "agent", "address": "Ana@LumenVelo.example"}
        body["calendars"]["office"]["hours"]["mon"] = "9:00 - 17:00"
        body["calendars"]["office"]["hours"]["sun"] = "closed"

    assert [change for change in said(write_it_out) if change.section != "calendars"] == []
    assert said(lambda body: body["calendars"]["office"]["hours"].update(mon="9:00 to 17:00")) == ()


def test_a_changed_promise_shows_the_old_value_and_the_new_one() -> None:
    def promise_more(body: dict[str, Any]) -> None:
        body["policies"][0]["targets"] = {
            "first_response": {"normal": "2h", "critical": "30m"},
            "resolution": "3 business days",
        }
        body["policies"][0] |= {"hold_cap": "5 business days", "archiving_solves": False, "calendar": "24x7"}

    assert said(promise_more) == (
        Change(
            "policies",
            "Standard support",
            "changed",
            (
                "calendar: office → 24x7",
                "first response for critical: not set → 30m",
                "first response: 4h → 2h",
                "next response: 8h → not set",
                "archiving solves: yes → no",
                "hold cap: not set → 5 business days",
            ),
        ),
    )


def test_steps_and_conditions_are_said_in_words() -> None:
    def tell_the_boss(body: dict[str, Any]) -> None:
        body["policies"][0]["steps"] = [
            {"at": 75, "do": ["remind_owner"]},
            {"before": "1h", "do": ["notify_lead"], "for": ["resolution"], "notify": ["claire@lumenvelo.example"]},
            {"reopened": 1, "do": ["raise_priority"]},
            {"reopened": 2, "do": ["notify_lead"]},
        ]
        body["rules"][0]["when"] = {"all": [body["rules"][0]["when"], {"not": {"tag": {"is": "standard"}}}]}

    steps, rule = said(tell_the_boss)

    assert steps.details == (
        "steps: + 1h before it is due: tell the lead, tell claire@lumenvelo.example (resolution);"
        " + after 1 reopening: raise the priority; + after 2 reopenings: tell the lead;"
        " − at 90 %: remind the owner; − at 100 %: tell the owner, tell the lead, hand over",
    )
    assert rule.details == (
        "when: subject contains “outage” → subject contains “outage” and not (tag is “standard”)",
    )  # fmt: skip


def test_parts_that_come_and_go_are_named() -> None:
    def reorganise(body: dict[str, Any]) -> None:
        body["policies"].append(
            policy(name="VIP", targets={"resolution": {"high": "2h", "critical": "2h", "normal": "8h"}})
        )
        body["rules"].insert(
            0, {"name": "Gold", "when": {"tier": {"is": "gold"}}, "then": {"policy": "VIP"}, "stop": True}
        )
        body["teams"][0]["members"] = ["jonas@lumenvelo.example"]
        body["people"].pop(0)
        body["tags"] = ["standard", "new"]
        body["calendars"]["late"] = {"zone": "Europe/Berlin", "holidays": ["2026-12-25"]}
        body["calendars"]["office"]["holidays"] = ["2026-12-25"]
        body["default_policy"] = "VIP"

    assert said(reorganise) == (
        Change("default_policy", "", "changed", ("Standard support → VIP",)),
        Change("tags", "", "changed", ("+ new; − multi-touch",)),
        Change("calendars", "office", "changed", ("holidays: + 2026-12-25",)),
        Change("calendars", "late", "added", ("Europe/Berlin, 1 holiday",)),
        Change("policies", "VIP", "added", ("resolution 2h (critical, high), 8h otherwise; in the hours of “office”",)),
        Change("rules", "Gold", "added", ("if tier is “gold”", "then policy “VIP”; no rule after it is looked at")),
        Change("people", "ana@lumenvelo.example", "removed"),
        Change("teams", "Support", "changed", ("members: − ana@lumenvelo.example",)),
    )


def test_rules_that_change_places_are_named_and_no_more_than_needed() -> None:
    rules = [{"name": name, "when": {"subject": {"is": name}}, "then": {"priority": "high"}} for name in "ABCD"]
    old = accepted(plain() | {"rules": rules}).document
    new = accepted(plain() | {"rules": [rules[3], *rules[:3]]}).document

    assert differences(old, new) == (Change("rules", "D", "moved", ("from place 4 to 1",)),)
