"""Real worker processes and a real Valkey, for the tests of what rings and what answers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from multiprocessing.process import BaseProcess
from pathlib import Path

import redis

from inboxsla.config import load
from inboxsla.config.settings import socket_url
from inboxsla.supervisor.parts import Parts
from workers import jobs, main

# Forked from a process that has imported everything and runs nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([jobs.__name__, "tests.workers.processes", "tests.services.worker_of_one_run"])
PATIENCE = 30.0


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something another process does; fails the test when it does not come."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited in vain: {what}"
        threading.Event().wait(0.02)


class Valkey:
    """The embedded server on a socket of its own; can be started and stopped as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "v.sock"
        self.url = socket_url(self.socket)
        parts = Parts(load(None, {}), folder, [], [])
        self._command = parts.valkey(self.socket).command
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until(self.answers, "Valkey answers")

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _run(environ: Mapping[str, str], redis_url: str, burst: bool, said: str, monitoring: int, grace: int) -> None:
    os.setsid()
    os.environ.update(environ)
    with open(said, "a", buffering=1) as file, redirect_stdout(file), redirect_stderr(file):
        main.work(redis_url, stopping=threading.Event(), burst=burst, monitoring=monitoring, grace=grace)


@contextmanager
def worker(
    environ: Mapping[str, str],
    redis_url: str,
    said: Path,
    *,
    burst: bool = False,
    monitoring: int = main.MONITORING,
    grace: int = main.GRACE,
) -> Iterator[BaseProcess]:
    """A worker process with the environment that `inboxsla run` would give it; what it tells people goes to `said`."""
    process = PROCESSES.Process(target=_run, args=(dict(environ), redis_url, burst, str(said), monitoring, grace))
    process.start()
    try:
        yield process
    finally:
        kill(process)


def kill(process: BaseProcess) -> None:
    """SIGKILL for the worker and for whatever it may have started."""
    assert process.pid is not None
    # Until it has a group of its own, the group would be ours.
    if process.is_alive() and os.getpgid(process.pid) == process.pid:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
