"""Sealing: what was sealed opens with the same key for the same purpose, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.gmail.keys import CannotUnseal, KeyFile, Keys, new_key

KEYS, OTHERS = Keys.of([new_key()]), Keys.of([new_key()])


@given(st.text(), st.text())
def test_what_was_sealed_opens_again_while_an_older_key_is_kept(plain: str, about: str) -> None:
    sealed = KEYS.seal(plain, about)
    assert Keys((*OTHERS.keys, *KEYS.keys)).unseal(sealed, about) == plain
    assert KEYS.seal(plain, about).text != sealed.text
    with pytest.raises(CannotUnseal):
        OTHERS.unseal(sealed, about)


@given(st.text(), st.text(), st.integers(min_value=0))
def test_what_was_sealed_for_one_purpose_or_was_touched_does_not_open(plain: str, about: str, where: int) -> None:
    sealed = KEYS.seal(plain, about)
    with pytest.raises(CannotUnseal):
        KEYS.unseal(sealed, about + "x")
    at = where % (len(sealed.text) - 4)
    touched = sealed.text[:at] + ("A" if sealed.text[at] != "A" else "B") + sealed.text[at + 1 :]
    with pytest.raises(CannotUnseal):
        KEYS.unseal(replace(sealed, text=touched), about)


def test_two_starters_make_one_key_and_no_word_of_it_is_shown(tmp_path: Path) -> None:
    first, second = KeyFile(tmp_path / "data").keys(), KeyFile(tmp_path / "data").keys()
    assert first.current_id == second.current_id
    assert (tmp_path / "data" / "sealing-key").read_text().strip() not in repr(first)
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["sealing-key"]
