"""The ticker process: one tick a second, or whenever something comes due; and beside it those who wait for others: pulling notices, mailing alarms, webhooks."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import structlog

from inboxsla import wiring
from inboxsla.errors import InboxSLAError
from inboxsla.queue import RedisBell
from inboxsla.services.ports import Ports
from inboxsla.services.ticking import Memory, tick, until_next
from workers import alarmer, poster, puller

log = structlog.get_logger()


def run(ports: Ports, *, stopping: threading.Event, every: float = 1.0) -> None:
    """Tick every `every` seconds, and sooner when something comes due, until told to stop. A database that is away is waited for."""
    if ports.settings.push.way == "pull":
        opens = partial(wiring.subscription, ports.settings)
        # A pull may wait for a minute and a half, and nobody is to wait for it when everything stops.
        threading.Thread(target=puller.run, args=(ports, opens), kwargs={"stopping": stopping}, daemon=True).start()
    if ports.settings.alarms.route != "none":
        threading.Thread(target=alarmer.run, args=(ports,), kwargs={"stopping": stopping}, daemon=True).start()
    for name in ports.settings.webhooks:
        # Each by itself, so that one that hangs keeps no other waiting.
        threading.Thread(target=poster.run, args=(ports, name), kwargs={"stopping": stopping}, daemon=True).start()
    memory = Memory()
    while not stopping.is_set():
        pause = timedelta(seconds=every)
        try:
            tick(ports, memory)
            if isinstance(ports.bell, RedisBell):
                ports.bell.ticked(ports.now())
            pause = until_next(ports, pause)
        except InboxSLAError as error:
            log.warning("tick put off", reason=str(error))
        stopping.wait(pause.total_seconds())
