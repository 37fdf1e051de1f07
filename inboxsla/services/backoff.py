"""How long to stay away from what did not answer: longer each time it fails again, and never all at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

FIRST = timedelta(seconds=4)
LONGEST = timedelta(seconds=64)
# Beyond this many failures the wait has long been the longest.
_MOST = 16


def wait(
    failures: int, dice: Callable[[], float], *, first: timedelta = FIRST, longest: timedelta = LONGEST
) -> timedelta:
    """After the `failures`th failure in a row, from 1. `dice` gives 0 to 1; from half of the wait up to all of it is waited."""
    most: timedelta = min(longest, first * 2 ** (min(failures, _MOST) - 1))
    return most * (1 + dice()) / 2
