"""Reading mailbox files such as Google Takeout makes, one message at a time, whatever their size.

The format has no escape that every writer honours, so a "From " line counts as a separator only if it looks like one: an address and a
date, after an empty line. Where a careless writer left out the empty line or the date, a header line has to follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from inboxsla.errors import Refused
from inboxsla.gmail.message import read_date

MESSAGE_LIMIT = 64 * 1024 * 1024
_LINE_LIMIT = 1024 * 1024
_HEADER_LIMIT = 1024 * 1024
_BEGINNING = 64 * 1024
NOT_A_MAILBOX = (
    "This is not a mailbox file: it should begin with a line such as 'From ana@lumenvelo.example Mon Nov 17 15:28:37 2025'. "
    "An archive from Google Takeout has to be unpacked first; the mailbox is the file in it whose name ends in .mbox."
)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_WHO = rb'(?:"[^"\r\n]{0,200}")?[^ \t\r\n]*'
_FROM = re.compile(rb"From (" + _WHO + rb")[ \t]+(\S[^\r\n]{10,80})")
_FIRST = re.compile(rb"From " + _WHO + rb"@")
# One word, and at most a date as computers write it. Prose has more to say, so this is a separator if a header line follows.
_BARE = re.compile(rb"From " + _WHO + rb"[ \t]*(\d{4}-\d\d-\d\d[T ][0-9:.]+(?:Z|[+-]\d\d:?\d\d)?)?[ \t]*\r?\n?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = frozenset(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_ZONE = re.compile(r"[A-Z]{1,5}")
_HEADER = re.compile(rb"[!-9;-~]{1,100}[ \t]*:")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_RECEIVED = re.compile(rb"^Received[ \t]*:((?:[^\n]*\n[ \t])*[^\n]*)", re.IGNORECASE | re.MULTILINE)
_DATE = re.compile(rb"^Date[ \t]*:((?:[^\n]*\n[ \t])*[^\n]*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MboxItem:
    """One message of the file. `offset` is that of its From_ line; `raw` the message without it, ">From " unquoted.

    `from_time` is the From_ line's time, aware UTC (a line without a zone counts as UTC), None if unreadable or before 1990.
    With `error`, a reason in words, the message is to be kept aside and `raw` holds only its beginning.
    """

    index: int
    offset: int
    raw: bytes
    from_time: datetime | None
    error: str | None = None


def read(file: BinaryIO, *, limit: int = MESSAGE_LIMIT) -> Iterator[MboxItem]:
    """The messages of a mailbox file in order; an empty file has none. Holds one message of at most `limit` bytes at a time.

    Raises Refused, when the first item is asked for, if the file does not begin like a mailbox file.
    """
    offset = 0
    lines = _lines(file)
    first = b""
    for first in lines:
        if first.strip(b"\r\n \t\0\xef\xbb\xbf"):
            break
        offset += len(first)
    else:
        return
    first_line = first.removeprefix(b"\xef\xbb\xbf")
    started = _separator(first_line) or _bare(first_line)
    if started is None and not _FIRST.match(first_line):
        raise Refused(NOT_A_MAILBOX)
    yield from _items(lines, _Collected(0, offset, started or _Separator(None), limit), offset + len(first))


def _items(lines: Iterator[bytes], current: _Collected, offset: int) -> Iterator[MboxItem]:
    blank_before, line_ended = False, True
    doubtful: tuple[bytes, _Separator, int] | None = None
    for line in lines:
        if doubtful is not None:
            # A From_ line without an empty line before it, or without a date, is one only if a header line follows.
            if _HEADER.match(line):
                yield current.item()
                current = current.next(doubtful[2], doubtful[1])
            else:
                current.add(doubtful[0])
            doubtful = None
        separator = _separator(line) if line_ended and line.startswith(b"From ") else None
        bare = _bare(line) if separator is None and blank_before else None
        if separator is not None and blank_before:
            yield current.item()
            current = current.next(offset, separator)
        elif separator is not None or bare is not None:
            doubtful = (line, separator or bare or _Separator(None), offset)
        else:
            current.add(line)
        offset += len(line)
        blank_before = line in (b"\n", b"\r\n")
        line_ended = line.endswith(b"\n")
    if doubtful is not None:
        current.add(doubtful[0])
    yield current.item()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; one that is absurdly long comes in pieces."""
    while line := file.readline(_LINE_LIMIT):
        yield line


