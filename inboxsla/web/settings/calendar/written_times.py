"""Opening hours of one day as people write them into a field. Pure, but for the words of complaints.

Kinder than the file: “9-17”, “0900–1730” and “9am to 5pm” are understood, and what is no time at all is told from a slip.
"""

from __future__ import annotations

import re

from flask_babel import gettext as _

from inboxsla.config.fields import Periods

CLOSED, ALL_DAY = "closed", "00:00–24:00"
_DAY = 24 * 60
# What begins before noon and ends before it begins is a slip far more often than a shift of half a day and a night.
_NIGHT = 12 * 60
_CLOSED = frozenset({"", "-", "–", "closed", "none", "no"})
_OPEN = frozenset({"24h", "open", "all day", "24"})
_PARTS = re.compile(r"\s*(?:[,;&\n]|\band\b)\s*")
_PERIOD = re.compile(r"(.+?)\s*(?:-|–|—|\bto\b|\buntil\b)\s*(.+)")
_TIME = re.compile(r"(\d{1,2})(?:[:.h]?([0-5]\d))?\s*(?:h|o'clock)?\s*(am|pm)?")


def periods(text: str) -> Periods:
    """(from, to) of each period as “09:00”; a night shift ends before it begins. Raises ValueError with a sentence for each mistake."""
    written = text.strip().lower()
    if written in _CLOSED:
        return ()
    if written in _OPEN:
        return (("00:00", "24:00"),)
    found, wrong = [], []
    for part in _PARTS.split(written):
        if not part:
            continue
        try:
            found.append(_period(part))
        except ValueError as complaint:
            wrong.append(str(complaint))
    if wrong:
        raise ValueError(" ".join(dict.fromkeys(wrong)))
    return tuple(found)


def said(day: Periods) -> str:
    """The same as text that `periods` and the file both read: “09:00–12:30, 13:00–16:00”, “closed”."""
    return ", ".join(f"{begins}–{ends}" for begins, ends in day) or CLOSED


def span(period: tuple[str, str]) -> tuple[int, int]:
    """Minutes since midnight; beyond 1440 for what goes on after midnight."""
    begins, ends = (int(time[:2]) * 60 + int(time[3:]) for time in period)
    return begins, ends if ends > begins else ends + _DAY


def _period(part: str) -> tuple[str, str]:
    ends = _PERIOD.fullmatch(part)
    if ends is None:
        raise ValueError(
            _(
                "“%(text)s” does not say from when until when. Write it like 09:00–17:00, or “closed”.",
                text=part[:40],
            )
        )
    begins, until = _time(ends[1]), _time(ends[2])
    if begins == _DAY or until == begins or (until < begins < _NIGHT):
        raise ValueError(
            _(
                "The end has to be later than the start, for example 09:00–18:00. Only what begins at noon or later may go on "
                "past midnight, for example 22:00–06:00."
            )
            if until < begins
            else _("The end has to be later than the start, for example 09:00–18:00.")
        )
    return _clock(begins), _clock(until)


def _time(text: str) -> int:
    """Minutes since midnight."""
    match = _TIME.fullmatch(text.strip())
    minutes = int(match[1]) * 60 + int(match[2] or 0) if match else _DAY + 1
    half = match[3] if match else None
    if half:
        minutes = (minutes % (12 * 60)) + (12 * 60 if half == "pm" else 0) if 60 <= minutes < 13 * 60 else _DAY + 1
    if minutes > _DAY:
        raise ValueError(_("“%(text)s” is not a time of day. Write it like 09:00–17:00.", text=text.strip()[:40]))
    return minutes


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
