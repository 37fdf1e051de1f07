"""Rules decide in their order: the first match decides, later ones may add, and everybody can read why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.rulebook import ALWAYS_TRUE, MESSAGE, SALES, SUPPORT, book, looked_at, rule, ruled
from tests.people import ANA

OUTAGE = {"subject": {"contains": "outage"}}
BILLING = {"subject": {"contains": "invoice"}}
MULTI_TOUCH = {"tag": {"is": "multi-touch"}}


def test_of_two_rules_that_match_the_first_chooses_the_policy() -> None:
    """C17: the order is what the admin wrote, never a hidden one."""
    first, second = rule("Outages", OUTAGE, policy="Outage"), rule("All", policy="Standard support")

    assert ruled(first, second).policy == "Outage"
    assert ruled(second, first).policy == "Standard support"


def test_which_rule_chose_the_policy_and_why_can_be_read() -> None:
    """C17: a line for the card says why this policy."""
    gold = {"all": [OUTAGE, {"tier": {"is": "gold"}}]}
    ruling = ruled(
        rule("Invoices", BILLING, policy="Billing"),
        rule("Outages", gold, policy="Outage"),
        rule("All", policy="Standard support"),
    )

    assert ruling.rule_of("policy") == "Outages"
    assert (
        ruling.because("policy")
        == "Rule “Outages” matched: the subject contains “outage” and the sender is on the gold list."
    )


def test_rules_that_overlap_are_told_apart_for_whoever_tests_them() -> None:
    """C17: docs of others advise not to let rules overlap; here one sees which of them counts."""
    looks = looked_at(
        rule("Outages", OUTAGE, policy="Outage", priority="critical"),
        rule("Invoices", BILLING, policy="Billing"),
        rule("All", policy="Standard support", team="Workshop"),
    )

    assert [(look.rule, look.matched, look.did, look.left) for look in looks] == [
        ("Outages", True, ("policy “Outage”", "priority critical"), ()),
        ("Invoices", False, (), ()),
        ("All", True, ("team “Workshop”",), ("policy “Standard support” (“Outages” decided before)",)),
    ]
    assert looks[1].why == "Rule “Invoices” did not match: the subject does not contain “invoice”."


def test_each_thing_is_decided_by_the_first_rule_that_gives_it() -> None:
    ruling = ruled(
        rule("Urgent", OUTAGE, priority="critical"),
        rule("Ana takes it", owner=ANA, priority="low", status="on_hold"),
        rule("The rest", policy="Standard support", team="Workshop", channel="form"),
    )

    assert (ruling.priority, ruling.owner, ruling.status) == ("critical", ANA, "on_hold")
    assert (ruling.policy, ruling.team, ruling.channel, ruling.strategy) == (
        "Standard support", "Workshop", "form", None,
    )  # fmt: skip
    assert [ruling.rule_of(what) for what in ("priority", "owner", "policy", "strategy")] == [
        "Urgent", "Ana takes it", "The rest", None,
    ]  # fmt: skip
    assert ruling.because("strategy") == ""


def test_tags_add_up_and_of_each_tag_the_first_rule_decides() -> None:
    ruling = ruled(
        rule("One", tags=["standard", "multi-touch"]),
        rule("Two", untag=["multi-touch"], tags=["technical dependency", "standard"]),
    )

    assert ruling.tags == ("standard", "multi-touch", "technical dependency")
    assert ruling.untag == ()
    assert ruling.rule_of("tag:multi-touch") == "One"
    assert ruling.rule_of("tag:Technical Dependency") == "Two"


def test_a_tag_is_taken_off() -> None:
    ruling = ruled(rule("Not standard", OUTAGE, untag=["standard"]), tags=("standard",))

    assert (ruling.tags, ruling.untag) == ((), ("standard",))


@pytest.mark.parametrize(
    ("then", "when"),
    [
        ({"tags": ["multi-touch"]}, MULTI_TOUCH),
        ({"tier": "silver"}, {"tier": {"is": "silver"}}),
        ({"channel": "voicemail"}, {"channel": {"is": "voicemail"}}),
        ({"priority": "high"}, {"priority": {"at_least": "high"}}),
    ],
)
def test_what_a_rule_decided_is_a_fact_for_the_rules_after_it(then: dict[str, Any], when: dict[str, Any]) -> None:
    earlier, later = rule("Earlier", **then), rule("Later", when, policy="Long haul")
    before = rule("Before", when, policy="Billing")

    assert ruled(before, earlier, later).policy == "Long haul"
    assert ruled(later, earlier).policy is None


def test_a_tag_taken_off_by_a_rule_is_gone_for_those_after_it() -> None:
    later = rule("Later", MULTI_TOUCH, policy="Long haul")

    assert ruled(later, tags=("multi-touch",)).policy == "Long haul"
    assert ruled(rule("Off", untag=["multi-touch"]), later, tags=("multi-touch",)).policy is None


def test_putting_the_multi_touch_tag_on_a_ticket_chooses_the_longer_policy_by_the_same_rules() -> None:
    rows = (rule("Multi-touch", MULTI_TOUCH, policy="Long haul"), rule("All", policy="Standard support"))

    assert ruled(*rows).policy == "Standard support"
    assert ruled(*rows, tags=("multi-touch",)).policy == "Long haul"


def test_what_a_person_decided_is_left_alone_and_is_what_later_rules_see() -> None:
    rows = (
        rule("Urgent", OUTAGE, priority="critical", tags=["multi-touch"], team="Workshop"),
        rule("Critical", {"priority": {"is": "critical"}}, policy="Outage"),
        rule("Multi-touch", MULTI_TOUCH, policy="Long haul"),
        rule("All", policy="Standard support"),
    )
    by_hand = frozenset({"priority", "tag:Multi-Touch"})

    ruling = ruled(*rows, priority="low", by_hand=by_hand)
    assert (ruling.priority, ruling.tags, ruling.team, ruling.policy) == (None, (), "Workshop", "Standard support")
    assert looked_at(*rows, priority="low", by_hand=by_hand)[0].left == (
        "priority critical (decided by hand)", "tag “multi-touch” (decided by hand)",
    )  # fmt: skip


def test_a_matching_rule_with_stop_ends_the_list() -> None:
    stop = {**rule("Internal", {"domain": {"is": "big.example"}}), "stop": True}
    after = rule("All", policy="Standard support")

    assert ruled(stop, after).policy is None
    assert ruled(stop, after, sender="kofi@customer.example").policy == "Standard support"
    assert looked_at(stop, after)[1].why == "Rule “All” was not looked at: “Internal” ends the list."


def test_a_rule_for_some_mailboxes_is_only_for_their_mail() -> None:
    only_sales = {**rule("Sales", policy="Billing"), "mailboxes": [SALES.upper()]}

    assert ruled(only_sales, mailbox=SALES).policy == "Billing"
    assert ruled(only_sales, mailbox=SUPPORT).policy is None
    assert looked_at(only_sales)[0].why == f"Rule “Sales” is only for {SALES}."


def test_the_list_a_customer_is_on_is_the_tier_until_a_rule_gives_another() -> None:
    ruling = ruled(rule("All", team="Billing"))
    assert (ruling.tier, ruling.rule_of("tier")) == ("gold", None)

    ruling = ruled(rule("Down", tier="silver"), rule("Silver", {"tier": {"is": "silver"}}, policy="Billing"))
    assert (ruling.tier, ruling.rule_of("tier"), ruling.policy) == ("silver", "Down", "Billing")


def test_the_tier_a_ticket_has_counts_more_than_the_list() -> None:
    assert ruled(rule("All", team="Billing"), tier="silver").tier == "silver"
    assert ruled(rule("All", team="Billing"), tier="", by_hand=frozenset({"tier"})).tier is None


def test_mail_can_be_no_ticket_or_be_kept_one_by_an_earlier_rule() -> None:
    newsletters = rule("Newsletters", {"header": {"name": "List-Id", "matches": "."}}, not_a_ticket=True)
    gold = rule("Gold is always a ticket", {"tier": {"is": "gold"}}, not_a_ticket=False)

    assert ruled(newsletters).not_a_ticket is None
    assert ruled(newsletters, headers={"list-id": ["x"]}).not_a_ticket is True
    assert ruled(gold, newsletters, headers={"list-id": ["x"]}).not_a_ticket is False


def test_every_rule_that_matched_is_named_with_its_reason_in_order() -> None:
    ruling = ruled(
        rule("Any", {"any": [BILLING, {"body": {"contains": "stopped working"}}, OUTAGE]}, tags=["standard"]),
        rule("No", BILLING, policy="Billing"),
        rule("Not", {"not": {"all": [OUTAGE, BILLING]}}, team="Workshop"),
    )

    assert ruling.matched == ("Any", "Not")
    assert ruling.why == (
        "Rule “Any” matched: the body contains “stopped working”.",
        "Rule “Not” matched: the subject does not contain “invoice”.",
    )


def test_no_rules_decide_nothing() -> None:
    ruling = ruled()

    assert (ruling.policy, ruling.tags, ruling.why) == (None, (), ())
    assert looked_at() == ()


def test_rules_are_values() -> None:
    rows = (rule("Outages", {"any": [OUTAGE, {"body": {"matches": "out(age|fall)"}}]}, policy="Outage"),)

    assert book(*rows) == book(*rows)
    assert book(*rows).patterns == (("body", ("out(age|fall)",)),)
    assert book(rule("All", ALWAYS_TRUE, team="Billing")).patterns == ()


def test_names_are_taken_as_their_owner_spells_them() -> None:
    ruling = ruled(rule("Any case", policy="OUTAGE", tags=["Multi-Touch"], owner=ANA.title(), tier="Gold"))

    assert (ruling.policy, ruling.tags, ruling.owner, ruling.tier) == ("Outage", ("multi-touch",), ANA, "gold")
    assert MESSAGE.tags == ()
