"""The rules of a bicycle-light shop: what exists there, a message, and short ways to ask what rules make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inboxsla import patterns
from inboxsla.domain import rules
from inboxsla.domain.rules import Facts, Known, Look, Rules, Ruling
from inboxsla.errors import ConfigMistakes
from tests.people import ALWAYS, ANA, JONAS, OFFICE, june

SUPPORT, SALES = "support@lumenvelo.example", "sales@lumenvelo.example"
KNOWN = Known(
    policies=["Standard support", "Outage", "Billing", "Long haul"],
    calendars={"office": OFFICE, "24x7": ALWAYS},
    teams=["Billing", "Workshop"],
    people=[ANA, JONAS],
    tags=["standard", "multi-touch", "technical dependency"],
    tiers={"gold": ["@big.example", "ceo@small.example"], "silver": ["small.example"]},
    organisations={"Big Corp": ["big.example", "big-holding.example"]},
    mailboxes=[SUPPORT, SALES],
)
MESSAGE = Facts(
    at=june("1 11:00"),
    sender="zofia@shop.big.example",
    recipients=(SUPPORT, "help@lumenvelo.example"),
    subject="Rear light: OUTAGE since Monday",
    body="Hello,\nthe rear light has stopped working.\nMy order is LV-20447.\n\nZofia",
    headers={"X-Priority": ["1"], "X-Form-ID": ["warranty"]},
    attachments=("Photo of the light.JPG", "invoice.pdf"),
    labels=("Warranty", "Shop"),
    size=2_400_000,
    earlier=(june("1 09:30"),),
    mailbox=SUPPORT,
)
ALWAYS_TRUE: dict[str, Any] = {"sender": {"contains": "@"}}


def rule(name: str, when: dict[str, Any] | None = None, **then: Any) -> dict[str, Any]:
    """A rule as it stands in the file; without `when` it matches every mail."""
    return {"name": name, "when": when or ALWAYS_TRUE, "then": then}


def book(*rows: dict[str, Any], known: Known = KNOWN) -> Rules:
    return rules.from_data(rows, known, patterns.broken)


def ruled(*rows: dict[str, Any], **facts: Any) -> Ruling:
    """What these rules decide about the message, with some of its facts changed."""
    written = book(*rows)
    return written.evaluate(replace(MESSAGE, **facts), patterns.matcher(written.patterns))


def looked_at(*rows: dict[str, Any], **facts: Any) -> tuple[Look, ...]:
    written = book(*rows)
    return written.explain(replace(MESSAGE, **facts), patterns.matcher(written.patterns))


def reasons(when: dict[str, Any], **facts: Any) -> tuple[bool, str]:
    """Whether a condition holds for the message, and the words for it."""
    (look,) = looked_at(rule("It", when, team="Billing"), **facts)
    said = look.why.removeprefix("Rule “It” ").removesuffix(".")
    return look.matched, said.removeprefix("matched: ").removeprefix("did not match: ")


def holds(when: dict[str, Any], **facts: Any) -> bool:
    return reasons(when, **facts)[0]


def complaints(*rows: Any, known: Known = KNOWN) -> tuple[str, ...]:
    with pytest.raises(ConfigMistakes) as found:
        rules.from_data(rows, known, patterns.broken)
    return tuple(found.value.mistakes)
