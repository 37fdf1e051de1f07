"""The pages behind gunicorn: one process, several threads."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from inboxsla.config import Settings
from inboxsla.services.ports import Ports

_THREADS = 8


class _Pages(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        app = self._make()
        # All that is there by now stays: looking through it for what can go would hold a page for a fifth of a second now and then.
        gc.freeze()
        return app


def serve(create_app: Callable[[Ports], Flask], ports: Callable[[], Ports], settings: Settings) -> None:
    """Serve until TERM. `ports` are made after the fork, so that no connection is shared between processes."""
    host = f"[{settings.server.host}]" if ":" in settings.server.host else settings.server.host
    options = {
        "bind": f"{host}:{settings.server.port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": _THREADS,
        "timeout": 60,
        "graceful_timeout": 3,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    _Pages(lambda: create_app(ports()), options).run()
