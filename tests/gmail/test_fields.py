"""Address headers as strangers write them."""

from __future__ import annotations

import time

import pytest

from inboxsla.gmail.fields import split_addresses


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Müller, Jörg <joerg@rad.example>", [("Müller, Jörg", "joerg@rad.example")]),
        ('"Müller, Jörg" <joerg@rad.example>', [("Müller, Jörg", "joerg@rad.example")]),
        ("=?utf-8?q?M=C3=BCller=2C_J=C3=B6rg?= <joerg@rad.example>", [("Müller, Jörg", "joerg@rad.example")]),
        (
            "Müller, Jörg <joerg@rad.example>, Şahin, Fatma <fatma@pedalim.example>",
            [("Müller, Jörg", "joerg@rad.example"), ("Şahin, Fatma", "fatma@pedalim.example")],
        ),
        (
            "ana@lumenvelo.example, Weber, Jonas <jonas@lumenvelo.example>",
            [("", "ana@lumenvelo.example"), ("Weber, Jonas", "jonas@lumenvelo.example")],
        ),
    ],
)
def test_a_comma_in_a_name_belongs_to_the_name(header: str, found: list[tuple[str, str]]) -> None:
    assert split_addresses(header) == found


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('"Ève," x <a@b.example>', "Ève, x"),
        ('Ana "Annie" Ruiz <a@b.example>', "Ana Annie Ruiz"),
        (r'"Ana \"Annie\" Ruiz" <a@b.example>', 'Ana "Annie" Ruiz'),
        ('"Müller, Jörg" (Berlin) <a@b.example>', "Müller, Jörg (Berlin)"),
        ('The 5" lamp <a@b.example>', 'The 5" lamp'),
    ],
)
def test_quotes_around_a_part_of_a_name_are_not_part_of_it(header: str, name: str) -> None:
    assert split_addresses(header) == [(name, "a@b.example")]


@pytest.mark.parametrize(
    "header",
    [
        "undisclosed-recipients:; Ana Ruiz <ana@lumenvelo.example>",
        "<>, Ana Ruiz <ana@lumenvelo.example>",
        '"nobody", Ana Ruiz <ana@lumenvelo.example>',
        ", , Ana Ruiz <ana@lumenvelo.example>",
    ],
)
def test_what_is_no_beginning_of_a_name_is_left_out(header: str) -> None:
    assert split_addresses(header) == [("Ana Ruiz", "ana@lumenvelo.example")]


def test_a_header_of_nothing_but_commas_and_words_is_read_quickly() -> None:
    begun = time.perf_counter()
    assert split_addresses("a," * 32_000 + " Ana <ana@lumenvelo.example>")[0][1] == "ana@lumenvelo.example"
    assert time.perf_counter() - begun < 1
