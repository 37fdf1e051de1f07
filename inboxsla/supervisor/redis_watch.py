"""Says on the terminal that Redis does not answer, and that it does again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from inboxsla.config import masked
from inboxsla.supervisor.parts import pings

EVERY = 2.0


def watch(redis_url: str, say: Callable[[str], None], every: float = EVERY) -> threading.Event:
    """Look after Redis every `every` seconds until the event that is returned is set.

    In a thread of its own, because a server that is only slow, or whose name cannot be looked up, must hold up nothing.
    """
    stopping = threading.Event()
    threading.Thread(target=_look, args=(redis_url, say, every, stopping), daemon=True).start()
    return stopping


def _look(redis_url: str, say: Callable[[str], None], every: float, stopping: threading.Event) -> None:
    away, where = False, masked(redis_url)
    while not stopping.is_set():
        answers = pings(redis_url)
        if stopping.is_set():
            return
        if away and answers:
            say(f"Redis at {where} answers again; the workers take over.")
        elif not away and not answers:
            say(f"Redis at {where} does not answer. Nothing is lost: until it does, the ticker does the work.")
        away = not answers
        stopping.wait(every)
