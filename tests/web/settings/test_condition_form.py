"""Conditions as rows of a form: whatever a condition says, it comes back from the form the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.web.settings import condition_form, rule_form
from inboxsla.web.settings.condition_form import Code, Group, Leaf
from inboxsla.web.settings.typed import MOST_ROWS, Typed

TEXT = st.text(min_size=1, max_size=8)
OUTAGE: dict[str, Any] = {"subject": {"contains": "outage"}}
LEAVES = st.one_of(
    st.builds(
        lambda field, how, text: {field: {how: text}},
        st.sampled_from(("subject", "body", "sender", "tag")),
        st.sampled_from(("is", "contains", "starts_with", "matches")),
        TEXT,
    ),
    st.lists(TEXT, min_size=1, max_size=3).map(lambda texts: {"recipient": {"one_of": texts}}),
    st.builds(lambda name, text: {"header": {"name": name, "is": text}}, TEXT, TEXT),
    st.sampled_from(
        (
            {"hours": {"is": "closed", "calendar": "office"}},
            {"size": {"at_least": "5 MB"}},
            {"size": {"at_least": 5_000_000}},
            {"size": {"at_least": "5000000"}},
            {"repeated": {"at_least": 2, "days": 30}},
            {"priority": {"one_of": ["high", "critical"]}},
            {"priority": {"at_least": "high"}},
        )
    ),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda below: st.one_of(
        st.lists(below, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(below, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        below.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)


def form(when: dict[str, Any]) -> Typed:
    return Typed(tuple(condition_form.filled_in(when)))


def again(typed: Typed) -> Any:
    return condition_form.written(typed)[0]


@settings(max_examples=40)
@given(CONDITIONS)
def test_a_condition_comes_back_as_it_was(when: dict[str, Any]) -> None:
    assert again(form(when)) == when


@pytest.mark.parametrize("text", ["two\nlines", "a\rb", "a\0b", " led", "trailed "])
def test_what_a_browser_would_change_is_carried_along_as_code(text: str) -> None:
    when = {"any": [OUTAGE, {"body": {"contains": text}}]}

    assert isinstance(condition_form.shape(form(when)).rows[1], Code)
    assert again(form(when)) == when


def test_what_is_deeper_than_the_form_shows_is_carried_along_as_code() -> None:
    deep: dict[str, Any] = OUTAGE
    for nth in range(12):
        deep = {"all" if nth % 2 else "any": [deep, {"body": {"contains": str(nth)}}]}

    typed = form(deep)

    assert again(typed) == deep
    codes = [text for name, text in typed.fields if name.endswith(".words")]
    assert len(codes) == 1
    assert "“outage”" in codes[0]


def test_more_parts_than_a_form_has_rows_are_carried_along_as_code() -> None:
    many = {"any": [{"sender": {"is": f"a{nth}@x.example"}} for nth in range(MOST_ROWS + 1)]}

    shown = condition_form.shape(form(many))

    assert again(form(many)) == many
    assert isinstance(shown.rows[0], Code)


@pytest.mark.parametrize(
    ("when", "join", "rows"),
    [
        (OUTAGE, "all", ["subject contains outage"]),
        ({"not": OUTAGE}, "all", ["subject not contains outage"]),
        ({"not": {"any": [OUTAGE, {"tag": {"is": "x"}}]}}, "none", ["subject contains outage", "tag is x"]),
        ({"not": {"all": [OUTAGE]}}, "not_all", ["subject contains outage"]),
    ],
)
def test_not_is_said_where_people_look_for_it(when: dict[str, Any], join: str, rows: list[str]) -> None:
    shown = condition_form.shape(form(when))

    assert shown.join == join
    assert [f"{row.about} {row.how} {row.value}" for row in shown.rows if isinstance(row, Leaf)] == rows


def test_rows_are_added_and_removed_wherever_they_are() -> None:
    typed = form({"all": [OUTAGE, {"any": [{"tag": {"is": "x"}}]}]})

    def after(order: str) -> Any:
        changed = condition_form.obeyed(typed, order)
        assert changed is not None
        return again(changed)

    blank = {"subject": {"contains": ""}}
    assert after("add:when.rows:group") == {"all": [OUTAGE, {"any": [{"tag": {"is": "x"}}]}, {"any": [blank]}]}
    assert after("add:when.rows.1.rows") == {"all": [OUTAGE, {"any": [{"tag": {"is": "x"}}, blank]}]}
    assert after("remove:when.rows:0") == {"all": [{"any": [{"tag": {"is": "x"}}]}]}
    assert after("remove:when.rows.1.rows:0") == {"all": [OUTAGE, {"any": []}]}
    assert condition_form.obeyed(typed, "save") is None


def test_another_field_keeps_what_fits_it() -> None:
    typed = form(OUTAGE).replaced("when.rows.0.about", "size")
    assert again(typed) == {"size": {"at_least": "outage"}}

    typed = form({"not": OUTAGE}).replaced("when.rows.0.about", "body")
    assert again(typed) == {"not": {"body": {"contains": "outage"}}}


@pytest.mark.parametrize(
    ("when", "key", "name"),
    [
        (OUTAGE, ("when", "subject", "contains"), "when.rows.0.value"),
        ({"all": [OUTAGE, {"not": OUTAGE}]}, ("when", "all", 1, "not", "subject", "contains"), "when.rows.1.value"),
        ({"header": {"name": "a b", "is": "1"}}, ("when", "header", "name"), "when.rows.0.beside"),
        ({"not": {"any": [OUTAGE]}}, ("when", "not", "any", 0, "subject"), "when.rows.0.value"),
        ({"any": [{"all": [OUTAGE]}]}, ("when", "any", 0, "all"), "when.rows.0"),
        ({"not": {"not": {"any": [OUTAGE]}}}, ("when", "not", "not", "any", 0, "subject"), "when.rows.0.rows.0.value"),
    ],
)
def test_a_complaint_finds_its_field(when: dict[str, Any], key: tuple[str | int, ...], name: str) -> None:
    _, places = condition_form.written(form(when))

    assert condition_form.field_of(places, key) == name


@settings(max_examples=30)
@given(st.dictionaries(st.from_regex(r"when\.(rows\.\d\.){0,7}(about|how|value|join|bare|code|beside)", fullmatch=True),
                       st.sampled_from(("group", "code", "all", "none", "yes", "not is", "subject", "[" * 3000, "{}", "x"))))  # fmt: skip
def test_whatever_is_sent_is_read_without_breaking(fields: dict[str, str]) -> None:
    json.dumps(again(Typed.of(fields)))


def test_a_form_made_deeper_by_hand_ends_somewhere() -> None:
    name = "when"
    fields = {}
    for _ in range(400):
        name += ".rows.0"
        fields[f"{name}.about"] = "group"

    depth, group = 0, condition_form.shape(Typed.of(fields))
    while group.rows and isinstance(group.rows[0], Group):
        depth, group = depth + 1, group.rows[0]

    assert depth < condition_form.DEEPEST


def test_the_rest_of_a_rule_comes_back_too() -> None:
    rule = {
        "name": "VIP",
        "mailboxes": ["a@x.example", "b@x.example"],
        "stop": True,
        "when": OUTAGE,
        "then": {"policy": "VIP", "priority": "high", "tags": ["a", "b c"], "untag": ["d"], "not_a_ticket": False},
    }

    assert rule_form.written(rule_form.filled_in(rule, 3))[0] == rule
    assert rule_form.written(rule_form.filled_in({"name": "Bare", "when": OUTAGE, "stop": True}, 1))[0] == {
        "name": "Bare",
        "when": OUTAGE,
        "stop": True,
    }
