"""python -m inboxsla.gmail.simulator: the simulated Gmail as a process of its own."""

from __future__ import annotations

import argparse
import errno
import signal
import sqlite3
import sys
import threading
import time
import traceback
from types import FrameType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .answers import ApiError
from .server import SimulatorServer
from .store import Store
from .stories import Narrator, seed

PORTS_TO_TRY = 50


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    store = Store(asked.data, zone=asked.zone)
    fresh = asked.address.lower() not in store.mailboxes()
    store.add_mailbox(asked.address)
    if fresh and not asked.no_stories:
        seed(store, asked.address.lower(), store.now())
    try:
        server = _listening(store, asked.host, asked.port)
    except OSError as error:
        print(f"cannot listen on {asked.host}:{asked.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"simulated Gmail of {asked.address} at {server.url}", flush=True)
    if not asked.no_stories:
        threading.Thread(target=_tell, args=(store, asked.address.lower()), daemon=True).start()
    server.serve_forever()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m inboxsla.gmail.simulator", description=__doc__)
    parser.add_argument(
        "--data", default=":memory:", help="SQLite file that keeps the mailbox between runs (default: memory)"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="the next free one is taken if it is busy; 0: any")
    parser.add_argument("--address", default="support@lumenvelo.example", help="the mailbox")
    parser.add_argument(
        "--zone",
        type=_zone,
        default="Europe/Berlin",
        help="zone of the times that mails quote (default: Europe/Berlin)",
    )
    parser.add_argument("--no-stories", action="store_true", help="an empty mailbox to which nothing happens by itself")
    return parser


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise argparse.ArgumentTypeError(f"there is no time zone {name}") from error


def _listening(store: Store, host: str, port: int) -> SimulatorServer:
    for candidate in range(port, port + PORTS_TO_TRY) if port else [0]:
        try:
            return SimulatorServer(store, host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or candidate == port + PORTS_TO_TRY - 1:
                raise
    raise OSError(errno.EADDRINUSE, "no free port")


def _tell(store: Store, address: str) -> None:
    """Let the story go on until the process ends. One bad moment does not end the story."""
    narrator = Narrator(store, address, store.now())
    while True:
        try:
            narrator.tick(store.now())
        except (ApiError, sqlite3.Error):
            traceback.print_exc()
        time.sleep(1)


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Committed work is in the file; a transaction under way is undone by SQLite at the next start.
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
