"""What holds for all rules and all mail, however odd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla import patterns
from inboxsla.domain.rule_actions import SINGLE
from inboxsla.domain.rules import Facts, Look, Ruling
from tests.domain.rulebook import SALES, SUPPORT, book, rule
from tests.people import ANA, JONAS

ENOUGH = settings(max_examples=500, deadline=None)

WORDS = ("outage", "Straße", "STRASSE", "é", "e\u0301", "light", "\x00", "a")
ADDRESSES = ("ana@big.example", "ceo@small.example", "x@sub.small.example", "form@lumenvelo.example", "nobody", "@", "")
PATTERNS = ("out(age|fall)", "stra(ß|ss)e", "^a", "é$", r"\x00", ".")
TEXT = st.sampled_from(
    [*WORDS, "", "OUTAGE\na strasse", "Re: Lig\u00adht", "É", "a\u00a0light", "\ud800", "out", "Outfall é"]
)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
START = datetime(2026, 5, 25, tzinfo=UTC)
INSTANT = st.integers(0, 14 * 24).map(lambda hours: START + timedelta(hours=hours))


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    word, address = st.sampled_from(WORDS), st.sampled_from(ADDRESSES[:4])
    compare = st.one_of(
        st.tuples(st.sampled_from(("is", "contains", "starts_with")), word).map(lambda pair: {pair[0]: pair[1]}),
        st.sampled_from(PATTERNS).map(lambda pattern: {"matches": pattern}),
        st.lists(word, min_size=1, max_size=3).map(lambda words: {"one_of": words}),
    )
    fields = st.sampled_from(("subject", "body", "attachment", "label"))
    return st.one_of(
        st.tuples(fields, compare).map(lambda pair: {pair[0]: pair[1]}),
        compare.map(lambda how: {"header": {"name": "X-Test", **how}}),
        address.map(lambda one: {"sender": {"is": one}}),
        st.sampled_from(("small.example", "example")).map(lambda one: {"domain": {"is": one}}),
        st.sampled_from(("gold", "silver")).map(lambda one: {"tier": {"is": one}}),
        st.just({"organisation": {"is": "Big Corp"}}),
        st.sampled_from(("standard", "multi-touch")).map(lambda one: {"tag": {"is": one}}),
        st.sampled_from(("email", "form")).map(lambda one: {"channel": {"is": one}}),
        st.sampled_from(("critical", "low")).map(lambda one: {"priority": {"at_least": one}}),
        st.sampled_from(("open", "closed")).map(lambda one: {"hours": {"is": one, "calendar": "office"}}),
        st.integers(1, 3).map(lambda count: {"repeated": {"at_least": count, "days": 7}}),
        st.integers(1, 2000).map(lambda size: {"size": {"at_least": size}}),
    )


CONDITION = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
    ),
    max_leaves=4,
)
ACTIONS = st.fixed_dictionaries(
    {"channel": st.sampled_from(("form", "voicemail"))},
    optional={
        "policy": st.sampled_from(("Outage", "Billing")),
        "priority": st.sampled_from(("critical", "low")),
        "tier": st.sampled_from(("gold", "silver")),
        "team": st.sampled_from(("Billing", "Workshop")),
        "owner": st.sampled_from((ANA, JONAS)),
        "status": st.sampled_from(("on_hold", "solved")),
        "tags": st.just(["standard"]),
        "untag": st.just(["multi-touch"]),
    },
)
ROW = st.fixed_dictionaries(
    {"when": CONDITION, "then": ACTIONS},
    optional={"stop": st.booleans(), "mailboxes": st.just([SALES])},
)
FACTS = st.builds(
    Facts,
    at=INSTANT,
    sender=st.sampled_from(ADDRESSES),
    requester=st.sampled_from(("", *ADDRESSES)),
    subject=TEXT,
    body=TEXT,
    headers=TEXTS.map(lambda values: {"x-test": values, "X-TEST": ["a"]} if values else {}),
    attachments=TEXTS,
    labels=TEXTS,
    size=st.sampled_from((0, 500, 3000)),
    priority=st.sampled_from(("critical", "normal", "low", "unheard of")),
    tags=st.sampled_from(((), ("standard",), ("MULTI-TOUCH", "standard"))),
    tier=st.sampled_from(("", "gold", "silver")),
    earlier=st.lists(INSTANT, max_size=3).map(tuple),
    mailbox=st.sampled_from((SUPPORT, SALES, "")),
    by_hand=st.sampled_from(
        (frozenset(), frozenset({"priority", "tier"}), frozenset({"policy"}), frozenset({"tag:Standard"}))
    ),
)
HOSTILE = st.builds(
    Facts,
    at=st.datetimes(timezones=st.just(UTC)),
    sender=ANY_TEXT,
    recipients=st.lists(ANY_TEXT, max_size=2).map(tuple),
    subject=ANY_TEXT,
    body=ANY_TEXT,
    headers=st.dictionaries(ANY_TEXT, st.just(["a"]), max_size=2),
    earlier=st.lists(st.datetimes(timezones=st.just(UTC)), max_size=2).map(tuple),
)


def named(rows: Sequence[dict[str, Any]], start: int = 0) -> list[dict[str, Any]]:
    return [{"name": f"R{number}", **row} for number, row in enumerate(rows, start)]


def ruled(rows: Sequence[dict[str, Any]], facts: Facts) -> Ruling:
    written = book(*rows)
    return written.evaluate(facts, patterns.matcher(written.patterns))


def looked_at(rows: Sequence[dict[str, Any]], facts: Facts) -> tuple[Look, ...]:
    written = book(*rows)
    return written.explain(facts, patterns.matcher(written.patterns))


def agree(one: dict[str, Any], other: dict[str, Any], facts: Facts) -> bool:
    """Whether two conditions hold alike, asked of rules that change no fact."""
    looks = looked_at([rule("One", one, team="Billing"), rule("Other", other, team="Billing")], facts)
    return looks[0].matched == looks[1].matched


@ENOUGH
@given(CONDITION, FACTS)
def test_not_not_a_condition_is_the_condition(one: dict[str, Any], facts: Facts) -> None:
    assert agree({"not": {"not": one}}, one, facts)
    assert not agree({"not": one}, one, facts)


@ENOUGH
@given(st.lists(CONDITION, min_size=1, max_size=4), FACTS)
def test_not_all_is_any_not_and_not_any_is_all_not(parts: list[dict[str, Any]], facts: Facts) -> None:
    opposites = [{"not": part} for part in parts]

    assert agree({"not": {"all": parts}}, {"any": opposites}, facts)
    assert agree({"not": {"any": parts}}, {"all": opposites}, facts)


@ENOUGH
@given(st.lists(ROW, max_size=4), HOSTILE)
def test_no_text_makes_evaluating_fail_and_every_reason_can_be_printed(
    rows: list[dict[str, Any]], facts: Facts
) -> None:
    ruling, looks = ruled(named(rows), facts), looked_at(named(rows), facts)

    assert ruling.matched == tuple(look.rule for look in looks if look.matched)
    assert ruling.why == tuple(look.why for look in looks if look.matched)
    assert all(look.why.isprintable() and look.why.endswith(".") for look in looks)


@ENOUGH
@given(st.lists(ROW, max_size=4), FACTS)
def test_of_everything_the_first_match_decides(rows: list[dict[str, Any]], facts: Facts) -> None:
    """C17"""
    rows = named(rows)
    matched = [row for row, look in zip(rows, looked_at(rows, facts), strict=True) if look.matched]
    ruling = ruled(rows, facts)

    for action in SINGLE:
        giving = [row for row in matched if action in row["then"] and action not in facts.by_hand]
        assert ruling.rule_of(action) == (giving[0]["name"] if giving else None)
        if giving:
            assert getattr(ruling, action) == giving[0]["then"][action]
            assert ruling.because(action).startswith(f"Rule “{giving[0]['name']}” matched: ")
        elif action != "tier":
            assert getattr(ruling, action) is None


@ENOUGH
@given(st.lists(ROW, max_size=4), ROW, FACTS)
def test_a_rule_added_at_the_end_changes_nothing_that_was_decided_before(
    rows: list[dict[str, Any]], last: dict[str, Any], facts: Facts
) -> None:
    before, after = ruled(named(rows), facts), ruled(named([*rows, last]), facts)

    for action, name in before.decided_by.items():
        assert after.rule_of(action) == name
        assert action.startswith("tag:") or getattr(after, action) == getattr(before, action)
    assert after.tags[: len(before.tags)] == before.tags
    assert after.untag[: len(before.untag)] == before.untag
    assert after.why[: len(before.why)] == before.why


@ENOUGH
@given(st.lists(ROW, max_size=2), CONDITION, ACTIONS, st.lists(ROW, min_size=2, max_size=3), FACTS)
def test_the_order_of_rules_after_a_stop_is_irrelevant(
    before: list[dict[str, Any]],
    any_condition: dict[str, Any],
    then: dict[str, Any],
    after: list[dict[str, Any]],
    facts: Facts,
) -> None:
    always = {"any": [any_condition, {"not": any_condition}]}
    first = [*named(before), {"name": "Stop", "when": always, "then": then, "stop": True}]
    rest = named(after, start=len(before))

    assert ruled([*first, *rest], facts) == ruled([*first, *reversed(rest)], facts) == ruled(first, facts)


@ENOUGH
@given(st.lists(ROW, max_size=4), FACTS, st.timedeltas(timedelta(), timedelta(days=9)))
def test_a_ruling_depends_on_the_facts_alone(rows: list[dict[str, Any]], facts: Facts, other: timedelta) -> None:
    written = book(*named(rows))
    matcher = patterns.matcher(written.patterns)

    ruling = written.evaluate(facts, matcher)
    written.evaluate(Facts(at=facts.at - other, subject="outage"), matcher)
    assert written.evaluate(facts, patterns.Patterns(written.patterns)) == ruling
