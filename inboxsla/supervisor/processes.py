"""Starting, watching, restarting and stopping processes. Knows nothing of what they do.

One thread, no sleeping: the loop waits on a pipe that signals and `request_stop` write to, and looks after its children
at least five times a second.
"""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inboxsla.supervisor import guard, logs
from inboxsla.supervisor.children import CannotStart, Child, Stopped, ending_of, spawn

LOOK = 0.2
# Stopping takes the first, a fifth of it for those that others need, the second after each, and both of the rest: 8 s, so
# that a busy machine still keeps to the ten that are promised.
KILL_AFTER = 4.5
PATIENCE_WITH_THE_DEAD = 0.5
CLEARING_UP = 1.0
PATIENCE_WITH_THE_GUARD = 0.5
STEADY = 30.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)


@dataclass(slots=True)
class _Post:
    """A child and its present process. `restart_at` is set while there is none."""

    child: Child
    process: subprocess.Popen[bytes]
    started_at: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs children until told to stop. `say` gets one line for each thing a person should know.

    `environ` is what every child starts from. Children that do not stop within `kill_after` seconds are killed.
    `keep_open` are descriptors the guard holds until all is cleared away.
    """

    def __init__(
        self,
        log_dir: Path,
        say: Callable[[str], None],
        environ: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
        pauses: Sequence[float] = PAUSES,
        kill_after: float = KILL_AFTER,
        keep_open: Sequence[int] = (),
    ) -> None:
        self._log_dir, self._say, self._clock = log_dir, say, clock
        self._pauses, self._kill_after = pauses, kill_after
        self._token = secrets.token_hex(16)
        self._environ = {**environ, guard.VARIABLE: self._token}
        self._posts: dict[str, _Post] = {}
        self._asked, self._trim_at, self._waiting_for = 0, 0.0, ""
        self._before: dict[int, Any] = {}
        self._bell_out, self._bell_in = os.pipe()
        os.set_blocking(self._bell_out, False)
        os.set_blocking(self._bell_in, False)
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, self._token],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(keep_open),
        )

    @property
    def stopping(self) -> bool:
        return self._asked > 0

    def request_stop(self, *_: object) -> None:
        """Ask to stop; a second time: at once. Safe from any thread and from a signal handler."""
        self._asked += 1
        self._ring()

    def _hung_up(self, *_: object) -> None:
        """The terminal was closed. The system and the shell both tell, which is not asking twice."""
        self._asked = max(self._asked, 1)
        self._ring()

    def listen_to_signals(self) -> None:
        """Ctrl-C, TERM and HUP ask to stop; a dying child wakes the loop. Main thread only."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # under nohup it is to outlive the terminal
            told = self._hung_up if number == signal.SIGHUP else self.request_stop
            self._before[number] = signal.signal(number, told)
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: self._ring())

    def start(self, child: Child) -> None:
        """Raises CannotStart if the command cannot even be run."""
        logs.rotate(self._log(child.name))
        self._posts[child.name] = _Post(child, self._spawn(child), self._clock())

    def wait_until(self, name: str, ready: Callable[[], bool], patience: float = 60.0, crashes: int = 3) -> None:
        """Look after everything until `ready` says yes while `name` runs.

        Raises CannotStart, with the child's last words, if it crashes `crashes` times or `patience` seconds pass; Stopped
        if asked to stop.
        """
        post, begun = self._posts[name], self._clock()
        self._waiting_for = name
        while not (post.restart_at is None and ready() and post.process.poll() is None):
            self.look_after(LOOK)
            if self.stopping:
                raise Stopped("stopped while starting")
            if post.failures >= crashes:
                raise CannotStart(
                    f"{name} cannot start ({ending_of(post.process.returncode)}).{self._last_words(name)}"
                )
            if self._clock() - begun > patience:
                raise CannotStart(f"{name} did not get ready within {patience:.0f} s.{self._last_words(name)}")
        self._waiting_for = ""

    def remove(self, name: str) -> None:
        """Stop one child for good."""
        self._end([self._posts.pop(name)], self._kill_after)

    def run_until_stopped(self) -> None:
        while not self.stopping:
            self.look_after(LOOK)

    def look_after(self, wait: float) -> None:
        """Wait up to `wait` seconds for something to happen, then restart what is due for it."""
        self._wait(wait)
        now = self._clock()
        for post in self._posts.values():
            if post.restart_at is None and post.process.poll() is not None:
                self._fell(post, now)
            elif post.restart_at is not None and now >= post.restart_at and not self.stopping:
                post.process, post.started_at, post.restart_at = self._spawn(post.child), now, None
        if now >= self._trim_at:
            self._trim_at = now + 60
            for name in self._posts:
                logs.trim(self._log(name))

    def stop(self) -> None:
        """End all children, those that underlie others last; within 10 s, or at once when asked a second time."""
        above = [post for post in self._posts.values() if not post.child.underlies]
        below = [post for post in self._posts.values() if post.child.underlies]
        self._end(above, self._kill_after)
        self._end(below, self._kill_after / 5)
        self._posts.clear()
        # The guard clears up what made groups of its own, then ends.
        guard.clear((), self._token, polite=0.0, in_all=CLEARING_UP)
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        try:
            self._guard.wait(timeout=PATIENCE_WITH_THE_GUARD)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._bell_in)
        os.close(self._bell_out)

    def _end(self, posts: Sequence[_Post], kill_after: float) -> None:
        kill_at, killed = self._clock() + kill_after, False
        for post in posts:
            guard.send(post.process.pid, signal.SIGTERM)
        while left := _still_there(posts):
            now = self._clock()
            if killed and now >= kill_at + PATIENCE_WITH_THE_DEAD:
                self._say(f"{left[0].child.name} cannot be ended; the system may be waiting for a disk.")
                break
            if not killed and (self._asked > 1 or now >= kill_at):
                for post in left:
                    self._say(f"{post.child.name} does not stop; ending it now.")
                    guard.send(post.process.pid, signal.SIGKILL)
                kill_at, killed = now, True
            self._wait(0.05)
        for post in posts:
            self._tell_guard("-", post.process.pid)

    def _wait(self, seconds: float) -> None:
        """Until somebody rings, at most `seconds`."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell_out, selectors.EVENT_READ)
            if selector.select(seconds):
                os.read(self._bell_out, 4096)

    def _fell(self, post: _Post, now: float) -> None:
        name = post.child.name
        # What a dead leader leaves in its group would hold its port and its locks.
        guard.send(post.process.pid, signal.SIGKILL)
        self._tell_guard("-", post.process.pid)
        post.failures = 1 if now - post.started_at > STEADY else post.failures + 1
        pause = self._pauses[min(post.failures, len(self._pauses)) - 1]
        post.restart_at = now + pause
        if not self.stopping and name != self._waiting_for:
            ending = ending_of(post.process.returncode)
            self._say(f"{name} ended ({ending}); starting it again in {pause:g} s.{self._last_words(name)}")

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        process = spawn(child, self._environ, self._log(child.name))
        self._tell_guard("+", process.pid)
        return process

    def _tell_guard(self, sign: str, group: int) -> None:
        assert self._guard.stdin is not None
        try:
            self._guard.stdin.write(f"{sign}{group}\n".encode())
            self._guard.stdin.flush()
        except BrokenPipeError:
            self._say(
                "The guard that clears up after a crash of the supervisor has ended; Ctrl-C still stops everything."
            )

    def _log(self, name: str) -> Path:
        return self._log_dir / f"{name}.log"

    def _last_words(self, name: str) -> str:
        words = logs.tail(self._log(name))
        return (
            f" Its last words, from {self._log(name)}:\n{words}"
            if words
            else f" It wrote nothing to {self._log(name)}."
        )

    def _ring(self) -> None:
        try:
            os.write(self._bell_in, b"!")
        except BlockingIOError:
            return  # a full pipe wakes the loop just as well


def _still_there(posts: Sequence[_Post]) -> list[_Post]:
    """Those whose process, or anybody in its group, has not ended."""
    living = guard.living(post.process.pid for post in posts)
    return [post for post in posts if post.process.poll() is None or post.process.pid in living]
