"""Hostile text on one line, in a quote, in a column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inboxsla.notify.plain import COLUMNS, cut, display_name, isolated, one_line, quote, width, wrap

texts = st.text(max_size=400)


@given(texts)
def test_one_line_is_one_line_and_stays_as_it_is_when_done_again(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line
    assert line.encode().decode() == line


@given(texts, st.integers(2, 200))
def test_what_is_cut_is_a_beginning_of_the_text(text: str, longest: int) -> None:
    short = cut(text, longest)
    assert len(short) <= longest
    assert text.startswith(short) or text.startswith(short.removesuffix("…"))


@given(texts, st.sampled_from(["", "> "]))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, start: str) -> None:
    line = one_line(text)
    lines = list(wrap(line, start=start))
    assert all(width(each) <= COLUMNS for each in lines)
    assert "".join(each.removeprefix(start) for each in lines).replace(" ", "") == line.replace(" ", "")


@given(texts)
def test_a_quote_has_three_lines_at_most(text: str) -> None:
    lines = quote(text)
    assert len(lines) <= 3
    assert sum(map(width, lines)) <= 3 * 72 + 3


@given(texts)
def test_a_display_name_cannot_look_like_an_address(text: str) -> None:
    assert not set(display_name(text)) & set('<>@,:;"\\()[]')


def test_a_short_message_keeps_its_lines_and_a_long_one_flows() -> None:
    assert quote("Hello,\n\nwhere is my lamp?\n") == ("Hello,", "where is my lamp?")
    assert quote("one\ntwo\nthree\nfour") == ("one two three four",)


def test_text_cannot_turn_the_line_around() -> None:
    assert one_line("invoice\u202egnp.exe") == "invoicegnp.exe"


def test_scripts_keep_the_joiners_they_need() -> None:
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"


def test_only_text_that_runs_right_to_left_is_isolated() -> None:
    assert isolated("Refund") == "Refund"
    assert isolated("הזמנה 77") == "\u2068הזמנה 77\u2069"
