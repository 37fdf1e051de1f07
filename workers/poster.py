"""Posts to one webhook for as long as the ticker lives; beside it, because whoever posts waits for somebody else's server."""

from __future__ import annotations

import threading

import structlog

from inboxsla.errors import InboxSLAError
from inboxsla.services import posting
from inboxsla.services.ports import Ports

log = structlog.get_logger()


def run(ports: Ports, name: str, *, stopping: threading.Event, every: float = 1.0) -> None:
    """Post what is due until told to stop, looking every `every` seconds. A database that is away is waited for."""
    listener = posting.Listener(name)
    while not stopping.is_set():
        try:
            if posting.post_next(ports, listener):
                continue
        except InboxSLAError as error:
            log.warning("posting put off", webhook=name, reason=str(error))
        except Exception:
            # What one act made go wrong is left to its lease; the others go on.
            log.exception("posting failed", webhook=name)
        stopping.wait(every)