@dataclass(frozen=True, slots=True)
class _Separator:
    time: datetime | None


class _Collected:
    """The lines of one message; of one over the limit only the beginning."""

    def __init__(self, index: int, offset: int, separator: _Separator, limit: int) -> None:
        self._place = (index, offset, separator.time)
        self._limit = limit
        self._size = 0
        self._lines: list[bytes] = []

    def next(self, offset: int, separator: _Separator) -> _Collected:
        return _Collected(self._place[0] + 1, offset, separator, self._limit)

    def add(self, line: bytes) -> None:
        if self._size <= self._limit and self._size + len(line) > self._limit:
            self._lines = [b"".join(self._lines)[:_BEGINNING]]
        self._size += len(line)
        if self._size <= self._limit:
            self._lines.append(line)

    def item(self) -> MboxItem:
        index, offset, time = self._place
        raw = b"".join(self._lines)
        if self._size > self._limit:
            return MboxItem(index, offset, raw, time, f"it is larger than {self._limit / 2**20:.0f} MiB")
        # The empty line before the next From_ line belongs to the format, not to the message.
        raw = raw.removesuffix(b"\n").removesuffix(b"\r") if raw.endswith((b"\n\n", b"\n\r\n")) else raw
        if b"\n>" in raw:
            raw = _QUOTED_FROM.sub(rb"\1", raw)
        if not raw.strip(b"\r\n \t\0"):
            return MboxItem(index, offset, raw, time, "the message is empty")
        return MboxItem(index, offset, raw, time)


def _separator(line: bytes) -> _Separator | None:
    """The From_ line read: who, then nothing but a date with its month, day and time of day. None if it is just a line of text."""
    match = _FROM.match(line)
    if match is None:
        return None
    date: dict[str, int] = {}
    offset = timedelta(0)
    words = match.group(2).decode("ascii", "replace").replace(",", " ").split()
    for number, word in enumerate(words):
        if word.lower() == "remote" and words[number + 1 : number + 2] == ["from"]:
            break
        if word.lower() in _MONTHS:
            date["month"] = _MONTHS.index(word.lower()) + 1
        elif clock := _CLOCK.fullmatch(word):
            date["hour"], date["minute"], date["second"] = (int(part or 0) for part in clock.groups())
        elif word.isdecimal() and len(word) == 4:
            date["year"] = int(word)
        elif word.isdecimal() and len(word) < 3:
            date["day"] = int(word)
        elif zone := _OFFSET.fullmatch(word):
            offset = timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == "-" else 1)
        elif word.lower() not in _DAYS and not _ZONE.fullmatch(word):
            return None
    if not {"month", "day", "hour"} <= date.keys():
        return None
    return _Separator(_time_of(date, offset))


def _bare(line: bytes) -> _Separator | None:
    """A From_ line without a date, or with one in ISO 8601; None if it is neither."""
    match = _BARE.fullmatch(line)
    if match is None or line.strip() == b"From":
        return None
    try:
        time = datetime.fromisoformat((match.group(1) or b"").decode("ascii"))
    except ValueError:
        return _Separator(None)
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return _Separator(time if time >= _EARLIEST else None)


def _time_of(date: dict[str, int], offset: timedelta) -> datetime | None:
    if "year" not in date:
        return None
    try:
        time = datetime(**date, tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        return None
    return time if time >= _EARLIEST else None


def placed_time(item: MboxItem, *, latest: datetime) -> tuple[datetime, str] | None:
    """When the message arrived, aware UTC, and where that is known from: "From_ line", "Received" or "Date".

    The first that lies between 1990 and one day after `latest` is taken; None if none does.
    """
    head = item.raw[:_HEADER_LIMIT].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    if item.from_time is not None and _plausible(item.from_time, latest):
        return item.from_time, "From_ line"
    received = _RECEIVED.search(head)
    if received:
        arrived = read_date(received.group(1).rpartition(b";")[2].decode("utf-8", "replace"))
        if arrived is not None and _plausible(arrived, latest):
            return arrived, "Received"
    written = _DATE.search(head)
    if written:
        claimed = read_date(written.group(1).decode("utf-8", "replace"))
        if claimed is not None and _plausible(claimed, latest):
            return claimed, "Date"
    return None


def _plausible(time: datetime, latest: datetime) -> bool:
    return _EARLIEST <= time <= latest + timedelta(days=1)
