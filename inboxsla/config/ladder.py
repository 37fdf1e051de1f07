"""The reminder steps of the built-in policy, as config.toml writes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, model_validator

from inboxsla.config import fields
from inboxsla.config.section import Section
from inboxsla.config.webhooks import HookName
from inboxsla.domain.durations import words
from inboxsla.domain.policy import SHORTEST_REPEAT

Action = Literal["remind_owner", "notify_owner", "notify_lead", "reassign"]
T = TypeVar("T")


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _each_once(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_one_or_more), AfterValidator(_each_once)]


def not_too_often(every: timedelta) -> None:
    """Raises ValueError for what would be a storm."""
    if every < SHORTEST_REPEAT:
        raise ValueError(f"this would come every {words(every)}. {words(SHORTEST_REPEAT)} is the least.")


def _repeat(every: timedelta) -> timedelta:
    not_too_often(every)
    return every


class LadderStep(Section):
    """`every` is business time: so often after the due time, until somebody acts."""

    at: fields.Percent | None = None
    every: Annotated[fields.BusinessLength, AfterValidator(_repeat)] | None = None
    do: tuple[Action, ...] = ()
    add_tag: OneOrMore[fields.Name] = ()
    webhook: OneOrMore[HookName] = ()

    @model_validator(mode="after")
    def _comes_once_and_does_something(self) -> LadderStep:
        if (self.at is None) == (self.every is None):
            raise ValueError("say once when this step comes: at = 75 (percent), or every = “4h” (after it was due).")
        if not (self.do or self.add_tag or self.webhook):
            raise ValueError(f"this step does nothing. Write one or more of {', '.join(get_args(Action))}.")
        return self

    def data(self) -> dict[str, Any]:
        """As `domain.policy_data` reads it, with what is not said left out; lengths in whole seconds."""
        return {
            **({"at": self.at} if self.at is not None else {}),
            **({"every": int(self.every.total_seconds())} if self.every is not None else {}),
            "do": list(self.do),
            **({"tags": list(self.add_tag)} if self.add_tag else {}),
            **({"webhooks": list(self.webhook)} if self.webhook else {}),
        }


def _each_place_once(steps: tuple[LadderStep, ...]) -> tuple[LadderStep, ...]:
    places = [(step.at, step.every) for step in steps]
    for at, every in dict.fromkeys(place for place in places if places.count(place) > 1):
        place = f"at {at} %" if every is None else f"every {words(every)}"
        raise ValueError(f"there are two steps {place}. Put what they do into one.")
    return tuple(sorted(steps, key=lambda step: (step.at is None, step.at or 0, step.every or timedelta())))


Ladder = Annotated[tuple[LadderStep, ...], AfterValidator(_each_place_once)]
