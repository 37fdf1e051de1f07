"""Every state the panel can be in, as examples: Gmail would show each of them, and they say true things."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from addon.gallery import Example, examples
from inboxsla.speech import BabelSpeech
from tests.addon.gmail import BASE, Shown


def _all() -> dict[str, Example]:
    app = Flask("gallery")
    Babel(app)
    with app.test_request_context():
        return {each.key: each for each in examples(BASE, BabelSpeech("UTC", "en_GB"))}


STATES = _all()


def state(key: str) -> Shown:
    answer = STATES[key].answer
    action = answer["renderActions"]["action"] if "renderActions" in answer else answer["action"]
    step = action["navigations"][-1]
    return Shown(step.get("pushCard") or step["updateCard"])


@pytest.mark.parametrize("key", STATES)
def test_gmail_would_show_every_state(key: str) -> None:
    card = state(key)
    assert card.title
    assert STATES[key].title


@pytest.mark.parametrize(
    ("key", "title", "subtitle"),
    [
        ("on_track", "Due Wed 09:10 CET", "Low · first response · 6 h 52 min left"),
        ("urgent", "42 min left", "Urgent · first response due 11:30 CET"),
        ("overdue", "2 h 3 min over", "Overdue · was due Mon 17:15 CET"),
        ("on_hold", "On hold until Thu 09:00 CET", "Paused · Spare lens is back in stock on Wednesday."),
        ("not_a_ticket", "Not a ticket", "No promise runs for this thread"),
        ("waiting", "Waiting on customer", "Paused · 23 h 22 min left when it resumes"),
        ("solved", "Solved Mon 16:30 CET", "Met · Answered in 38 min, 7 h 22 min to spare"),
        ("home", "14 open, 1 overdue", "support@lumenvelo.example"),
    ],
)
def test_a_state_is_told_in_its_first_two_lines(key: str, title: str, subtitle: str) -> None:
    assert (state(key).title, state(key).subtitle) == (title, subtitle)


def test_a_lost_race_is_the_notice_and_the_first_thing_on_the_card() -> None:
    card = state("faster")
    first = next(iter(card.widgets))["decoratedText"]
    assert first["text"] == "<b>Jonas Weber was faster.</b>"
    assert first["bottomLabel"] == "Jonas Weber took it at 10:48. Your click changed nothing."
    notice = STATES["faster"].answer["renderActions"]["action"]["notification"]["text"]
    assert notice.startswith("Jonas Weber was faster.")
