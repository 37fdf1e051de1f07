"""What holds for every configuration document, whatever it says."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.config.document import compile_policies, differences, read, to_toml
from inboxsla.domain.policy_data import from_data
from tests.config.documents import NOW, PLAIN, accepted, documents, mistakes

# A whole document takes long to make up, and each holds every section many times over.
SOME = 50


@settings(max_examples=SOME)
@given(documents())
def test_what_is_written_is_read_back_as_the_same(body: dict[str, Any]) -> None:
    kept = accepted(body)
    again = read(to_toml(kept.body), "desk.toml", NOW)

    assert again.body == kept.body
    assert to_toml(again.body) == to_toml(kept.body)
    assert differences(kept.document, again.document) == ()


@settings(max_examples=SOME)
@given(documents())
def test_every_policy_of_a_document_without_mistakes_can_be_counted_by(body: dict[str, Any]) -> None:
    for name, compiled in compile_policies(accepted(body).document).items():
        assert from_data(compiled).name == name


@settings(max_examples=SOME)
@given(documents(), documents())
def test_a_difference_is_named_exactly_where_there_is_one(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = accepted(old).document, accepted(new).document
    sections = {change.section for change in differences(before, after)}

    for name in type(before).model_fields:
        one, other = getattr(before, name), getattr(after, name)
        if name in ("people", "teams", "mailboxes"):
            # Who is listed first means nothing.
            one, other = sorted(map(repr, one)), sorted(map(repr, other))
        same = one == other
        assert same == (name not in sections) or name in ("calendars", "policies"), name


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)


@settings(max_examples=SOME)
@given(documents(), st.data())
def test_nonsense_anywhere_is_refused_or_read_but_never_breaks(body: dict[str, Any], data: st.DataObject) -> None:
    spoiled: Any = body
    while isinstance(spoiled, dict | list) and spoiled:
        keys = list(spoiled) if isinstance(spoiled, dict) else range(len(spoiled))
        key = data.draw(st.sampled_from(list(keys)))
        if data.draw(st.booleans()) or not isinstance(spoiled[key], dict | list) or not spoiled[key]:
            spoiled[key] = data.draw(_JSON)
            break
        spoiled = spoiled[key]
    assert all(mistake.endswith((".", "?")) for mistake in mistakes(body))


@given(st.integers(0, len(PLAIN)), st.text(max_size=5), st.integers(0, 20))
def test_a_text_with_a_slip_is_refused_or_read_but_never_breaks(at: int, typed: str, lost: int) -> None:
    found = mistakes(PLAIN[:at] + typed + PLAIN[at + lost :])

    assert all(mistake.startswith("desk.toml:") for mistake in found)
