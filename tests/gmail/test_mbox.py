"""Mailbox files are read to the end, one message at a time, however carelessly they were written."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inboxsla.errors import Refused
from inboxsla.gmail.mbox import MboxItem, placed_time, read

FROM = b"From kofi@customer.example Mon Nov 17 15:28:37 2025\n"
TAKEOUT = b"From 1795123456789012345@xxx Mon Nov 17 15:28:37 +0000 2025\r\n"
NOW = datetime(2025, 12, 1, tzinfo=UTC)
STAMP = datetime(2025, 11, 17, 15, 28, 37, tzinfo=UTC)


def items(data: bytes, **options: int) -> list[MboxItem]:
    return list(read(io.BytesIO(data), **options))


def test_messages_come_in_order_with_their_place_and_time() -> None:
    first, second = FROM + b"Subject: one\n\nbody\n\n", TAKEOUT + b"Subject: two\r\n\r\nbody\r\n"

    got = items(first + second)

    assert [(each.index, each.offset, each.raw) for each in got] == [
        (0, 0, b"Subject: one\n\nbody\n"),
        (1, len(first), b"Subject: two\r\n\r\nbody\r\n"),
    ]
    assert [each.from_time for each in got] == [STAMP, STAMP]
    assert [each.error for each in got] == [None, None]


def test_an_empty_file_has_no_messages() -> None:
    assert items(b"") == []
    assert items(b"\r\n\n") == []


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 zip", b"Subject: a mail\n\nnot a mailbox\n", b"From here on it is prose.\n", b"\x1f\x8b gz"]
)
def test_a_file_that_is_no_mailbox_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(Refused, match=r"not a mailbox file.*\.mbox"):
        items(data)


def test_an_escaped_from_line_is_given_back_as_written() -> None:
    got = items(FROM + b"Subject: x\n\n>From the shop\n>>From before\n> From here\n")

    assert got[0].raw == b"Subject: x\n\nFrom the shop\n>From before\n> From here\n"


@pytest.mark.parametrize(
    "line",
    [
        b"From Berlin to Paris Mon 5 May 2025 at 10:00 we ride\n",
        b"From what I see, it flickers.\n",
        b"From kofi@customer.example yesterday\n",
        b"From: somebody\n",
    ],
)
def test_a_sentence_that_begins_with_from_separates_nothing(line: bytes) -> None:
    got = items(FROM + b"Subject: x\n\nHello\n\n" + line + b"bye\n")

    assert len(got) == 1
    assert line in got[0].raw


def test_a_missing_empty_line_before_the_next_message_is_forgiven() -> None:
    got = items(FROM + b"Subject: one\n\nbody\n" + FROM + b"Subject: two\n\nbody")

    assert [each.raw for each in got] == [b"Subject: one\n\nbody\n", b"Subject: two\n\nbody"]


@pytest.mark.parametrize(
    ("line", "time"),
    [
        (b"From kofi@customer.example\n", None),
        (b"From nobody\r\n", None),
        (b'From "Kofi Mensah"@customer.example\n', None),
        (b"From kofi@customer.example 2025-11-17T15:28:37Z\n", STAMP),
        (b'From "a b"@customer.example Mon Nov 17 15:28:37 2025\n', STAMP),
    ],
)
def test_a_careless_from_line_begins_a_message_where_a_header_follows(line: bytes, time: datetime | None) -> None:
    got = items(line + b"Subject: one\n\nbody\n\n" + line + b"Subject: two\n\nbody\n")
    assert [each.raw for each in got] == [b"Subject: one\n\nbody\n", b"Subject: two\n\nbody\n"]
    assert [each.from_time for each in got] == [time, time]


def test_a_line_of_one_word_after_from_is_text_where_no_header_follows() -> None:
    (only,) = items(FROM + b"Subject: one\n\nGreetings\n\nFrom Kofi\nwith love\n")
    assert only.raw.endswith(b"From Kofi\nwith love\n")


def test_a_from_line_within_a_paragraph_is_text() -> None:
    assert len(items(FROM + b"Subject: one\n\nthe log says\n" + FROM + b"and nothing else\n")) == 1


def test_a_message_too_large_is_set_aside_and_its_neighbours_are_not() -> None:
    got = items(
        FROM
        + b"Subject: one\n\na\n\n"
        + FROM
        + b"Subject: big\n\n"
        + b"x" * 99
        + b"\n" * 5000
        + b"\n"
        + FROM
        + b"Subject: two\n\nb\n",
        limit=2000,
    )

    assert [each.error for each in got] == [None, "it is larger than 0 MiB", None]
    assert got[1].raw.startswith(b"Subject: big")
    assert got[2].raw == b"Subject: two\n\nb\n"


def test_an_empty_message_is_set_aside() -> None:
    got = items(FROM + b"\n" + FROM + b"Subject: two\n\nb\n")

    assert [each.error for each in got] == ["the message is empty", None]


class Endless(io.RawIOBase):
    """A file of many messages that exists only while it is read."""

    def __init__(self, messages: int) -> None:
        self._pieces: Iterator[bytes] = (
            FROM + b"Subject: x\n\n" + (b"words " * 20 + b"\n") * 100 + b"\n" for _ in range(messages)
        )

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        piece = next(self._pieces, b"")
        memoryview(buffer)[: len(piece)] = piece  # type: ignore[arg-type]
        return len(piece)


def test_memory_stays_flat_however_long_the_file() -> None:
    tracemalloc.start()
    try:
        count = sum(1 for _ in read(io.BufferedReader(Endless(1000), 65_536)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 1000
    assert peak < 2 * 2**20


def test_one_line_of_many_megabytes_is_no_trouble() -> None:
    got = items(FROM + b"Subject: x\n\n" + b"y" * 5_000_000 + b"\n\n" + FROM + b"Subject: two\n\nb\n")

    assert [len(each.raw) > 5_000_000 for each in got] == [True, False]


def item(from_time: datetime | None, head: str) -> MboxItem:
    return MboxItem(0, 0, head.encode() + b"\n\nbody\n", from_time)


def test_a_messages_time_is_the_first_plausible_of_from_line_received_and_date() -> None:
    head = "Received: from a by b;\n\tMon, 10 Nov 2025 10:00:00 +0100\nReceived: from c by a; Mon, 3 Nov 2025 10:00:00 +0000\nDate: Sun, 2 Nov 2025 10:00:00 +0000"

    assert placed_time(item(STAMP, head), latest=NOW) == (STAMP, "From_ line")
    assert placed_time(item(None, head), latest=NOW) == (datetime(2025, 11, 10, 9, tzinfo=UTC), "Received")
    assert placed_time(item(datetime(2031, 1, 1, tzinfo=UTC), head), latest=NOW) == (
        datetime(2025, 11, 10, 9, tzinfo=UTC),
        "Received",
    )
    assert placed_time(item(None, "Date: Sun, 2 Nov 2025 10:00:00 +0000"), latest=NOW) == (
        datetime(2025, 11, 2, 10, tzinfo=UTC),
        "Date",
    )


def test_a_message_without_a_plausible_time_has_none() -> None:
    assert placed_time(item(None, "Subject: x"), latest=NOW) is None
    assert placed_time(item(None, "Date: Sun, 2 Nov 1980 10:00:00 +0000"), latest=NOW) is None
    assert placed_time(item(None, "Date: Sun, 2 Nov 2045 10:00:00 +0000"), latest=NOW) is None


@pytest.mark.parametrize(
    "date",
    [
        "Mon Nov 17 15:28:37 2025",
        "Mon Nov 17 15:28:37 +0000 2025",
        "Mon Nov 17 16:28:37 2025 +0100",
        "Mon, 17 Nov 2025 15:28:37 +0000",
        "Mon Nov 17 15:28:37 UTC 2025",
    ],
)
def test_from_lines_are_dated_as_their_writers_date_them(date: str) -> None:
    assert items(f"From a@b {date}\nSubject: x\n\nb\n".encode())[0].from_time == STAMP


def test_an_unreadable_year_leaves_the_message_but_not_the_time() -> None:
    assert items(b"From a@b Thu Jan  1 00:00:00 1970\nSubject: x\n\nb\n")[0].from_time is None


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"").replace(b"\r", b"")), max_size=6),
        min_size=1,
        max_size=5,
    )
)
def test_what_was_written_with_escapes_is_read_back_whole(messages: list[list[bytes]]) -> None:
    raws = [b"Subject: x\n\n" + b"".join(line + b"\n" for line in lines) for lines in messages]
    written = b"".join(
        FROM + b"".join(_escaped(line) for line in raw.splitlines(keepends=True)) + b"\n" for raw in raws
    )

    assert [each.raw for each in items(written)] == raws


def _escaped(line: bytes) -> bytes:
    return b">" + line if line.lstrip(b">").startswith(b"From ") else line


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=500))
def test_any_bytes_after_the_first_line_are_read(data: bytes) -> None:
    got = items(FROM + data)

    assert got
    assert [each.index for each in got] == list(range(len(got)))
