"""The shop with rules, for the tests of their pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inboxsla.services import configuring, in_force
from tests.web.shop import Shop

REFUND = {"subject": {"contains": "refund"}}
RULES: list[dict[str, Any]] = [
    {"name": "Money", "when": REFUND, "then": {"priority": "high", "tags": ["money"]}},
    {
        "name": "VIP",
        "when": {"any": [{"tier": {"is": "gold"}}, {"all": [{"domain": {"is": "big.example"}}, {"not": REFUND}]}]},
        "then": {"owner": "ana@lumenvelo.example"},
    },
    {"name": "The rest", "when": {"sender": {"contains": "@"}}, "then": {"tags": ["standard"]}, "stop": True},
    {"name": "Too late", "when": {"body": {"contains": "help"}}, "then": {"priority": "low"}},
]


def ruled(lumen: Shop, *rules: dict[str, Any], **more: Any) -> None:
    """Save a configuration with these rules, or RULES, and two customer lists."""
    body = dict(in_force.current(lumen.ports).body) | {
        "tags": ["money", "standard"],
        "tiers": {"gold": ["@poczta.example"]},
        "organisations": {"Big Corp": ["big.example"]},
        "rules": list(rules or RULES),
    }
    configuring.save(lumen.ports, body | more, "ana@lumenvelo.example", None)


def rules_of(lumen: Shop) -> list[Mapping[str, Any]]:
    return list(in_force.current(lumen.ports).body.get("rules", ()))


def names(lumen: Shop) -> list[str]:
    return [rule["name"] for rule in rules_of(lumen)]
