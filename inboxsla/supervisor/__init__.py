"""`inboxsla run`: everything under one process, from an empty folder to a page that answers, and back to nothing."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from inboxsla.config import Settings, masked, socket_url
from inboxsla.errors import InboxSLAError
from inboxsla.supervisor import ports
from inboxsla.supervisor.children import CannotStart, Child, Stopped
from inboxsla.supervisor.lock import RunLock, run_lock
from inboxsla.supervisor.parts import Parts, inboxsla_command, pings, simulator_command, socket_for
from inboxsla.supervisor.processes import Supervisor
from inboxsla.supervisor.redis_watch import watch
from inboxsla.supervisor.screen import Screen

__all__ = ["CannotStart", "Child", "Stopped", "Supervisor", "run"]

WEB_TRIES = 5


def run(
    settings: Settings,
    out: TextIO,
    *,
    prepare: Callable[[], None],
    sign_in_link: Callable[[str], str],
    environ: Mapping[str, str] | None = None,
    entry: Sequence[str] | None = None,
    simulator: Sequence[str] | None = None,
) -> int:
    """Start everything, say where it is, and keep it running until Ctrl-C or TERM. Returns the exit code: 0, or 1 if it
    could not start.

    `prepare` brings the database up to date and is called before any child starts. `sign_in_link` makes the one-time link
    for an address such as http://127.0.0.1:8000. `entry` and `simulator` are the commands children are called by.
    Call it from the main thread: it takes over the signals.
    """
    screen = Screen(out)
    data_dir = settings.data_dir.absolute()
    parts = Parts(settings, data_dir, entry or inboxsla_command(), simulator or simulator_command())
    try:
        with run_lock(data_dir) as lock, tempfile.TemporaryDirectory(prefix="inboxsla-") as spare:
            begun_from = os.environ if environ is None else environ
            return _Run(parts, screen, lock, Path(spare), begun_from).go(prepare, sign_in_link)
    except KeyboardInterrupt:
        screen.say("Stopped while starting.")
    except InboxSLAError as reason:
        screen.problem(str(reason))
    except OSError as reason:
        screen.problem(
            f"{data_dir} cannot be used ({reason.strerror}: {reason.filename}). Name another with INBOXSLA_DATA_DIR."
        )
    return 1


class _Run:
    """One run, from the first child to the last."""

    def __init__(self, parts: Parts, screen: Screen, lock: RunLock, spare: Path, environ: Mapping[str, str]) -> None:
        self._parts, self._settings, self._screen, self._lock = parts, parts.settings, screen, lock
        self._logs = parts.data_dir / "logs"
        self._host = self._settings.server.host
        self._environ = parts.environment(environ)
        self._socket = None if self._settings.redis_url else socket_for(self._settings, spare)
        self._simulator_port: int | None = None
        self._redis_watch = threading.Event()

    def go(self, prepare: Callable[[], None], sign_in_link: Callable[[str], str]) -> int:
        self._logs.mkdir(exist_ok=True)
        self._prepare(prepare)
        self._choose_addresses()
        supervisor = Supervisor(self._logs, self._screen.say, self._environ, keep_open=[self._lock.descriptor])
        try:
            with contextlib.suppress(Stopped):
                supervisor.listen_to_signals()
                self._start(supervisor, sign_in_link)
                supervisor.run_until_stopped()
        finally:
            self._redis_watch.set()
            self._screen.say("Stopping …")
            supervisor.stop()
        self._screen.say("Stopped. The next run goes on with the same data.")
        return 0

    def _prepare(self, prepare: Callable[[], None]) -> None:
        try:
            prepare()
        except InboxSLAError:
            raise
        except Exception as error:  # whatever a database says; the person needs the sentence, not the stack
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise CannotStart(f"the database {masked(self._settings.sql_url)} cannot be used: {reason}") from error

    def _choose_addresses(self) -> None:
        """Before anything starts, so that every child is told the same ones, also when it is started again."""
        if self._socket:
            self._environ["INBOXSLA_REDIS_URL"] = socket_url(self._socket)
        if self._parts.wants_simulator():
            web = ports.first_free(self._host, self._settings.server.port)
            self._simulator_port = ports.first_free(self._host, min(web + 1, 65535))
            root = self._settings.server.model_copy(update={"port": self._simulator_port, "base_url": ""}).url
            self._environ["INBOXSLA_GOOGLE__API_ROOT"] = f"{root}/"
            self._environ["INBOXSLA_GOOGLE__TOKEN_URI"] = f"{root}/token"
            self._environ["INBOXSLA_GOOGLE__CERTS_URI"] = f"{root}/oauth2/v1/certs"

    def _start(self, supervisor: Supervisor, sign_in_link: Callable[[str], str]) -> None:
        self._screen.say("Starting …")
        if self._socket:
            redis_url = self._environ["INBOXSLA_REDIS_URL"]
            supervisor.start(self._parts.valkey(self._socket))
            supervisor.wait_until("valkey", lambda: pings(redis_url))
        if self._simulator_port:
            port = self._simulator_port
            supervisor.start(self._parts.gmail(self._host, port))
            supervisor.wait_until("simulator", lambda: ports.listens(self._host, port))
        port = self._start_web(supervisor)
        for child in self._parts.background(port):
            supervisor.start(child)
        url = self._settings.server.model_copy(update={"port": port}).url
        self._lock.tell(url, **self._chosen())
        self._screen.ready(
            sign_in_link(url),
            self._environ["INBOXSLA_GOOGLE__API_ROOT"] if self._simulator_port else None,
            self._parts.data_dir,
            self._logs,
            mailboxes=bool(self._settings.mailboxes),
        )
        if self._settings.redis_url:
            self._redis_watch = watch(self._settings.redis_url, self._screen.say)

    def _chosen(self) -> dict[str, str]:
        """What a command in another terminal cannot know from the settings."""
        redis_url = {"redis_url": self._environ["INBOXSLA_REDIS_URL"]} if self._socket else {}
        api_root = {"api_root": self._environ["INBOXSLA_GOOGLE__API_ROOT"]} if self._simulator_port else {}
        return redis_url | api_root

    def _start_web(self, supervisor: Supervisor) -> int:
        """The port that web answers on. Somebody may take a free port before web does; then the next one is tried."""
        wanted = self._settings.server.port
        for _ in range(WEB_TRIES):
            port = ports.first_free(self._host, wanted)
            supervisor.start(self._parts.web(port))
            try:
                supervisor.wait_until("web", lambda port=port: ports.answers(self._host, port, "/healthz"), crashes=1)  # type: ignore[misc]
            except CannotStart:
                if ports.is_free(self._host, port):
                    raise  # it was not the port
                supervisor.remove("web")
                continue
            if port != wanted:
                self._screen.say(f"Port {wanted} is taken; the pages are on port {port}.")
            return port
        raise CannotStart(f"ports from {wanted} on were taken by others again and again.")
