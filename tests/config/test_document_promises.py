"""Policies that nobody can keep, or whose steps never come, are refused in words; and what the accepted ones come to."""

from __future__ import annotations

from typing import Any

import pytest

from inboxsla.config.document import compile_policies, from_body, people_rows, teams_rows
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.timeline import Metric
from inboxsla.errors import ConfigMistakes
from tests.config.documents import ANA, CLAIRE, JONAS, NOW, accepted, changed, mistakes, plain, policy, with_policy

REMIND = ["remind_owner"]


def compiled(**more: Any) -> dict[str, Any]:
    return compile_policies(accepted(with_policy(**more)).document)["Standard support"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"medium_at": 75, "urgent_at": 50}, ["policies[1].urgent_at: medium_at 75 and urgent_at 50 must rise between 0 and 100."]),
        ({"urgent_at": 100}, ["policies[1].urgent_at: medium_at 50 and urgent_at 100 must rise between 0 and 100."]),
        ({"targets": {"first_response": "4h", "resolution": "2h"}}, [
            "policies[1].targets.resolution: nobody can keep this: for normal priority the first response may take 4h, longer than the"
            " resolution with 2h. Make the resolution longer."]),
        ({"targets": {"first_response": {"normal": "1h", "low": "5 days"}, "resolution": "8h"}}, [
            "policies[1].targets.resolution: nobody can keep this: for low priority the first response may take 5 days, longer than the"
            " resolution with 8h. Make the resolution longer."]),
        ({"targets": {"first_response": "4h", "resolution": {"normal": "2h", "calendar": "24x7"}}}, [
            "policies[1].targets.resolution.normal: nobody can keep this: for normal priority the first response may take 4h, longer than"
            " the resolution with 2h. Make the resolution longer."]),
        ({"targets": {"resolution": "1000 business days"}, "auto_close": "30000 days"}, [
            "policies[1].auto_close: “30000 days” of opening hours do not come together within ten years."
            " Promise less, or open longer."]),
        ({"steps": [{"at": 75, "do": REMIND, "for": ["update"]}]}, [
            "policies[1].steps[1].for: this policy promises no update, so this step would never come."]),
        ({"steps": [{"before": "5h", "do": REMIND}]}, [
            "policies[1].steps[1].before: 5h before is before the time even starts: first_response for normal is only 4h."
            " Write less, or say which promises it is for: for = [“resolution”]."]),
        ({"steps": [{"before": "4 business days", "do": REMIND, "for": ["resolution"]}]}, [
            "policies[1].steps[1].before: 4 business days before is before the time even starts: resolution for normal is only"
            " 3 business days. Write less."]),
        ({"steps": [{"at": 75, "do": REMIND}, {"at": 75, "do": ["reassign"], "for": ["resolution"]}]}, [
            "policies[1].steps[2]: there are two steps at 75 % for the same promise. Put what they do into one."]),
        ({"steps": [{"after": "1h", "do": REMIND}, {"after": "60m", "do": ["reassign"]}]}, [
            "policies[1].steps[2]: there are two steps 60m after it was due for the same promise. Put what they do into one."]),
        ({"steps": [{"reopened": 2, "do": REMIND}, {"reopened": 2, "do": ["reassign"]}]}, [
            "policies[1].steps[2]: there are two steps after 2 reopenings. Put what they do into one."]),
        ({"steps": [{"reopened": 2, "do": REMIND, "for": ["resolution"]}]}, [
            "policies[1].steps[1]: a step that comes with reopened belongs to no promise. Leave out its “for”."]),
        ({"steps": [{"reopened": 2, "at": 75, "do": REMIND}]}, [
            "policies[1].steps[1]: say once when this step comes: at = 75 (percent), before = “1h”, after = “30m”, every = “4h”,"
            " or reopened = 2 (times the customer came back)."]),
        ({"steps": [{"every": "5m", "do": REMIND}]}, [
            "policies[1].steps[1].every: this would come every 5\u00a0min. 15\u00a0min is the least."]),
        ({"steps": [{"at": 80, "add_tag": "late"}]}, [
            "policies[1].steps[1].add_tag: “late” is not one of the tags. There are multi-touch, standard. Add it under tags."]),
        ({"steps": [{"at": 80, "webhook": ["a b"]}]}, [
            "policies[1].steps[1].webhook[1]: “a b” is no name for a webhook. Write up to 40 letters, digits, - or _, such as pager."]),
        ({"steps": [{"reopened": "often", "do": REMIND}]}, [
            "policies[1].steps[1].reopened: “often” is no number of reopenings. Write a whole number from 1 to 100, such as 2."]),
        ({"steps": [{"at": 75, "notify": ["bos@lumenvelo.example"]}]}, [
            "policies[1].steps[1].notify[1]: “bos@lumenvelo.example” is not one of the people. There are ana@lumenvelo.example,"
            " claire@lumenvelo.example, jonas@lumenvelo.example."]),
        ({"auto_close_warning": "1h"}, [
            "policies[1].auto_close_warning: this warns of nothing, because auto_close is not set. Set it, or leave this out."]),
        ({"auto_close": "1 business day", "auto_close_warning": "8h"}, [
            "policies[1].auto_close_warning: a warning 8h ahead comes before the wait of 1 business day begins."
            " Write less than auto_close."]),
        ({"enabled": False}, [
            "default_policy: “Standard support” is switched off (enabled = false). Switch it on, or name another policy here."]),
    ],
)  # fmt: skip
def test_what_nobody_can_keep_is_refused_with_what_would_be_right(more: dict[str, Any], said: list[str]) -> None:
    assert mistakes(with_policy(**more)) == said


