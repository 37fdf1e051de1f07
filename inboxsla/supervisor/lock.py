"""One run per data folder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from inboxsla.errors import Refused

# The guard of a run that was killed may need this long to clear up behind it; it holds the lock meanwhile.
CLEARING_UP = 8.0


class RunLock:
    """Held from start to end; says to others where this run can be reached."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def tell(self, url: str, **parts: str) -> None:
        """`parts`: what else this run has chosen an address for, see `Running`."""
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, json.dumps({**parts, "pid": os.getpid(), "url": url}).encode(), 0)


@dataclass(frozen=True, slots=True)
class Running:
    """Where a run can be reached since it was ready (aware UTC): its pages, and its embedded Redis and simulated Gmail, the
    last two empty where it has none."""

    since: datetime
    url: str
    redis_url: str = ""
    api_root: str = ""


@contextlib.contextmanager
def run_lock(data_dir: Path, patience: float = CLEARING_UP) -> Iterator[RunLock]:
    """Hold the data folder, making it if need be.

    Raises Refused, naming the other run's address, if there is one; waits up to `patience` seconds for the remains of a
    run that was killed. Raises OSError if the folder cannot be written.
    """
    # Customers' mail is kept here: for nobody else on this machine.
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / "run.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        waited = 0.0
        while not _locked(descriptor):
            other = _who(path)
            if waited >= patience or _alive(other.get("pid", 0)):
                where = f" at {other['url']}" if other.get("url") else ""
                raise Refused(
                    f"InboxSLA already runs on {data_dir}{where} (process {other.get('pid', 'unknown')})."
                    " Use that one, stop it with Ctrl-C, or name another folder with INBOXSLA_DATA_DIR."
                )
            threading.Event().wait(0.1)
            waited += 0.1
        lock = RunLock(descriptor)
        lock.tell("")
        yield lock
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def running_url(data_dir: Path) -> str | None:
    """Where the run on this data folder serves its pages; None if there is none, or none that is ready yet."""
    found = running(data_dir)
    return None if found is None else found.url


def running(data_dir: Path) -> Running | None:
    """Where the run on this data folder can be reached; None if there is none, or none that is ready yet."""
    path = data_dir / "run.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        said = {} if _locked(descriptor) else _who(path)
        since = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
    finally:
        os.close(descriptor)
    url, redis_url, api_root = (str(said.get(name) or "") for name in ("url", "redis_url", "api_root"))
    return Running(since, url, redis_url, api_root) if url else None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _who(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text())
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
