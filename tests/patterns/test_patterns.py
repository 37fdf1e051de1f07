"""Regular expressions of admins: found fast, never stuck, and refused with a reason that helps."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.patterns import Patterns, broken, matcher


def hits(text: str, *patterns: str) -> set[str]:
    return set(Patterns([("body", patterns)]).hits("body", text))


def test_all_patterns_of_a_field_are_looked_for_at_once() -> None:
    assert hits("The outage of 12 June", "outage", "out(fall|age)", "invoice", r"\d+ june$", "^of") == {
        "outage", "out(fall|age)", r"\d+ june$",
    }  # fmt: skip


def test_fields_have_patterns_of_their_own() -> None:
    both = Patterns([("subject", ["light"]), ("body", ["light", "order"])])

    assert both.hits("subject", "Order a light") == {"light"}
    assert both.hits("body", "Order a light") == {"light", "order"}


def test_case_is_ignored_also_beyond_ascii_and_line_ends_are_ends() -> None:
    assert hits("STÖRUNG\nzweite Zeile", "störung$", "^ZWEITE", "zeile$") == {"störung$", "^ZWEITE", "zeile$"}


def test_alternatives_at_the_top_are_all_read_line_by_line() -> None:
    assert hits("a\nb", "^x|^b") == {"^x|^b"}


@pytest.mark.parametrize("text", ["", "\x00", "a\x00outage", "\ud800 outage", "\U0010ffff", "é" * 9000])
def test_any_text_can_be_looked_through(text: str) -> None:
    assert hits(text, "outage") == ({"outage"} if "outage" in text else set())
    assert hits("a\x00b", r"a\x00b") == {r"a\x00b"}


@settings(max_examples=2000, deadline=None)
@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_a_pattern_is_either_refused_in_words_or_usable_on_any_text(pattern: str, text: str) -> None:
    complaint = broken(pattern)
    if complaint:
        assert complaint.startswith(("at character ", "because "))
        assert complaint.endswith((".", "?"))
    else:
        assert hits(text, pattern) <= {pattern}


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("order (no|number", "because a closing ) is missing."),
        ("order)", "because there is a ) without its (. Write \\) for the character."),
        ("order [a-z", "at character 7, “[a-z”: a closing ] is missing."),
        ("no *+", "at character 4, “*+”: two repetitions stand side by side."),
        ("*order", "at character 1, “*”: there is nothing to repeat. Write \\ before the character if you mean itself."),
        ("order [z-a]", "at character 8, “z-a”: there is no such range or class of characters."),
        (r"(a)\1", "at character 4, “\\1”: this \\ has no meaning here. Repeating what a group found is not possible."),
        ("no(?!thing)", "at character 3, “(?!”: this is not possible here. Looking ahead or behind is not, nor are conditions."),
        ("order\\", "because a \\ ends it. Write \\\\ for the character."),
        ("a{2000}", "at character 2, “{2000}”: this repeats more often than can be counted. Write * or + instead."),
        ("a\ud800", "at character 2: this is half a character."),
    ],
)  # fmt: skip
def test_a_broken_pattern_is_refused_with_where_and_why(pattern: str, complaint: str) -> None:
    assert broken(pattern) == complaint


@pytest.mark.parametrize("pattern", ["outage|", ".*", "", "(a|b|)", "x?"])
def test_a_pattern_that_fits_everything_is_refused_as_a_slip(pattern: str) -> None:
    assert broken(pattern).startswith("because it fits every text")


@pytest.mark.parametrize(
    "pattern", ["^$", ".", r"\bout(age|fall)\b", r"lv-\d{5}", "refund.{0,100}order", r"\p{L}+", "störung"]
)
def test_useful_patterns_are_let_through(pattern: str) -> None:
    assert broken(pattern) == ""


@pytest.mark.parametrize("pattern", [".{0,400}x", r"(\p{L}{1,9} ){3}", "((a{1,30}){1,30}){1,30}"])
def test_a_pattern_whose_work_would_multiply_is_refused(pattern: str) -> None:
    assert "too large" in broken(pattern) or "repeats more often" in broken(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*c", "(.*a){20}c", "^(([a-z])+.)+[A-Z]([a-z])+$", "a[ab]{900}c"])
def test_no_pattern_takes_long_where_others_would_try_everything(pattern: str) -> None:
    """Backtracking would need longer than the universe is old; here each finishes or this test never does."""
    assert hits("ab" * 8000 + "!", pattern) == set()


def test_many_large_patterns_are_shared_out_to_several_sets() -> None:
    large = [f"{word}[ab]{{900}}c" for word in ("one", "two", *map(chr, range(ord("d"), ord("z"))))] * 8
    patterns = [f"{pattern}{number}" for number, pattern in enumerate(large)]
    assert not any(map(broken, patterns))

    assert hits("two" + "a" * 900 + "c1", *patterns) == {"two[ab]{900}c1"}


def test_threads_share_one_compiled_form() -> None:
    patterns = (("body", tuple(f"word{number}.*end" for number in range(50))),)
    shared = matcher(patterns)
    assert matcher(patterns) is shared
    found: list[frozenset[str]] = []

    def look() -> None:
        for _ in range(200):
            found.append(shared.hits("body", "word7 and word8 to the end"))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) == {frozenset({"word7.*end", "word8.*end"})}
    assert len(found) == 800
