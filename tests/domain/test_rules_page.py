"""docs/rules.md tells all there is, and its examples work as it says."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from inboxsla import patterns
from inboxsla.domain import rules
from inboxsla.domain.folding import MOST_MATCHED, MOST_READ
from inboxsla.domain.rule_actions import SINGLE, STATUSES, STRATEGIES
from inboxsla.domain.rule_reading import FIELDS, OPERATORS
from inboxsla.domain.rules import Known, Rules, Ruling
from tests.domain.rulebook import KNOWN, MESSAGE
from tests.people import ANA, HOUR, june

PAGE = (Path(__file__).parents[2] / "docs/rules.md").read_text()
PLAIN = replace(MESSAGE, sender="kofi@customer.example", subject="A question", headers={}, attachments=(), earlier=())


@cache
def examples() -> Rules:
    """The rules of the chapter “Examples”, in the order they stand there."""
    blocks = [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
    lists = next(block for block in blocks if "tiers" in block)
    known = Known(
        policies=["Outage", "Billing", "VIP", "Long haul"],
        calendars=KNOWN.calendars,
        teams=["On call", "Billing", "Workshop"],
        people=[ANA],
        tags=lists["tags"],
        tiers=lists["tiers"],
        organisations=lists["organisations"],
    )
    first, *rest = [block["rules"] for block in blocks if "rules" in block]
    rules.from_data(first, known, patterns.broken)
    return rules.from_data([row for block in rest for row in block], known, patterns.broken)


def ruled(**facts: Any) -> Ruling:
    return examples().evaluate(replace(PLAIN, **facts), patterns.matcher(examples().patterns))


@pytest.mark.parametrize("word", [*FIELDS, *OPERATORS, *SINGLE, "untag", *STATUSES, *STRATEGIES])
def test_the_page_names_everything_a_rule_may_say(word: str) -> None:
    assert f"`{word}`" in PAGE or f"`{word} =" in PAGE or f" `{word} = " in PAGE or f", `{word} =" in PAGE


def test_the_page_names_the_limits() -> None:
    for limit in (MOST_READ, MOST_MATCHED):
        assert f"{limit:,}" in PAGE


def test_a_form_and_a_voicemail_have_their_channel() -> None:
    form = ruled(sender="form@lumenvelo.example", requester="ceo@small.example", headers={"X-Form-ID": ["contact"]})
    assert (form.channel, form.tier, form.policy) == ("form", "gold", "VIP")

    voicemail = ruled(subject="Voice Message from +44 20", attachments=("message.WAV",))
    assert (voicemail.channel, voicemail.priority) == ("voicemail", "high")


def test_newsletters_are_no_tickets_unless_gold_sends_them() -> None:
    newsletter = {"list-unsubscribe": ["<https://news.example>"]}

    assert ruled(headers=newsletter).not_a_ticket is True
    assert ruled(headers=newsletter, sender="ceo@small.example").not_a_ticket is False
    assert ruled(headers=newsletter, labels=("Suppliers",)).not_a_ticket is None
    assert ruled().not_a_ticket is None


def test_an_outage_is_critical_and_at_night_somebody_is_on_call() -> None:
    day = ruled(subject="STÖRUNG im Laden")
    assert (day.policy, day.priority, day.team) == ("Outage", "critical", "Workshop")

    assert ruled(subject="Shop is down", at=june("1 22:00")).team == "On call"


def test_raised_twice_already_means_multi_touch_and_its_longer_targets() -> None:
    again = ruled(earlier=(MESSAGE.at - HOUR, MESSAGE.at - 30 * HOUR), tags=("standard",))

    assert (again.priority, again.policy, again.tags, again.untag) == (
        "high", "Long haul", ("multi-touch",), ("standard",),
    )  # fmt: skip
    assert ruled(tags=("technical dependency",)).policy == "Long haul"


def test_billing_and_very_important_people() -> None:
    billing = ruled(subject="Rechnungs-Kopie, Rechnung 7")
    assert (billing.policy, billing.team, billing.strategy) == ("Billing", "Billing", "least_loaded")
    assert ruled(recipients=("Billing@LumenVelo.example",)).policy == "Billing"

    vip = ruled(sender="clerk@big-holding.example")
    assert (vip.policy, vip.priority, vip.owner, vip.tier) == ("VIP", "high", ANA, None)


def test_the_last_rule_takes_the_rest() -> None:
    rest = ruled()

    assert (rest.policy, rest.team, rest.tags) == (None, "Workshop", ("standard",))
    assert rest.why == ("Rule “Everything else” matched: the sender contains “@”.",)
