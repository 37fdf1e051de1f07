"""Conditions: whether they hold for a message, and in words which parts of them made it so.

A condition is an immutable value. `reasons(answers, holds)` is asked only with the `holds` that `answers` gives, and names
the leaves that decided: of `any` the one that held, of `all` the first that did not, of `not` the opposite of its inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from inboxsla.domain import rule_words as words
from inboxsla.domain.rule_facts import Answers


class Condition(Protocol):
    def holds(self, answers: Answers) -> bool: ...

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]: ...

    def patterns(self) -> Iterator[tuple[str, str]]:
        """(field, pattern) of every regular expression in it, as the matcher is given them."""


@dataclass(frozen=True, slots=True)
class Every:
    """`all`: holds if each part does; with no part it holds."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        for part in self.parts:  # noqa: SIM110 - a loop is twice as fast here, and this is asked for every message
            if not part.holds(answers):
                return False
        return True

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        for part in self.parts:
            if holds or not part.holds(answers):
                yield from part.reasons(answers, holds)
                if not holds:
                    return

    def patterns(self) -> Iterator[tuple[str, str]]:
        for part in self.parts:
            yield from part.patterns()


@dataclass(frozen=True, slots=True)
class Some:
    """`any`: holds if one part does; with no part it does not."""

    parts: tuple[Condition, ...]

    def holds(self, answers: Answers) -> bool:
        for part in self.parts:  # noqa: SIM110 - as above
            if part.holds(answers):
                return True
        return False

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        for part in self.parts:
            if not holds or part.holds(answers):
                yield from part.reasons(answers, holds)
                if holds:
                    return

    def patterns(self) -> Iterator[tuple[str, str]]:
        for part in self.parts:
            yield from part.patterns()


@dataclass(frozen=True, slots=True)
class Opposite:
    """`not`."""

    part: Condition

    def holds(self, answers: Answers) -> bool:
        return not self.part.holds(answers)

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        return self.part.reasons(answers, not holds)

    def patterns(self) -> Iterator[tuple[str, str]]:
        return self.part.patterns()


@dataclass(frozen=True, slots=True)
class Text:
    """A text field against what the admin wrote. `written` and `folded` go together; a pattern's folded form is itself.

    `operator` is is, one_of, contains, starts_with or matches; only one_of has more than one operand.
    """

    field: str
    operator: str
    written: tuple[str, ...]
    folded: tuple[str, ...]
    wanted: frozenset[str]

    @classmethod
    def of(cls, field: str, operator: str, operands: dict[str, str]) -> Text:
        """`operands`: folded → as written."""
        return cls(field, operator, tuple(operands.values()), tuple(operands), frozenset(operands))

    def holds(self, answers: Answers) -> bool:
        match self.operator:
            case "is" | "one_of":
                return not self.wanted.isdisjoint(answers.exact(self.field))
            case "contains":
                operand = self.folded[0]
                return any(operand in value for value in answers.folded(self.field))
            case "starts_with":
                return any(value.startswith(self.folded[0]) for value in answers.folded(self.field))
        return self.folded[0] in answers.hits(self.field)

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        said = self.written
        if holds and self.operator == "one_of":
            found = answers.exact(self.field)
            said = tuple(w for w, folded in zip(self.written, self.folded, strict=True) if folded in found)[:1]
        yield words.text_condition(self.field, self.operator, said, holds)

    def patterns(self) -> Iterator[tuple[str, str]]:
        if self.operator == "matches":
            yield self.field, self.folded[0]


class _WithoutPatterns:
    __slots__ = ()

    def patterns(self) -> Iterator[tuple[str, str]]:
        return iter(())


@dataclass(frozen=True, slots=True)
class Priority(_WithoutPatterns):
    """`wanted` are the priorities that will do, `said` what the admin wrote, in words."""

    wanted: frozenset[str]
    said: str

    def holds(self, answers: Answers) -> bool:
        return answers.priority in self.wanted

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        yield f"the priority is {answers.priority}" if holds else f"the priority is not {self.said}"


@dataclass(frozen=True, slots=True)
class Hours(_WithoutPatterns):
    """Whether the message came while the calendar was open, or while it was closed."""

    calendar: str
    open: bool

    def holds(self, answers: Answers) -> bool:
        return answers.is_open(self.calendar) == self.open

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        yield f"it came {'in' if holds == self.open else 'outside'} the hours of {words.quoted(self.calendar)}"


@dataclass(frozen=True, slots=True)
class Size(_WithoutPatterns):
    """At least so many bytes."""

    least: int

    def holds(self, answers: Answers) -> bool:
        return answers.facts.size >= self.least

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        yield f"it has {words.size(self.least)} or more" if holds else f"it has less than {words.size(self.least)}"


@dataclass(frozen=True, slots=True)
class Repeated(_WithoutPatterns):
    """The requester opened at least so many other tickets in the days (of 24 hours) before the message."""

    least: int
    within: timedelta

    def holds(self, answers: Answers) -> bool:
        return self._count(answers) >= self.least

    def reasons(self, answers: Answers, holds: bool) -> Iterator[str]:
        said = words.tickets(self._count(answers), fewer_than=0 if holds else self.least)
        days = "day" if self.within.days == 1 else f"{self.within.days} days"
        yield f"the customer opened {said} in the {days} before"

    def _count(self, answers: Answers) -> int:
        at = answers.facts.at
        return sum(timedelta() <= at - earlier <= self.within for earlier in answers.facts.earlier)
