"""python -m inboxsla.gmail.simulator: the simulated Gmail as a process of its own."""

from __future__ import annotations

import argparse
import errno
import signal
import sys
from types import FrameType

from .server import SimulatorServer
from .store import Store

PORTS_TO_TRY = 50


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    store = Store(asked.data)
    store.add_mailbox(asked.address)
    try:
        server = _listening(store, asked.host, asked.port)
    except OSError as error:
        print(f"cannot listen on {asked.host}:{asked.port}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"simulated Gmail of {asked.address} at {server.url}", flush=True)
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
    parser.add_argument("--no-stories", action="store_true", help="an empty mailbox to which nothing happens by itself")
    return parser


def _listening(store: Store, host: str, port: int) -> SimulatorServer:
    for candidate in range(port, port + PORTS_TO_TRY) if port else [0]:
        try:
            return SimulatorServer(store, host, candidate)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or candidate == port + PORTS_TO_TRY - 1:
                raise
    raise OSError(errno.EADDRINUSE, "no free port")


def _leave(_signal: int, _frame: FrameType | None) -> None:
    # Committed work is in the file; a transaction under way is undone by SQLite at the next start.
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