def test_steps_that_wait_for_reopenings_reach_the_domain_in_the_order_of_their_numbers() -> None:
    """C16: trigger types are a percentage, before, after, and how often the customer came back."""
    steps = [
        {"reopened": 3, "do": ["reassign"]},
        {"reopened": 2, "do": ["notify_lead", "raise_priority"], "notify": [CLAIRE]},
        {"at": 75, "do": REMIND},
    ]
    body = compiled(steps=steps)

    assert body["ladder"] == [
        {"at": 75, "do": REMIND},
        {"reopened": 2, "do": ["notify_lead", "raise_priority"], "notify": [CLAIRE]},
        {"reopened": 3, "do": ["reassign"]},
    ]
    assert list(from_data(body).on_reopening) == [2, 3]


def test_a_step_for_one_promise_does_not_stand_in_the_way_of_one_for_another() -> None:
    steps = [{"at": 75, "do": REMIND, "for": ["first_response"]}, {"at": 75, "do": REMIND, "for": ["resolution"]}]

    assert mistakes(with_policy(steps=steps)) == []


def test_a_step_may_come_as_soon_as_the_time_starts() -> None:
    assert mistakes(with_policy(steps=[{"before": "4h", "do": REMIND}])) == []


def test_a_rule_or_a_mailbox_may_not_name_a_policy_that_is_switched_off() -> None:
    policies = [policy(), policy(name="Outage", enabled=False)]

    assert mistakes(changed(policies=policies)) == [
        "rules[1].then.policy: “Outage” is switched off (enabled = false). Switch it on, or name another policy here."
    ]


def test_a_day_is_a_business_day_of_the_calendar_that_counts() -> None:
    """C50: one day is never 24 opening hours by accident."""
    office = {"hours": {"mon": "09:00–16:00"}, "business_day": "7h"}
    targets = {
        "first_response": "1 day",
        "resolution": {"normal": "3 business days", "calendar": "24x7"},
        "update": {"normal": "2 days", "low": "90m"},
    }
    body = with_policy(targets=targets, hold_cap="2 business days")
    found = compile_policies(accepted({**body, "calendars": {"office": office}}).document)["Standard support"]

    assert found["targets"] == {
        "first_response": {"normal": 7 * 3600},
        "resolution": {"normal": 3 * 24 * 3600},
        "update": {"normal": 2 * 7 * 3600, "low": 5400},
    }
    assert found["hold_cap"] == 2 * 7 * 3600
    assert found["calendars"] == {"resolution": {"always_open": True, "zone": "UTC"}}


