"""Reading mailbox files: messages a second from the file to settled tickets, and memory that does not follow the file's size."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

from inboxsla.config import Settings
from inboxsla.errors import AccessLost
from inboxsla.gmail.port import Mailbox
from inboxsla.services import importing
from inboxsla.services.ports import Ports
from inboxsla.storage import migrations
from inboxsla.storage.database import Database
from tests.services.mailbox_files import SilentBell

MESSAGES, BYTES = 3000, 10 * 1024
MAILBOX, AGENT = "support@lumenvelo.example", "ana@lumenvelo.example"
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
# What a growing cache of the allocator or of SQLite may take; a file that were held would take many times that.
GROWTH_MIB = 24


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = {times: _written(folder / f"{times}.mbox", times * MESSAGES) for times in (1, 4)}
        grew = {}
        for times, file in written.items():
            wall, core, peak = _in_a_child(file, folder / str(times))
            # Seconds of one core: what others do on this machine meanwhile is not the import's.
            rate = times * MESSAGES / core
            what = f"import {times * MESSAGES:,} messages of {BYTES // 1024} KiB, read and built"
            yield f"{what}, on one core", f"{rate:,.0f} messages/s", "≥ 300 messages/s", rate >= 300
            yield f"{what}, by the clock", f"{times * MESSAGES / wall:,.0f} messages/s", "(for information)", True
            grew[times] = peak
        more = grew[4] - grew[1]
        size = (written[4].stat().st_size - written[1].stat().st_size) / 2**20
        what = f"memory of an import, {size:.0f} MiB more to read ({grew[1]:.0f} MiB at first)"
        yield what, f"{more:+.1f} MiB", f"≤ {GROWTH_MIB} MiB", more <= GROWTH_MIB


def _written(file: Path, messages: int) -> Path:
    """A mailbox file of conversations of three messages: a customer asks, Ana answers, the customer thanks."""
    random = Random(2026)
    words = [bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz", k=random.randint(2, 9))) for _ in range(4000)]
    with file.open("wb") as out:
        for number in range(messages):
            out.write(b"".join(_message(number, random, words)))
    return file


def _message(number: int, random: Random, words: list[bytes]) -> Iterator[bytes]:
    conversation, turn = divmod(number, 3)
    at = BEGAN + timedelta(minutes=7 * conversation + 40 * turn)
    customer = f"customer{conversation}@customer.example"
    sender, to = (AGENT, customer) if turn == 1 else (customer, MAILBOX)
    lines = [
        f"From {sender} {at:%a %b %d %H:%M:%S %Y}",
        f"Received: from mail.customer.example by mx.lumenvelo.example; {format_datetime(at)}",
        f"From: Somebody {conversation} <{sender}>",
        f"To: {to}",
        f"Subject: {'Re: ' if turn else ''}Lamp {conversation} flickers in the rain",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{number}@bench.example>",
        *([f"In-Reply-To: <{number - 1}@bench.example>"] if turn else []),
        "Content-Type: text/plain; charset=utf-8",
        "",
        "",
    ]
    head = "\n".join(lines).encode()
    yield head
    left = BYTES - len(head)
    while left > 0:
        line = b" ".join(random.choices(words, k=11)) + b"\n"
        yield line
        left -= len(line)
    yield b"\n"


def _in_a_child(file: Path, folder: Path) -> tuple[float, float, float]:
    """(seconds by the clock, seconds of one core, peak MiB) of an import in a process of its own, whose memory nobody else has used."""
    command = [sys.executable, "-m", "tests.bench.importing", str(file), str(folder)]
    wall, core, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(wall), float(core), float(peak)


def _no_gmail(address: str) -> Mailbox:
    raise AccessLost(f"{address} is a file")


def _import(file: Path, folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/bench.db")
    migrations.upgrade(database.url)
    ports = Ports(Settings.of({}), database, SilentBell(), lambda: BEGAN + timedelta(days=365), _no_gmail)
    wall, core = time.perf_counter(), time.process_time()
    read = importing.read(ports, file, MAILBOX, [AGENT], [], lambda _: None)
    built = importing.build(ports, read, lambda _: None)
    wall, core = time.perf_counter() - wall, time.process_time() - core
    assert read.new == read.messages == 3 * built.tickets, "the bench imports what it wrote"
    # Linux counts in KiB.
    print(wall, core, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _import(Path(sys.argv[1]), Path(sys.argv[2]))
