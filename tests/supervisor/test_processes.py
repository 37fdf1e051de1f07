"""The supervisor with small real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from inboxsla.supervisor import CannotStart, Child, Stopped, Supervisor
from tests.supervisor.waiting import eventually, lives

pytestmark = [pytest.mark.processes, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

FOREVER = "import threading; threading.Event().wait(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); {FOREVER}"
WITH_STRAY = f"import subprocess; print(subprocess.Popen(['sleep', '600'], process_group=0).pid, flush=True); {FOREVER}"


def python(name: str, code: str, **more: bool) -> Child:
    return Child(name, [sys.executable, "-c", code], **more)


class Desk:
    """A supervisor with a clock that is set by hand."""

    def __init__(self, folder: Path) -> None:
        self.logs, self.said, self.now = folder / "logs", [], 0.0

    def open(self, *, real_clock: bool = False, **options: object) -> Supervisor:
        clock: Callable[[], float] = time.monotonic if real_clock else lambda: self.now
        self.supervisor = Supervisor(self.logs, self.said.append, os.environ, clock=clock, **options)
        return self.supervisor

    def log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text()

    def eventually(self, condition: Callable[[], bool]) -> None:
        eventually(condition, meanwhile=lambda: self.supervisor.look_after(0.02))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.now += 3600
    desk.supervisor.stop()


def test_a_child_that_ends_is_started_again_and_its_last_words_are_told(desk: Desk):
    supervisor = desk.open()
    supervisor.start(python("worker-1", "import sys; print('first line'); sys.exit('the disk is full')"))
    desk.eventually(lambda: len(desk.said) == 1)

    assert desk.said[0].startswith("worker-1 ended (exit code 1); starting it again in 0.5 s.")
    assert "first line\n    the disk is full" in desk.said[0]

    desk.now += 0.5
    desk.eventually(lambda: desk.log("worker-1").count("the disk is full") == 2)


def test_pauses_grow_with_each_crash_and_are_forgotten_once_it_ran_steadily(desk: Desk):
    supervisor = desk.open()
    supervisor.start(python("ticker", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))
    for crash, pause in enumerate(("0.5", "1", "2", "4"), start=1):
        desk.eventually(lambda crash=crash: len(desk.said) == crash)
        assert f"ticker ended (ended by SIGSEGV); starting it again in {pause} s." in desk.said[-1]
        desk.now += float(pause)

    supervisor.look_after(0)
    desk.now += 31
    desk.eventually(lambda: len(desk.said) == 5)

    assert "again in 0.5 s." in desk.said[-1]


def test_what_a_crashed_child_leaves_in_its_group_goes_with_it(desk: Desk):
    supervisor = desk.open()
    code = "import subprocess, sys; print(subprocess.Popen(['sleep', '600']).pid, flush=True); sys.exit(1)"
    supervisor.start(python("web", code))
    desk.eventually(lambda: len(desk.said) == 1)

    eventually(lambda: not lives(int(desk.log("web"))))


def test_stopping_asks_kindly_and_those_that_others_need_go_last(desk: Desk):
    supervisor = desk.open(real_clock=True)
    story = desk.logs.parent / "story"
    say = "open({!r}, 'a').write('{} ')"
    code = "import signal, sys, threading; signal.signal(signal.SIGTERM, lambda *_: ({}, sys.exit())); print('up', flush=True);"
    for name, underlies in (("valkey", True), ("worker", False)):
        supervisor.start(python(name, code.format(say.format(str(story), name)) + FOREVER, underlies=underlies))
        desk.eventually(lambda name=name: "up" in desk.log(name))

    supervisor.stop()

    assert story.read_text() == "worker valkey "
    assert desk.said == []
    desk.open()


def test_a_child_that_ignores_term_is_killed_after_a_while(desk: Desk):
    supervisor = desk.open(real_clock=True, kill_after=0.4)
    supervisor.start(python("worker-1", DEAF))
    desk.eventually(lambda: "deaf" in desk.log("worker-1"))
    begun = time.monotonic()

    supervisor.stop()

    assert 0.4 <= time.monotonic() - begun < 2
    assert desk.said == ["worker-1 does not stop; ending it now."]
    desk.open()


def test_being_asked_twice_kills_at_once(desk: Desk):
    supervisor = desk.open(real_clock=True)
    supervisor.start(python("worker-1", DEAF))
    desk.eventually(lambda: "deaf" in desk.log("worker-1"))
    begun = time.monotonic()

    supervisor.request_stop()
    supervisor.request_stop()
    supervisor.run_until_stopped()
    supervisor.stop()

    assert time.monotonic() - begun < 2
    desk.open()


def test_a_process_that_left_its_group_does_not_survive_the_stop(desk: Desk):
    supervisor = desk.open(real_clock=True)
    supervisor.start(python("worker-1", WITH_STRAY))
    desk.eventually(lambda: desk.log("worker-1").endswith("\n"))
    stray = int(desk.log("worker-1"))
    assert lives(stray)

    supervisor.stop()

    assert not lives(stray)
    desk.open()


def test_a_child_that_never_gets_ready_is_named_with_its_last_words(desk: Desk):
    supervisor = desk.open(pauses=[0.0])
    supervisor.start(python("web", "import sys; sys.exit('no templates')"))

    with pytest.raises(CannotStart, match=r"(?s)^web cannot start \(exit code 1\)\. Its last words, .*no templates"):
        supervisor.wait_until("web", lambda: False)

    assert desk.said == [], "it is told once, by the error"


def test_waiting_ends_when_patience_does_or_when_asked_to_stop(desk: Desk):
    supervisor = desk.open()
    supervisor.start(python("web", FOREVER))

    def later() -> bool:
        desk.now += 61
        return False

    with pytest.raises(CannotStart, match="web did not get ready within 60 s. It wrote nothing"):
        supervisor.wait_until("web", later)
    supervisor.request_stop()
    with pytest.raises(Stopped):
        supervisor.wait_until("web", lambda: False)


def test_a_command_that_does_not_exist_cannot_start(desk: Desk):
    with pytest.raises(CannotStart, match="ticker cannot be started: .*no-such-program"):
        desk.open().start(Child("ticker", ["/no-such-program"]))


SUPERVISED = """
import os, sys, threading
from pathlib import Path
from inboxsla.supervisor import Child, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), print, os.environ)
for name, code in zip(("plain", "deaf", "parent"), sys.argv[2:]):
    supervisor.start(Child(name, [sys.executable, "-c", code]))
while True:
    supervisor.look_after(1)
"""


def test_nobody_survives_when_the_supervisor_is_killed(tmp_path: Path):
    children = [f"import os; print(os.getpid(), flush=True); {code}" for code in (FOREVER, DEAF, WITH_STRAY)]
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path), *children], start_new_session=True
    ) as process:
        logs = [tmp_path / f"{name}.log" for name in ("plain", "deaf", "parent")]
        pids: list[int] = []

        def all_up() -> bool:
            words = [log.read_text().split() if log.exists() else [] for log in logs]
            pids[:] = [int(word) for line in words for word in line if word.isdecimal()]
            return len(pids) == 4 and "deaf" in words[1]

        eventually(all_up)
        assert all(map(lives, pids))
        process.send_signal(signal.SIGKILL)
        process.wait()

        eventually(lambda: not any(map(lives, pids)))
