"""Mails alarms for as long as the ticker lives; beside it and beside all workers, so that nothing that hangs can hold them."""

from __future__ import annotations

import threading

import structlog

from inboxsla.errors import InboxSLAError
from inboxsla.services import alarm_mails
from inboxsla.services.ports import Ports

log = structlog.get_logger()


def run(ports: Ports, *, stopping: threading.Event, every: float = 5.0) -> None:
    """Look every `every` seconds until told to stop, whatever goes wrong meanwhile."""
    while not stopping.is_set():
        try:
            alarm_mails.run(ports)
        except InboxSLAError as error:
            log.warning("alarms put off", reason=str(error))
        except Exception:
            log.exception("mailing alarms failed")
        stopping.wait(every)
