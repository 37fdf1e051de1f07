"""Texts that look alike to people are alike to rules; addresses are compared more strictly."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.domain.folding import MOST_READ, fold, fold_address, plain, with_parents

ENOUGH = settings(max_examples=2000, deadline=None)
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@ENOUGH
@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)


@ENOUGH
@given(st.text())
def test_how_accents_are_written_makes_no_difference(text: str) -> None:
    composed, decomposed = normalize("NFC", text), normalize("NFD", text)

    assert fold(composed) == fold(decomposed)
    assert plain(composed) == plain(decomposed)
    assert fold_address(composed) == fold_address(decomposed)


@ENOUGH
@given(st.text())
def test_upper_and_lower_case_make_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text) == fold(text.lower())


@ENOUGH
@given(ANY_TEXT)
def test_what_regular_expressions_see_can_be_encoded(text: str) -> None:
    assert plain(text).encode().decode() == plain(text)


def test_accents_without_end_take_no_longer_than_other_text() -> None:
    """Put in order all at once, these would take seconds."""
    endless = "\u0315\u0300" * (MOST_READ // 2)

    assert len(fold(endless)) == len(plain(endless)) == MOST_READ


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Ana@Big.EXAMPLE", "ana@big.example"),
        (" ana@big.example. ", "ana@big.example"),
        ("a@xn--mller-kva.example", "a@müller.example"),
        ("a@MU\u0308LLER.example", "a@müller.example"),
        ("XN--MLLER-KVA.example", "müller.example"),
        ("a@xn--big-.example", "a@xn--big-.example"),
        ("a@xn--\x00.example", "a@xn--\x00.example"),
        ("a@straße.example", "a@straße.example"),
        ("a@" + "x." * 200, "a@" + "x." * 199 + "x"),
        ("", ""),
    ],
)
def test_an_address_is_read_without_case_its_domain_in_letters(written: str, folded: str) -> None:
    assert fold_address(written) == folded


@ENOUGH
@given(ANY_TEXT)
def test_no_address_is_too_odd_to_read(text: str) -> None:
    for address in (text, f"a@{text}", f"a@xn--{text}.example"):
        assert fold_address(fold_address(address)) == fold_address(address)


def test_a_domain_lies_in_its_parents() -> None:
    assert with_parents("a.b.example") == ("a.b.example", "b.example", "example")
    assert with_parents("") == ()
    assert len(with_parents("x." * 30_000)) == 1, "no domain is that long"
