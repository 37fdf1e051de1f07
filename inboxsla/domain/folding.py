"""Texts as rules compare them: what looks alike to a person is alike, whatever bytes a mail program made of it."""

from __future__ import annotations

import re
from typing import Literal
from unicodedata import normalize

MOST_READ = 65_536  # characters of one text that rules look at
MOST_MATCHED = 16_384  # characters of one field that regular expressions look at

# Soft hyphens, zero-width joints, direction marks and picture variants: there, but not to be seen.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]")
_BLANK = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_HALF = re.compile("[\ud800-\udfff]")
_UNUSUAL = re.compile("|".join(kind.pattern for kind in (_INVISIBLE, _BLANK, _HALF)))
_LONGEST_WORD = 500
_LONGEST_DOMAIN = 255


def fold(text: str) -> str:
    """`text` for comparing: without case, accents composed, every blank or line break one space, nothing invisible.

    “STRASSE” and “straße” become the same, and so do “YILMAZ” and “Yılmaz”. Only the first MOST_READ characters count.
    """
    text = text[:MOST_READ]
    if text.isascii():
        return " ".join(text.lower().split())
    composed = _normal("NFKC", _visible(text)).casefold()
    for turkish in ("i\N{COMBINING DOT ABOVE}", "\N{LATIN SMALL LETTER DOTLESS I}"):
        composed = composed.replace(turkish, "i")
    return " ".join(_normal("NFKC", composed).split())


def plain(text: str) -> str:
    """`text` as regular expressions see it, and a pattern as it is compiled: case, line breaks and “ß” stay as they are."""
    if text.isascii():
        return text
    return _normal("NFC", _visible(text))


def fold_address(address: str) -> str:
    """A mail address or a domain for comparing, its domain in readable letters: “XN--MLLER-KVA.example” is “müller.example”.

    Stricter than `fold`, so that nobody else's domain passes for a listed one: “ß” and “ss” differ, as they do in DNS.
    """
    before, at, domain = fold_in_address(address).rpartition("@")
    return before + at + _readable(domain.strip("."))


def fold_in_address(text: str) -> str:
    """A piece of an address for comparing, as far as a piece can be."""
    text = text[:MOST_READ]
    if text.isascii():
        return "".join(text.lower().split())
    return _normal("NFC", "".join(_normal("NFKC", text).lower().split()))


def domain_of(address: str) -> str:
    """The domain of a folded address, or nothing."""
    return address.rpartition("@")[2] if "@" in address else ""


def with_parents(domain: str) -> tuple[str, ...]:
    """The domain and those it lies in, itself first: a.b.example → a.b.example, b.example, example."""
    if not domain or len(domain) > _LONGEST_DOMAIN:
        return (domain,) if domain else ()
    labels = domain.split(".")
    return tuple(".".join(labels[at:]) for at in range(len(labels)))


def _readable(domain: str) -> str:
    if "xn--" not in domain or len(domain) > _LONGEST_DOMAIN:
        return domain
    return ".".join(map(_readable_label, domain.split(".")))


def _readable_label(label: str) -> str:
    """Only what a domain can really be called is turned back; anything else stays as it came."""
    if not label.startswith("xn--") or not label.isascii():
        return label
    try:
        letters = label[4:].encode().decode("punycode")
        back = letters.encode("punycode").decode()
    except UnicodeError:
        return label
    return letters if back == label[4:] and not letters.isascii() and fold_in_address(letters) == letters else label


def _visible(text: str) -> str:
    if _UNUSUAL.search(text) is None:
        return text
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", _BLANK.sub(" ", _INVISIBLE.sub("", text)))


def _normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Normalised, in time linear in its length: a run of accents without end would take the square of its length."""
    if not _may_hold_long_word(text):
        return normalize(form, text)
    pieces = (text[at : at + _LONGEST_WORD] for at in range(0, len(text), _LONGEST_WORD))
    return "".join(normalize(form, piece) for piece in pieces)


def _may_hold_long_word(text: str) -> bool:
    """Whether some word is longer than _LONGEST_WORD: not if there is a blank in every half of that length."""
    half = _LONGEST_WORD // 2
    blocks = (text[at : at + half] for at in range(0, len(text) - half, half))
    if all(" " in block or "\n" in block for block in blocks):
        return False
    return max(map(len, text.split()), default=0) > _LONGEST_WORD
