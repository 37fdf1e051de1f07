"""Choices read off bytes: Hypothesis makes up one string of bytes for an example, however many choices it takes.

Drawing each choice from a strategy of its own takes far longer than everything that is then asked of the product. A byte
of zero is always the first choice, so that Hypothesis, which makes bytes smaller, ends with the simplest example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
# Enough for nearly every example: what is left over changes nothing, what is missing is a first choice.
SIZE = 192
_SHARES = 1 << 32


class Dice:
    """Throws that were made before the game began."""

    __slots__ = ("_at", "_thrown")

    def __init__(self, thrown: bytes) -> None:
        self._thrown, self._at = thrown, 0

    def below(self, count: int) -> int:
        """A whole number from 0 to `count` - 1."""
        end = self._at + (1 if count <= 1 << 8 else 2 if count <= 1 << 16 else 4)
        value = int.from_bytes(self._thrown[self._at : end], "big")
        self._at = end
        return value % count

    def between(self, low: int, high: int) -> int:
        """From `low` to `high`, both included; `low` is the simplest."""
        return low + self.below(high - low + 1)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def yes(self) -> bool:
        return bool(self.below(2))

    def share(self) -> float:
        """From 0 up to, but not including, 1."""
        return self.below(_SHARES) / _SHARES

    def some(self, make: Callable[[Dice], T], most: int, least: int = 0) -> list[T]:
        return [make(self) for _ in range(self.between(least, most))]

    def some_of(self, choices: Sequence[T], least: int = 0) -> list[T]:
        """Some of them, none twice, in any order."""
        return self.shuffled(choices)[: self.between(least, len(choices))]

    def shuffled(self, things: Sequence[T]) -> list[T]:
        rest = list(things)
        return [rest.pop(self.below(len(rest))) for _ in things]


Recipe = Callable[[Dice], T]


def dealt(*recipes: Recipe[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """What each recipe makes of the same dice, one after the other."""

    def deal(thrown: bytes) -> tuple[Any, ...]:
        dice = Dice(thrown)
        return tuple(recipe(dice) for recipe in recipes)

    return st.binary(min_size=SIZE, max_size=SIZE).map(deal)
