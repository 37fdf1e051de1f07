from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.domain.speech import English, Speech
from inboxsla.speech import BabelSpeech
from inboxsla.storage.database import Database
from inboxsla.web.context import initials, one_line, tint
from tests.web.shop import pages, shop

NOW = datetime(2026, 11, 24, 9, 48, tzinfo=UTC)
BERLIN = BabelSpeech("Europe/Berlin", "en_GB")


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.fixture
def in_a_request(sqlite_database: Database, tmp_path: Path) -> Iterator[None]:
    with pages(shop(sqlite_database, tmp_path / "data")).test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 24, 10, 30, tzinfo=UTC), "11:30 CET"),
        (datetime(2026, 11, 25, 14, 0, tzinfo=UTC), "Wed 15:00 CET"),
        (datetime(2026, 11, 30, 14, 0, tzinfo=UTC), "Mon 15:00 CET"),
        (datetime(2026, 12, 3, 14, 0, tzinfo=UTC), "3 Dec 15:00 CET"),
        (datetime(2027, 7, 3, 14, 0, tzinfo=UTC), "3 Jul 2027 16:00 CEST"),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Wed 00:30 CET"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be_and_names_its_zone(at: datetime, said: str) -> None:
    assert plain(BERLIN.moment(at, NOW)) == said


@given(st.timedeltas(timedelta(days=-700), timedelta(days=700)))
def test_pages_and_mails_say_the_same_moment_alike(apart: timedelta) -> None:
    at = NOW + apart
    # Britain writes Sept; everything else is the same in both.
    assert BERLIN.moment(at, NOW).replace("Sept", "Sep") == English("Europe/Berlin").moment(at, NOW)
    assert BERLIN.same_day(at, NOW) == English("Europe/Berlin").same_day(at, NOW)


def test_other_languages_give_dates_their_form() -> None:
    at = datetime(2026, 12, 3, 14, 0, tzinfo=UTC)
    assert plain(BabelSpeech("Europe/Berlin", "de").moment(at, NOW)) == "3. Dez. 15:00 CET"
    assert plain(BabelSpeech("America/New_York", "en_US").moment(at, NOW)) == "Dec 3 9:00 AM EST"


def test_zones_without_letters_are_said_as_an_offset() -> None:
    assert BabelSpeech("America/Sao_Paulo", "en_GB").zone_name(NOW) == "UTC−3"
    assert BabelSpeech("Asia/Kathmandu", "en_GB").zone_name(NOW) == "UTC+5:45"
    assert BabelSpeech("UTC", "en_GB").zone_name(NOW) == "UTC"


def test_the_clock_of_a_page_and_an_exact_moment() -> None:
    assert plain(BERLIN.today(NOW)) == "Tue 24 Nov 10:48 CET"
    assert plain(BERLIN.exact(NOW)) == "24 Nov 2026, 10:48:00 CET"


@pytest.mark.usefixtures("in_a_request")
def test_texts_are_filled_in_and_percent_signs_stay() -> None:
    say: Speech = BERLIN
    assert say.text("due %(when)s", when="11:30") == "due 11:30"
    assert say.text("%(percent)s %% of %(promise)s", percent=75, promise="resolution") == "75 % of resolution"
    assert say.text("100 % sure") == "100 % sure"
    assert plain(say.length(timedelta(minutes=95))) == "1 h 35 min"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Ruiz", "AR"),
        ("Mehmet Yılmaz", "MY"),
        ("田中", "田"),
        ("ana@lumenvelo.example", "A"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials(name: str | None, letters: str) -> None:
    assert initials(name) == letters


@given(st.text())
def test_any_text_fits_on_one_line_and_any_address_has_a_colour(text: str) -> None:
    line = one_line(text, "nothing")
    assert line
    assert not set("\r\n\t\0") & set(line)
    assert 0 <= tint(text) < 6
    assert len(initials(text)) >= 1
