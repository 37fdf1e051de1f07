"""Broken, hostile and missing mailbox files: everything is imported or kept aside with a reason, and nothing takes its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from inboxsla.errors import Refused
from inboxsla.gmail import mbox
from inboxsla.services import importing
from inboxsla.services.importing import Built
from inboxsla.storage import records, schema
from inboxsla.storage.database import Database
from tests.services.mailbox_files import ANA, KOFI, MAYA, SUPPORT, Mail, imported, ports, rows, written

ASKS = Mail("1", name="Kofi Mensah")
OTHER = Mail("4", MAYA, SUPPORT, 3, "Where is my parcel?")
STORY = (ASKS, Mail("2", ANA, KOFI, 1, "Re: My lamp flickers", answers="1"), OTHER)


@pytest.mark.parametrize(
    ("mail", "reason"),
    [
        (Mail("1", headers=("X-Gmail-Labels: Drafts",)), "a draft, which is nobody's message"),
        (Mail("1", headers=("X-Gmail-Labels: Chat",)), "a chat, which is not mail"),
        (Mail("1", sender="", fields=("to", "date")), "it does not say who sent it"),
        (b"From kofi@customer.example Mon Jun 01 09:00:00 2026\n\n\n", "the message is empty"),
        (
            b"From x@y.example Mon Jun 01 09:00:00 1970\nFrom: a@b.example\nDate: Fri, 01 Jan 2990 00:00:00 +0000\n\nhi\n\n",
            "neither its From_ line nor Received nor Date says a plausible time",
        ),
    ],
)
def test_what_cannot_be_used_is_kept_aside_with_a_reason(
    sqlite_database: Database, tmp_path: Path, mail: Mail | bytes, reason: str
) -> None:
    read, built = imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", ASKS, mail, OTHER))
    assert (read.messages, read.imported, dict(read.reasons)) == (3, 2, {reason: 1})
    assert built.tickets == 2, "its neighbours are not lost"
    (aside,) = rows(sqlite_database, "kept_aside")
    assert aside["reason"].startswith(f"{reason} (message 2 of a.mbox, at byte ")


def test_equal_broken_messages_are_noted_one_by_one(sqlite_database: Database, tmp_path: Path) -> None:
    empty = b"From kofi@customer.example Mon Jun 01 09:00:00 2026\n\n\n"
    read, _ = imported(ports(sqlite_database, tmp_path), written(tmp_path / "a.mbox", empty, empty, ASKS))
    with sqlite_database.read() as conn:
        assert read.kept_aside == records.count_kept_aside(conn, read.mailbox_id) == 2


def hostile() -> Sequence[Mail]:
    return [
        replace(ASKS, id="nul", body="a\0b\0\ud83d".encode("utf-8", "surrogatepass").decode("latin-1")),
        replace(ASKS, id="long", sender=f"{'k' * 5000}@customer.example"),
        replace(ASKS, id="ids", headers=("References: " + " ".join(f"<{n}@x.example>" for n in range(5000)),)),
        replace(ASKS, id="many", headers=tuple(f"X-Noise-{n}: {n}" for n in range(5000))),
        replace(ASKS, id="crowd", to=", ".join(f"person{n}@customer.example" for n in range(3000))),
        replace(ASKS, id="charset", headers=("Content-Type: text/plain; charset=klingon",)),
        replace(ASKS, id="subject", subject="=?utf-8?q?two=0Alines=00?=\n and more"),
        replace(ASKS, id="x" * 3000),
        replace(ASKS, id="big", body="rain " * 400_000),
        replace(ASKS, id="thrid", headers=("X-GM-THRID: " + "9" * 600,)),
    ]


def test_hostile_messages_neither_stop_the_import_nor_take_their_neighbours(database: Database, tmp_path: Path) -> None:
    port = ports(database, tmp_path)
    read, built = imported(port, written(tmp_path / "a.mbox", *hostile(), OTHER))
    assert read.messages == len(hostile()) + 1 == read.imported + read.kept_aside
    assert any(t["requester"] == MAYA for t in rows(database, "tickets"))


mangled = st.lists(
    st.one_of(
        st.sampled_from([mail.raw for mail in (*STORY, *hostile()[:3])]),
        st.binary(max_size=200),
        st.sampled_from(STORY).flatmap(lambda m: st.integers(0, len(m.raw)).map(lambda cut: m.raw[:cut])),
        st.sampled_from([b"From \n", b"\n\n", b"From a@b.example Mon Jun 01 09:00:00 2026\n", b">From x\n", b"\r\n"]),
    ),
    max_size=12,
)


@given(pieces=mangled)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_every_message_is_imported_or_kept_aside(
    sqlite_database: Database, tmp_path: Path, pieces: list[bytes]
) -> None:
    port, file = ports(sqlite_database, tmp_path), written(tmp_path / "mangled.mbox", ASKS, *pieces)
    with file.open("rb") as stream:
        held = len(list(mbox.read(stream)))
    seen: list[int] = []
    read = importing.read(port, file, SUPPORT, [ANA], [], seen.append)
    importing.build(port, read, lambda _: None)
    assert read.imported + read.kept_aside == read.messages == held
    assert sum(seen) == file.stat().st_size
    again, _ = imported(port, file)
    assert (again.new, again.messages) == (0, held)


def test_an_empty_file_is_an_empty_mailbox(sqlite_database: Database, tmp_path: Path) -> None:
    read, built = imported(ports(sqlite_database, tmp_path), written(tmp_path / "empty.mbox"))
    assert (read.messages, built) == (0, Built(0, 0, None, None))


def test_what_is_no_mailbox_file_is_refused_and_leaves_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "photo.zip"
    file.write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(Refused, match="unpacked"):
        imported(ports(sqlite_database, tmp_path), file)
    with pytest.raises(Refused, match="cannot be read"):
        imported(ports(sqlite_database, tmp_path), tmp_path / "nowhere.mbox")
    with sqlite_database.read() as conn:
        assert conn.execute(select(func.count()).select_from(schema.mailboxes)).scalar_one() == 0


@pytest.mark.parametrize("address", ["support", "", "two words@x.example", "@x.example"])
def test_an_address_that_is_none_is_refused(sqlite_database: Database, tmp_path: Path, address: str) -> None:
    file = written(tmp_path / "a.mbox", ASKS)
    port = ports(sqlite_database, tmp_path)
    with pytest.raises(Refused, match="is not an address"):
        importing.read(port, file, address, [], [], lambda _: None)
    with pytest.raises(Refused, match="is not an address"):
        importing.read(port, file, SUPPORT, [address], [], lambda _: None)
