"""What fell due and waits, in words: until when, why, and which step it is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from inboxsla.domain.decide import CLOSING
from inboxsla.domain.policy import Do
from inboxsla.domain.returning import REOPENED
from inboxsla.domain.speech import Speech
from inboxsla.domain.step_words import STEP_WORDS, step_place
from inboxsla.domain.timeline_view import Entry


@dataclass(frozen=True, slots=True)
class Waiting:
    """An act that waits until `until` (aware). `act` and `data` are the act's own.

    `full` says that those named had enough mails for now; otherwise they are who is told once they are on duty.
    `names` is empty where nobody is known to be.
    """

    act: str
    data: Mapping[str, Any]
    until: datetime
    names: tuple[str, ...]
    full: bool


# Texts with `until` and `name`: a reminder, any other mail.
_FULL = (
    "Reminder waits until %(until)s: %(name)s got enough mails within the hour",
    "Mail waits until %(until)s: %(name)s got enough mails within the hour",
)
_ON_DUTY = (
    "Reminder waits until %(until)s, when %(name)s is on duty",
    "Mail waits until %(until)s, when %(name)s is on duty",
)
_SEVERAL_ON_DUTY = (
    "Reminder waits until %(until)s, when %(name)s are on duty",
    "Mail waits until %(until)s, when %(name)s are on duty",
)


# What people asked for is of no step.
_BY_HAND = (Do.TELL_ESCALATED, Do.TELL_REFUSED, Do.TELL_MENTIONED, Do.TELL_HANDED_OVER)


def entry(waiting: Waiting, now: datetime, say: Speech) -> Entry:
    """As one of the entries that lie ahead."""
    until = say.moment(waiting.until, now)
    return Entry(waiting.until, "wait", "", _what(waiting, until, say), _of_step(waiting, say), planned=True)


def _what(waiting: Waiting, until: str, say: Speech) -> str:
    if waiting.act == Do.REASSIGN:
        return say.text("Hand-over waits until %(until)s, when somebody who can take it is on duty", until=until)
    texts = _FULL if waiting.full else _SEVERAL_ON_DUTY if len(waiting.names) > 1 else _ON_DUTY
    somebody = say.text("whoever gets it") if waiting.full else say.text("somebody who can be told")
    name = say.text(" and ").join(waiting.names) or somebody
    return say.text(texts[waiting.act != Do.REMIND_OWNER], until=until, name=name)


def _of_step(waiting: Waiting, say: Speech) -> str:
    data = waiting.data
    if waiting.act in _BY_HAND:
        return say.text(STEP_WORDS[Do(waiting.act)])
    metric = CLOSING if waiting.act == Do.WARN_CLOSING else REOPENED if "reopened" in data else data.get("metric")
    return step_place({**data, "metric": metric}, say) if metric and "step" in data else ""
