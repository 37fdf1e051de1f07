"""What customers read of times and reasons."""

from __future__ import annotations

import pytest

from inboxsla.domain.courtesy import CustomerNotice
from inboxsla.notify.customer import Saying, paragraphs
from tests.notify.tickets import berlin


def reads(reason: str, zone: str = "Europe/Berlin", own: str = "") -> str:
    return " ".join(paragraphs(Saying(CustomerNotice.ON_HOLD, "", berlin("2026-11-24 10:48"), zone, reason, own)))


def test_a_customer_on_hold_reads_no_word_that_only_colleagues_understand() -> None:
    assert "We are waiting for a supplier." in reads("supplier")
    assert "reason" not in reads("internal") + reads("float time")
    assert "The reason: spare parts." in reads("spare parts.")


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("supplier", "On hold because we are waiting for a supplier."),
        ("Internal", "On hold because it takes more time."),
        ("float time", "On hold because it takes more time."),
        ("", "On hold because it takes more time."),
        ("spare parts are missing.", "On hold because spare parts are missing."),
    ],
)
def test_the_words_of_an_admin_say_no_such_word_either(reason: str, said: str) -> None:
    read = reads(reason, own="On hold because {reason}.")
    assert said in read
    assert "internal" not in read.lower()
    assert "float" not in read


def test_the_clock_is_named_by_its_city_where_it_has_one() -> None:
    assert "until Tuesday, 24 November 2026, 10:48 CET (Berlin time)." in reads("")
    assert "until Tuesday, 24 November 2026, 09:48 UTC." in reads("", "UTC")
