"""What stands beside a length on a policy's form: what it means, what it was before. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from inboxsla.config.document.lengths import length
from inboxsla.config.document.model import METRICS, PRIORITIES
from inboxsla.config.settings import Calendar
from inboxsla.domain.durations import exactly
from inboxsla.web.settings.policy_form import LENGTHS
from inboxsla.web.settings.policy_line import calendar_of
from inboxsla.web.settings.typed import Typed


@dataclass(frozen=True, slots=True)
class Note:
    """`means` is the length in hours and minutes, where that says more than what was typed; `was` what was typed before.

    `wrong` is why it cannot be read.
    """

    means: str = ""
    was: str = ""
    wrong: str = ""


def notes(typed: Typed, before: Typed | None, calendars: Mapping[str, Calendar]) -> dict[str, Note]:
    """By field. `before` is the form as it was before anything was typed, None for a policy that is new."""
    was = None if before is None else before.get
    return {name: _note(typed.get(name), was and was(name), day) for name, day in _lengths(typed, calendars)}


def business_day(typed: Typed, calendars: Mapping[str, Calendar]) -> timedelta | None:
    """That of the policy's calendar."""
    calendar = calendar_of(typed.get("calendar"), calendars)
    return None if calendar is None else calendar.business_day


def _lengths(typed: Typed, calendars: Mapping[str, Calendar]) -> Iterator[tuple[str, Calendar | None]]:
    """Every field that holds a length, with whose days it is written in."""
    own = calendar_of(typed.get("calendar"), calendars)
    for metric in METRICS:
        name = typed.get(f"targets.{metric}.calendar")
        calendar = calendar_of(name, calendars) if name else own
        yield from ((f"targets.{metric}.{priority}", calendar) for priority in PRIORITIES)
    for nth, step in enumerate(typed.rows("steps")):
        if step.get("when") in ("before", "after", "every"):
            yield f"steps.{nth}.length", own
    yield from ((name, own) for name in LENGTHS)


def _note(text: str, before: str | None, calendar: Calendar | None) -> Note:
    was = before if before is not None and before != text else ""
    if not text:
        return Note(was=was)
    try:
        means = exactly(length(text, calendar))
    except ValueError as wrong:
        return Note(was=was, wrong=_sentence(str(wrong)))
    return Note("" if _plain(means) == _plain(text) else means, was)


def _plain(text: str) -> str:
    return "".join(text.lower().split()).replace("min", "m")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
