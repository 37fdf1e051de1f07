"""The demo's people and the words they write."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from ..letters import mailbox_header


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    address: str
    lang: str = "en"

    @property
    def header(self) -> str:
        return mailbox_header(self.address, self.name)

    @property
    def first(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Story:
    """What one kind of customer writes, and what agents answer: twice each."""

    key: str
    subject: str
    text: str
    answer: str
    back: str
    answer_back: str
    lang: str = "en"
    html: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """A newsletter (with `list_id`) or a notice that nobody has to answer."""

    sender: str
    subject: str
    text: str
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class Texts:
    agents: tuple[Person, ...]
    customers: tuple[Person, ...]
    stories: tuple[Story, ...]
    machines: tuple[Machine, ...]
    thanks: tuple[str, ...]
    away: str
    again: str
    receipt: str
    closings: tuple[str, ...]
    film_question: str
    film_answer: str
    staff_subject: str
    staff_text: str

    def story(self, key: str) -> Story | None:
        return next((story for story in self.stories if story.key == key), None)

    def customer(self, address: str) -> Person:
        """The person behind an address; a stranger is called by it."""
        return next(
            (person for person in self.customers if person.address == address),
            Person(address.partition("@")[0], address),
        )

    def pair(self, turn: int, dice: Random, told: Collection[str] = ()) -> tuple[Story, Person]:
        """The story whose turn it is, or the next that is not `told` already, and somebody who writes its language."""
        turns = [self.stories[(turn + step) % len(self.stories)] for step in range(len(self.stories))]
        story = next((story for story in turns if story.key not in told), turns[0])
        return story, dice.choice([person for person in self.customers if person.lang == story.lang])


@cache
def texts() -> Texts:
    found = tomllib.loads((files(__package__) / "letters.toml").read_text("utf-8"))
    machines = [Machine(**_stripped(item)) for item in (*found["bulk"], *found["notice"])]
    return Texts(
        agents=tuple(Person(**item) for item in found["agent"]),
        customers=tuple(Person(**item) for item in found["customer"]),
        stories=tuple(Story(**_stripped(item)) for item in found["story"]),
        machines=tuple(machines),
        thanks=tuple(item["text"] for item in found["thanks"]),
        away=found["away"]["text"].strip(),
        again=found["again"]["text"].strip(),
        receipt=found["receipt"]["text"].strip(),
        closings=tuple(item["text"].strip() for item in found["closing"]),
        film_question=found["film"]["question"].strip(),
        film_answer=found["film"]["answer"].strip(),
        staff_subject=found["staff_start"]["subject"],
        staff_text=found["staff_start"]["text"].strip(),
    )


def _stripped(item: dict[str, Any]) -> dict[str, Any]:
    """TOML's long strings end with a line break that the mails do not need."""
    return {key: value.strip() if isinstance(value, str) else value for key, value in item.items()}
