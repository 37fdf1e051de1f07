"""Rules: two hundred of them, half with regular expressions, against a message of 10 kB."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from random import Random
from statistics import median
from typing import Any

from inboxsla import patterns
from inboxsla.domain import rules
from inboxsla.domain.rules import Facts, Known, Rules

COUNT, CALLS, GOAL = 200, 200, 1.0
KNOWN = Known(policies=["Outage", "Billing"], tags=["standard", "multi-touch"], tiers={"gold": ["@big.example"]})
ENGLISH = "The rear light of my bicycle stopped working after two days in the rain, please tell me what to do.\n"
GERMAN = "Das Rücklicht meines Fahrrads fällt nach zwei Tagen im Regen aus – bitte sagen Sie mir, was zu tun ist.\n"


def figures() -> Iterable[tuple[str, str, str, bool]]:
    mixed, bodies = _rules(_mixed), _rules(_all_in_the_body)
    name = f"{COUNT} rules, half of them patterns, 10 kB"
    yield _row(f"{name} of English", mixed, ENGLISH)
    yield _row(f"{name} of German", mixed, GERMAN)
    yield _row(f"{name}, every rule about the body", bodies, GERMAN)


def _row(name: str, wanted: Rules, line: str) -> tuple[str, str, str, bool]:
    matcher = patterns.matcher(wanted.patterns)
    facts = _message(line)
    millis = median(_seconds(wanted, facts, matcher) for _ in range(CALLS)) * 1e3
    return name, f"{millis:.2f} ms", f"≤ {GOAL:g} ms", millis <= GOAL


def _seconds(wanted: Rules, facts: Facts, matcher: rules.Matcher) -> float:
    began = time.perf_counter()
    wanted.evaluate(facts, matcher)
    return time.perf_counter() - began


def _message(line: str) -> Facts:
    return Facts(
        at=datetime(2026, 6, 1, 9, tzinfo=UTC),
        sender="kofi@customer.example",
        recipients=("support@lumenvelo.example",),
        subject="Rücklicht: invoice 2026-1177",
        body=(line * (10_240 // len(line) + 1))[:10_240],
        headers={f"X-Header-{number}": ("some value or other",) for number in range(40)},
        attachments=("photo.jpg", "invoice.pdf"),
        size=48_000,
    )


def _rules(make: Any) -> Rules:
    conditions = make(Random(2026))
    rows = [
        {"name": f"Rule {number}", "when": next(conditions), "then": {"tags": ["standard"]}} for number in range(COUNT)
    ]
    return rules.from_data(rows, KNOWN, patterns.broken)


def _mixed(chance: Random) -> Iterator[dict[str, Any]]:
    """As admins write them: words and addresses in turn with patterns, every tenth rule nested."""
    number = 0
    while True:
        number += 1
        one, two = _word(chance), _word(chance)
        yield {("subject", "body")[number % 2]: {"matches": rf"\b{one}[ -]?({two}|{one}s)\b|{two}.*\d{{2,4}}"}}
        plain = [
            {"subject": {"contains": one}},
            {"sender": {"one_of": [f"{one}@customer.example", f"{two}@customer.example"]}},
            {"header": {"name": f"X-Header-{number % 40}", "is": one}},
            {"body": {"contains": f"{one} {two}"}},
        ]
        yield (
            {"any": [*plain, {"all": [{"domain": {"is": "customer.example"}}, {"tag": {"is": "multi-touch"}}]}]}
            if (number % 5 == 0)
            else plain[number % 4]
        )


def _all_in_the_body(chance: Random) -> Iterator[dict[str, Any]]:
    while True:
        yield {"body": {"matches": rf"{_word(chance)}.{{0,20}}{_word(chance)}"}}
        yield {"body": {"contains": f"{_word(chance)} {_word(chance)}"}}


def _word(chance: Random) -> str:
    return "".join(chance.choices("abcdefghilmnoprstuw", k=chance.randint(4, 9)))
