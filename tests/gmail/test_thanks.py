"""Mail that says nothing but thanks, and mail that only begins so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inboxsla.gmail.thanks import is_only_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Thank you so much, Ana",
        "Perfect, thanks a lot for your quick reply.\n\nBest regards\nZofia Wiśniewska",
        "ok thx 👍",
        "Vielen Dank für die schnelle Hilfe!\n\nViele Grüße\nJörg",
        "Merci beaucoup pour votre aide",
        "¡Muchas gracias!",
        "Grazie mille",
        "Hartelijk bedankt",
        "Tack så mycket",
        "Dziękuję bardzo",
        "Большое спасибо",
        "ありがとうございます。",
        "谢谢！",
    ],
)
def test_thanks_and_nothing_else(text: str) -> None:
    assert is_only_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Thanks, but it still does not work.",
        "Thanks! When will it arrive?",
        "Thanks, my order is 1182",
        "Thanks, please also change the address to zofia@example.org",
        "No thanks",
        "Thanks for nothing",
        "Danke, leider ist die Lampe immer noch kaputt",
        "Thank you. I would like to send it back and get my money, as the second one has the same fault as the first one.",
        "Bob Thanks Lamp Broken",
    ],
)
def test_what_may_want_an_answer_is_more_than_thanks(text: str) -> None:
    assert not is_only_thanks(text)


def test_the_names_of_those_who_write_to_each_other_are_let_pass() -> None:
    assert is_only_thanks("thanks ana ruiz from zofia", ["Ana Ruiz", "Zofia Wiśniewska", "from"])
    assert not is_only_thanks("thanks ana ruiz from zofia")


@given(st.text(max_size=600))
def test_any_text_is_answered_and_a_question_is_never_only_thanks(text: str) -> None:
    assert not is_only_thanks(text + " ?")
    assert is_only_thanks(text) in (True, False)
