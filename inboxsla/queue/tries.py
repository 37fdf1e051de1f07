"""How often somebody failed to get in, counted in Redis for all web processes together; while Redis is away, in the process.

A count begins with the first failure and is forgotten a minute later, whatever comes meanwhile: nobody is kept out for longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import redis
import structlog

log = structlog.get_logger()

WINDOW = 60
# What one process remembers; strangers with many addresses fill no memory.
_MOST_NAMES = 10_000
_TRY_REDIS_AGAIN = 10.0


@dataclass(frozen=True, slots=True)
class Failed:
    """`times` somebody failed; in `forgotten_in` seconds that is forgotten."""

    times: int = 0
    forgotten_in: float = 0.0


class Tries(Protocol):
    def failed(self, name: str) -> Failed:
        """What is known of `name`, which says who failed at what."""
        ...

    def add(self, name: str) -> Failed:
        """Count one failure more; what is known then."""
        ...


class LocalTries:
    """As one process knows them. `now` gives seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: dict[str, tuple[int, float]] = {}

    def failed(self, name: str) -> Failed:
        times, until = self._known.get(name, (0, 0.0))
        left = until - self._now()
        return Failed(times, left) if 0 < left <= WINDOW else Failed()

    def add(self, name: str) -> Failed:
        before = self.failed(name)
        now = self._now()
        # A name that begins anew stands last, so the first one is always the oldest.
        if not before.times:
            self._known.pop(name, None)
        self._known[name] = (before.times + 1, now + (before.forgotten_in or WINDOW))
        if len(self._known) > _MOST_NAMES:
            self._known.pop(next(iter(self._known)), None)
        return self.failed(name)


class SharedTries:
    """In Redis, by Redis's own clock. While it is away this process counts by itself."""

    def __init__(self, server: redis.Redis, alone: LocalTries) -> None:
        self._redis, self._alone = server, alone
        self._away_until = 0.0

    def failed(self, name: str) -> Failed:
        return self._ask(name, more=False) or self._alone.failed(name)

    def add(self, name: str) -> Failed:
        return self._ask(name, more=True) or self._alone.add(name)

    def _ask(self, name: str, *, more: bool) -> Failed | None:
        if time.monotonic() < self._away_until:
            return None
        key = f"inboxsla:tries:{name}"
        try:
            with self._redis.pipeline(transaction=True) as asked:
                if more:
                    asked.set(key, 0, ex=WINDOW, nx=True)
                    asked.incr(key)
                asked.get(key)
                asked.pttl(key)
                *_, times, left = asked.execute()
        except redis.RedisError as error:
            log.warning("failed sign-ins are counted in this process while Redis is away", reason=str(error))
            self._away_until = time.monotonic() + _TRY_REDIS_AGAIN
            return None
        return Failed(int(times or 0), max(0, left) / 1000)
