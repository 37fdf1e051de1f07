"""Pulls Gmail's notices from Pub/Sub for as long as the ticker lives; beside it, because a pull waits for what it pulls."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from inboxsla.errors import InboxSLAError
from inboxsla.gmail.pubsub import Subscription
from inboxsla.services import pulling
from inboxsla.services.ports import Ports

log = structlog.get_logger()

# Between two pulls that brought nothing, for a Pub/Sub that does not wait itself.
_PAUSE = 0.5


def run(ports: Ports, opens: Callable[[], Subscription], *, stopping: threading.Event) -> None:
    """Pull until told to stop. `opens` is called again after a failure, because what was wrong may have been the key file."""
    subscription: Subscription | None = None
    failures = 0
    while not stopping.is_set():
        try:
            if subscription is None:
                opened = opens()
                came = pulling.pull(ports, opened)
                pulling.works(ports)
                subscription, failures = opened, 0
            else:
                came = pulling.pull(ports, subscription)
            wait = 0.0 if came else _PAUSE
        except InboxSLAError as error:
            subscription, failures = None, failures + 1
            wait = _put_off(ports, failures, error)
        stopping.wait(wait)


def _put_off(ports: Ports, failures: int, error: InboxSLAError) -> float:
    try:
        return pulling.failed(ports, failures, error).total_seconds()
    except InboxSLAError as away:
        log.warning("nobody can be told", reason=str(away))
        return _PAUSE
