"""The ticker process: one tick a second."""

from __future__ import annotations

import threading

import structlog

from inboxsla.errors import InboxSLAError
from inboxsla.services.ports import Ports
from inboxsla.services.ticking import Memory, tick

log = structlog.get_logger()


def run(ports: Ports, *, stopping: threading.Event, every: float = 1.0) -> None:
    """Tick every `every` seconds until told to stop. A database that is away is waited for."""
    memory = Memory()
    while not stopping.is_set():
        try:
            tick(ports, memory)
        except InboxSLAError as error:
            log.warning("tick put off", reason=str(error))
        stopping.wait(every)
