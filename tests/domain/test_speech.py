"""Moments in English: the day only where it is needed, the zone always."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inboxsla.domain.speech import English
from tests.people import LONDON, june, london

NOW = june("10 12:00")


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (june("10 11:30"), "11:30 BST"),
        (june("10 23:59"), "23:59 BST"),
        (june("11 00:00"), "Thu 00:00 BST"),
        (june("16 15:00"), "Tue 15:00 BST"),
        (june("17 15:00"), "17 Jun 15:00 BST"),
        (june("4 09:05"), "Thu 09:05 BST"),
        (june("3 09:05"), "3 Jun 09:05 BST"),
        (london("2026-12-03 15:00"), "3 Dec 15:00 GMT"),
        (london("2027-01-04 09:00"), "4 Jan 2027 09:00 GMT"),
    ],
)
def test_a_moment_says_its_day_when_it_is_another_day_and_always_its_zone(moment: datetime, words: str) -> None:
    assert English(LONDON).moment(moment, NOW).replace("\u00a0", " ") == words


def test_the_readers_zone_decides_what_today_is() -> None:
    late = june("10 23:30")

    assert English(LONDON).same_day(late, NOW)
    assert not English("Europe/Berlin").same_day(late, NOW)
    assert English("Europe/Berlin").moment(late, NOW).replace("\u00a0", " ") == "Thu 00:30 CEST"


def test_a_zone_without_letters_is_said_as_an_offset() -> None:
    assert English("America/Sao_Paulo").moment(NOW, NOW).replace("\u00a0", " ") == "08:00 UTC−3"
    assert English("Asia/Kathmandu").moment(NOW, NOW).replace("\u00a0", " ") == "16:45 UTC+5:45"
    assert English("UTC").moment(NOW, NOW).replace("\u00a0", " ") == "11:00 UTC"


def test_texts_are_filled_in_and_lengths_said_in_words() -> None:
    say = English(LONDON)

    assert say.text("%(count)s tickets need you", count=3) == "3 tickets need you"
    assert say.text("75 %") == "75 %"
    assert say.length(timedelta(minutes=95)).replace("\u00a0", " ") == "1 h 35 min"
