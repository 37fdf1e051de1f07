"""`inboxsla run` as a whole, with stand-ins for web, ticker, workers and the simulated mailbox, and the real Valkey."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.supervisor import ports
from tests.supervisor.waiting import eventually, lives
from tests.workers.processes import Valkey

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

DRIVER = Path(__file__).with_name("driver.py")
ROOT = Path(__file__).parents[2]


class Desk:
    """A data folder, and runs on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder, folder / "notes"
        self.notes.mkdir()
        self.out = folder / "out"
        # Below the ports that outgoing connections use, and with free ones after it.
        begin = 12000 + os.getpid() % 15000
        self.port = next(p for p in range(begin, 32000) if all(ports.is_free("127.0.0.1", p + n) for n in range(4)))

    def environ(self, **more: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INBOXSLA_")}
        return {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "STAND_IN_DIR": str(self.notes),
            "INBOXSLA_DATA_DIR": str(self.folder / "var"),
            "INBOXSLA_SERVER__PORT": str(self.port),
            **more,
        }

    @contextlib.contextmanager
    def running(self, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        with self.out.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, str(DRIVER)], cwd=self.folder, env=self.environ(**more), stdout=out, stderr=out
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            eventually(lambda: not any(map(lives, self.pids())))

    def ready(self) -> bool:
        return "Ctrl-C stops everything." in self.said()

    def said(self) -> str:
        return self.out.read_text()

    def told(self, role: str) -> str:
        return next(self.notes.glob(f"{role}-*")).read_text()

    def pids(self) -> list[int]:
        return [int(path.name.rpartition("-")[2]) for path in self.notes.iterdir()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_it_starts_says_where_everything_is_and_stops_without_a_trace(desk: Desk):
    with desk.running() as process:
        eventually(desk.ready, within=20)
        eventually(lambda: len(desk.pids()) == 5)

        assert f"Open     http://127.0.0.1:{desk.port}/sign-in?once=1\n" in desk.said()
        assert f"Mailbox  http://127.0.0.1:{desk.port + 1}/ (simulated" in desk.said()
        assert f"Data     {desk.folder}/var\n" in desk.said()
        assert "\x1b" not in desk.said(), "no colours where nobody watches"
        assert f"INBOXSLA_GOOGLE__API_ROOT=http://127.0.0.1:{desk.port + 1}/" in desk.told("worker")
        assert f"INBOXSLA_REDIS_URL=unix://{desk.folder}/var/valkey/valkey.sock?db=0" in desk.told("ticker")

        begun = time.monotonic()
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=25) == 0
        assert time.monotonic() - begun < 3
        assert not any(map(lives, desk.pids()))
        assert desk.said().endswith("Stopped. The next run goes on with the same data.\n")


def test_a_taken_port_is_no_error(desk: Desk):
    with socket.create_server(("127.0.0.1", desk.port)), desk.running():
        eventually(desk.ready, within=20)

        link = re.search(r"Open +http://127\.0\.0\.1:(\d+)/", desk.said())
        assert link
        assert int(link[1]) == desk.port + 1
        assert f"Port {desk.port} is taken; the pages are on port {link[1]}." in desk.said()
        eventually(lambda: len(desk.pids()) == 5)
        assert f"INBOXSLA_SERVER__PORT={link[1]}" in desk.told("worker")


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    # The name of a socket may not be long, and pytest's own folders are.
    with tempfile.TemporaryDirectory(prefix="isla-") as folder:
        made = Valkey(Path(folder))
        yield made
        made.stop()


def test_a_redis_that_does_not_answer_is_said_and_its_return_too(desk: Desk, valkey: Valkey):
    with desk.running(INBOXSLA_REDIS_URL=valkey.url):
        eventually(desk.ready, within=20)
        eventually(lambda: f"Redis at {valkey.url} does not answer. Nothing is lost" in desk.said())
        assert "again" not in desk.said()
        valkey.start()
        eventually(lambda: f"Redis at {valkey.url} answers again; the workers take over." in desk.said())
        valkey.stop()
        eventually(lambda: desk.said().count("does not answer. Nothing is lost") == 2)


def test_a_second_run_is_refused_and_after_a_kill_the_next_one_takes_over(desk: Desk):
    with desk.running(STAND_IN_MOOD="worker=stubborn") as first:
        eventually(desk.ready, within=20)
        second = subprocess.run(
            [sys.executable, str(DRIVER)], env=desk.environ(), capture_output=True, text=True, check=False
        )

        assert second.returncode == 1
        assert (
            f"InboxSLA already runs on {desk.folder}/var at http://127.0.0.1:{desk.port} (process {first.pid})"
            in second.stdout
        )

        first.kill()
        first.wait()
        with desk.running():
            eventually(desk.ready, within=20)
            assert f"http://127.0.0.1:{desk.port}/" in desk.said(), "the remains of the first gave the port back"


def test_within_ten_seconds_even_the_stubborn_are_gone_also_on_a_busy_machine(desk: Desk):
    with desk.running(STAND_IN_MOOD="worker=stubborn ticker=parent simulator=stubborn") as process:
        eventually(desk.ready, within=20)
        eventually(lambda: len(desk.pids()) == 6)
        os.kill(guard_of(process.pid), signal.SIGSTOP)  # as if it got no time to run
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=25) == 0
        assert time.monotonic() - begun < 9, "some of the ten seconds are for those that are slow to end"
        assert not any(map(lives, desk.pids()))


def guard_of(supervisor: int) -> int:
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return next(int(pid) for pid in children if b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes())


def test_it_stops_as_well_when_its_terminal_is_closed(desk: Desk):
    ours, its = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, str(DRIVER)],
        cwd=desk.folder,
        env=desk.environ(STAND_IN_MOOD="worker=stubborn"),
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    try:
        heard = b""
        while b"Ctrl-C stops everything." not in heard:
            heard += os.read(ours, 4096)
        eventually(lambda: len(desk.pids()) == 5)
        begun = time.monotonic()
        os.close(ours)
        process.send_signal(signal.SIGHUP)  # the shell says it too

        process.wait(timeout=25)
        assert time.monotonic() - begun > 3, "hearing it from two is no reason to hurry"
        assert not any(map(lives, desk.pids())), "it leaves only after everybody"
    finally:
        process.kill()
        process.wait()
        eventually(lambda: not any(map(lives, desk.pids())))


# Whoever runs the tests may have said that a closed terminal is nothing to them (nohup), and children take that over.
IN_A_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGHUP, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"STAND_IN_MOOD": "web=broken"}, "web cannot start (exit code 1). Its last words, from "),
        ({"PREPARE_FAILS": "it is locked\nand more"}, "inboxsla.sqlite3 cannot be used: it is locked\n"),
        ({"INBOXSLA_DATA_DIR": "/dev/null/var"}, "/dev/null/var cannot be used (Not a directory: "),
    ],
)
def test_what_cannot_start_is_said_in_a_sentence(desk: Desk, environ: dict[str, str], said: str):
    with desk.running(**environ) as process:
        assert process.wait(timeout=20) == 1
        assert said in desk.said()
        assert "Traceback" not in desk.said()