def test_policies_are_compiled_to_what_the_clocks_read() -> None:
    steps = [{"after": "30m", "do": REMIND}, {"at": 100, "do": ["reassign"], "for": ["resolution"], "notify": [CLAIRE]}]
    found = compiled(
        steps=steps, pauses={"on_hold": ["resolution"]}, thanks_reopens=True, auto_close="10 business days"
    )
    read = from_data(found)

    assert found["ladder"] == [
        {"at": 100, "do": ["reassign"], "metrics": ["resolution"], "notify": [CLAIRE]},
        {"after": 1800, "do": ["remind_owner"]},
    ]
    assert (found["calendar_name"], found["calendar"]["zone"]) == ("office", "Europe/Berlin")
    assert read.pauses == {"on_hold": frozenset({Metric.RESOLUTION})}
    assert read.habits.thanks_reopen
    assert found["auto_close"] == 10 * 8 * 3600


def test_the_order_in_which_things_are_written_makes_no_other_policy() -> None:
    one, other = {"at": 50, "do": REMIND}, {"before": "10m", "do": ["reassign"]}
    pauses = {"waiting_on_customer": ["resolution"], "on_hold": ["resolution", "first_response"]}
    turned = {"on_hold": ["first_response", "resolution"], "waiting_on_customer": ["resolution"]}

    assert compiled(steps=[one, other], pauses=pauses) == compiled(steps=[other, one], pauses=turned)


def test_what_is_switched_off_is_not_compiled() -> None:
    body = changed(policies=[policy(), policy(name="Old", enabled=False)], rules=[])

    assert list(compile_policies(accepted(body).document)) == ["Standard support"]


def test_people_and_teams_are_compiled_to_what_is_kept_of_them() -> None:
    body = plain()
    body["people"][0] |= {"skills": ["billing", "api"], "capacity": 20, "mailboxes": ["support@lumenvelo.example"]}
    body["people"][0]["absences"] = [{"from": "2026-12-24", "until": "2027-01-02", "substitute": JONAS}]
    body["people"][1]["zone"] = "Europe/Madrid"
    body["teams"][0]["reassign_absent_after"] = "4h"
    document = accepted(body).document
    ana, jonas, _ = people_rows(document)

    assert ana["calendar"]["hours"]["mon"] == [["09:00", "17:00"]]
    assert (ana["zone"], ana["skills"], ana["capacity"]) == ("Europe/Berlin", ["api", "billing"], 20)
    assert ana["absences"] == [{"from": "2026-12-24", "until": "2027-01-02", "substitute": JONAS}]
    assert (jonas["zone"], jonas["calendar"]) == ("Europe/Madrid", None)
    assert [row["address"] for row in people_rows(document, "sales@lumenvelo.example")] == [JONAS, CLAIRE]
    assert teams_rows(document) == {
        "Support": {
            "lead": CLAIRE,
            "members": [ANA, JONAS],
            "strategy": "least_loaded",
            "person": None,
            "skills": [],
            "reassign_absent_after": 4 * 3600,
        }
    }


def test_what_repeats_tags_and_posts_reaches_the_domain() -> None:
    body = compiled(
        steps=[{"every": "1 business day", "webhook": "pager"}, {"at": 80, "do": REMIND, "webhook": ["b", "a", "b"]}]
    )

    assert body["ladder"] == [
        {"at": 80, "do": REMIND, "webhooks": ["b", "a"]},
        {"every": 8 * 3600, "do": [], "webhooks": ["pager"]},
    ]
    assert [step.key for step in from_data(body).ladder] == ["80%", "every 28800s"]


def test_a_webhook_that_is_not_set_up_here_is_refused_when_a_step_names_it() -> None:
    with pytest.raises(ConfigMistakes) as refused:
        from_body(with_policy(steps=[{"at": 80, "webhook": "pagr"}]), NOW, None, ["pager"])

    assert refused.value.mistakes == (
        "policies[1].steps[1].webhook: “pagr” is not one of the webhooks. Did you mean “pager”?"
        " Set it up in config.toml: [webhooks.pagr] with its url and secret.",
    )
