"""Regular expressions that admins write, by RE2: in time linear in the text, whatever the pattern and whatever the text.

All patterns of a field are one set, so that a hundred of them cost about as much as one. They are found anywhere in the
text, ignore case, and `^` and `$` stand at line ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import re2

# The size of a compiled pattern bounds the work for one character of text; counts such as {0,500} make it large.
_LARGEST = 2500
_LINES = "(?m)"
# What RE2 says → what is wrong, in words. Longer beginnings first.
_REASONS = {
    "missing ]": "a closing ] is missing",
    "missing )": "a closing ) is missing",
    "unexpected )": "there is a ) without its (. Write \\) for the character",
    "trailing \\": "a \\ ends it. Write \\\\ for the character",
    "no argument for repetition operator": "there is nothing to repeat. Write \\ before the character if you mean itself",
    "invalid repetition size": "this repeats more often than can be counted. Write * or + instead",
    "bad repetition operator": "two repetitions stand side by side",
    "invalid perl operator": "this is not possible here. Looking ahead or behind is not, nor are conditions",
    "invalid named capture group": "this name of a group cannot be read",
    "invalid character class range": "there is no such range or class of characters",
    "invalid character class": "there is no such class of characters",
    "invalid escape sequence": "this \\ has no meaning here. Repeating what a group found is not possible",
}
_TOO_LARGE = "because it is too large: counts such as {0,500} multiply it. Write * or + instead, or smaller counts."
_ALWAYS = "because it fits every text, even an empty one. Is there a | at an end, or a * where + is meant?"


class Patterns:
    """The compiled patterns of one `Rules` value. Immutable; any number of threads may share it."""

    def __init__(self, patterns: Sequence[tuple[str, Sequence[str]]]) -> None:
        """`patterns`: (field, its patterns) pairs, each pattern one that `broken` has nothing against."""
        self._sets = {field: tuple(_compiled(tuple(own))) for field, own in patterns}

    def hits(self, field: str, text: str) -> frozenset[str]:
        """Those patterns of `field` that are found anywhere in `text`."""
        raw = text.encode(errors="replace")
        return frozenset(
            patterns[index] for patterns, compiled in self._sets[field] for index in compiled.Match(raw) or ()
        )


@lru_cache(maxsize=32)
def matcher(patterns: tuple[tuple[str, tuple[str, ...]], ...]) -> Patterns:
    """The compiled form of `Rules.patterns`, made once."""
    return Patterns(patterns)


def broken(pattern: str) -> str:
    """Why a pattern cannot be used, and where: “at character 3, “(?=”: …”; nothing if it can."""
    try:
        compiled = re2.compile(_LINES + pattern, _options())
    except re2.error as error:
        return _reason(pattern, error.args[0])
    except UnicodeEncodeError as error:
        return f"at character {error.start + 1 - len(_LINES)}: this is half a character."
    if compiled.programsize > _LARGEST:
        return _TOO_LARGE
    if compiled.search("") and compiled.search("\ue000"):
        return _ALWAYS
    return ""


def _compiled(patterns: tuple[str, ...]) -> list[tuple[tuple[str, ...], re2.Set]]:
    """One set, or several where one would be too large for RE2."""
    whole = re2.Set.SearchSet(_options())
    try:
        for pattern in patterns:
            whole.Add(_LINES + pattern)
        whole.Compile()
    except re2.error:
        if len(patterns) < 2:
            raise
        half = len(patterns) // 2
        return _compiled(patterns[:half]) + _compiled(patterns[half:])
    return [(patterns, whole)]


def _options() -> re2.Options:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    return options


def _reason(pattern: str, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    if "too large" in text:
        return _TOO_LARGE
    about = next((known for known in _REASONS if text.startswith(known)), "")
    part = text[len(about) :].removeprefix(":").strip() if about else ""
    reason = _REASONS.get(about, text)
    at = pattern.find(part) if part else -1
    if at < 0 or part == pattern:
        return f"because {reason}."
    return f"at character {at + 1}, “{part}”: {reason}."
