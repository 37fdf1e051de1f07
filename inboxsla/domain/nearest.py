"""The known word that somebody who mistyped probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """“ Did you mean “x”?” for the nearest known word, or nothing."""
    by_lower = {word.lower(): word for word in known}
    near = difflib.get_close_matches(written[:200].lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean “{by_lower[near[0]]}”?" if near else ""
