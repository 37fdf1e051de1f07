"""Hostile text made fit for one line, a quote, or a column of plain text. Pure; never raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate

COLUMNS = 76
ELLIPSIS = "…"
# What a quote looks at; stored excerpts are short, and nobody should pay for one that is not.
_READ = 4000

# Bidi embeddings, overrides and isolates could turn our own words around; marks (LRM, RLM) and joiners are part of scripts.
_TURNING = "\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(rf"[\x00-\x08\x0e-\x1b\x7f\x80-\x84\x86-\x9f\ufeff{_TURNING}]")
_LEFT_TO_RIGHT = "\u200e"
_BROKEN = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Only breakable white space: a no-break space binds a number to its unit.
_SPACES = re.compile(r"[ \t\n\r\v\f\x1c-\x1f\x85\u1680\u2000-\u2006\u2008-\u200a\u2028\u2029\u205f\u3000]+")
# What would give a display name the shape of an address or a group.
_ADDRESS_SHAPES = re.compile(r'[()<>@,:;\\"\[\]]+')


def one_line(text: str) -> str:
    """Without control characters and line ends, and without what a mail reader would decode as something else."""
    seen = _BROKEN.sub("\ufffd", _UNSEEN.sub("", text))
    return _SPACES.sub(" ", seen).strip(" \u00a0").replace("=?", "= ?")


def cut(text: str, longest: int) -> str:
    """At most `longest` characters; what is cut ends in an ellipsis, between words where that is near."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    while kept and _joins(text[len(kept)]):
        kept = kept[:-1]
    between_words = kept.rfind(" ")
    if between_words > longest * 2 // 3:
        kept = kept[:between_words]
    return kept.rstrip(" \u00a0\u200d,;:") + ELLIPSIS


def display_name(text: str) -> str:
    """A name that no mail reader can take for an address."""
    return cut(_SPACES.sub(" ", _ADDRESS_SHAPES.sub(" ", one_line(text))).strip(), 60)


def isolated(text: str) -> str:
    """`text` so that, where it has letters that run right to left, it cannot reorder what stands around it."""
    return f"\u2068{text}\u2069" if _runs_left(text) else text


def wrap_ours(text: str) -> Iterator[str]:
    """A sentence of ours in lines, each of which reads from the left, whatever the letters of those it quotes."""
    return wrap(text, start=_LEFT_TO_RIGHT if _runs_left(text) else "")


def _runs_left(text: str) -> bool:
    return not text.isascii() and any(unicodedata.bidirectional(one) in ("R", "AL", "AN") for one in text)


def quote(text: str, *, lines: int = 3, columns: int = 72) -> tuple[str, ...]:
    """The customer's words, as they broke them if that is at most `lines` lines; longer texts flow together and are cut."""
    found = [line for line in (one_line(raw) for raw in _LINE_ENDS.split(text[:_READ])) if line]
    if sum(-(-width(line) // columns) for line in found) <= lines:
        return tuple(found)
    flowing = " ".join(found)
    wide = accumulate(map(width, flowing))
    return (cut(flowing, sum(1 for used in wide if used <= lines * columns)),)


def wrap(text: str, columns: int = COLUMNS, start: str = "") -> Iterator[str]:
    """`text` in lines of at most `columns` columns (wide characters take two), each beginning with `start`."""
    line, room = "", columns - len(start)
    for word in text.split(" "):
        for piece in _pieces(word, room):
            longer = f"{line} {piece}" if line else piece
            if line and width(longer) > room:
                yield start + line
                longer = piece
            line = longer
    if line:
        yield start + line


def width(text: str) -> int:
    """How many columns `text` takes at most in a fixed-width face; joining characters count, so no line grows without end."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _pieces(word: str, room: int) -> Iterator[str]:
    piece, used = "", 0
    for one in word:
        wide = width(one)
        if piece and used + wide > room:
            yield piece
            piece, used = "", 0
        piece, used = piece + one, used + wide
    if piece:
        yield piece


def _joins(one: str) -> bool:
    return unicodedata.combining(one) != 0 or unicodedata.category(one) in ("Mn", "Me")


def city_of(zone: str) -> str:
    """The city an IANA zone is called after; empty for one such as UTC, which has none."""
    area, _, city = zone.rpartition("/")
    return "" if area in ("", "Etc") else city.replace("_", " ")
