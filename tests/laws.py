"""How often a law is tried: often enough in CI to be believed, quickly enough here to be run while writing."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import settings

IN_CI = 2_000


def law(test: Callable[..., Any]) -> Callable[..., Any]:
    """A property that must hold for every ticket, calendar or rule there can be; put it above `given`."""
    return settings(max_examples=IN_CI if os.environ.get("CI") else 100)(test)


def plain_law(test: Callable[..., Any]) -> Callable[..., Any]:
    """A property that is held against slow, plain counting; a quarter as often, or CI would do little else."""
    return settings(max_examples=IN_CI // 4 if os.environ.get("CI") else 100)(test)
