"""How often a law is tried: often enough in CI to be believed, quickly enough here to be run while writing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from hypothesis import example, given, note, settings

from tests.dice import Recipe, dealt

IN_CI = 2_000


def law(test: Callable[..., Any]) -> Callable[..., Any]:
    """A property that must hold for every ticket, calendar or rule there can be; put it above `given`."""
    return _asked(test, IN_CI)


def law_of(*recipes: Recipe[Any], also: Iterable[tuple[Any, ...]] = (), in_ci: int = IN_CI) -> Callable[..., Any]:
    """A law about what dice make of `recipes`, one argument for each; `also` are examples that must not be left to chance."""

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        def holds(case: tuple[Any, ...]) -> None:
            for made in case:
                # Hypothesis prints the bytes; whoever reads its log wants to see what they made.
                note(made)
            test(*case)

        # Hypothesis tells tests apart by their names, and pytest shows them.
        for name in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(holds, name, getattr(test, name))
        held = given(dealt(*recipes))(holds)
        for case in also:
            held = example(case)(held)
        return _asked(held, in_ci)

    return decorate


def plain_law_of(*recipes: Recipe[Any], also: Iterable[tuple[Any, ...]] = ()) -> Callable[..., Any]:
    """A law that is held against slow, plain counting; a quarter as often, or CI would do little else."""
    return law_of(*recipes, also=also, in_ci=IN_CI // 4)


def _asked(test: Callable[..., Any], in_ci: int) -> Callable[..., Any]:
    return settings(max_examples=in_ci if os.environ.get("CI") else 100)(test)
