"""Whose turn it is at a mailbox: one that answers slowly must never hold every worker while others wait.

Kept in Redis. When Redis forgets it, only fairness is lost: what may not be done twice at once is claimed in the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import redis
import structlog

from inboxsla.errors import TryLater

log = structlog.get_logger()

# Longer than a job takes at a mailbox that answers as it should.
SLOW = 10.0
# So long a mailbox that was slow is served by one worker at a time.
_REMEMBERED = 300
# A worker that is killed leaves its place after so many seconds.
_HELD, _RENEWED = 15, 5.0
_WISH_KEPT = 600
# What a job of one kind is done at the same time as a job of another.
_KINDS = ("sync", "deliver")


class Turns:
    """Places at mailboxes. `now` is in seconds and only goes forward; all workers share it."""

    def __init__(self, server: redis.Redis, *, now: Callable[[], float] = time.time) -> None:
        self._redis, self._now = server, now

    @contextmanager
    def taken(self, job: str, keys: Sequence[int]) -> Iterator[list[int]]:
        """Those of `keys` whose turn it is; they are held until the block ends. The others are wished for: see `wished`.

        Raises TryLater when Redis cannot be reached.
        """
        begun, ended = self._now(), threading.Event()
        mine = self._begun(job, keys, begun)
        try:
            threading.Thread(target=self._holds, args=(job, mine, ended), daemon=True).start()
            yield mine
        finally:
            ended.set()
            self._ends(job, mine, begun)

    def wished(self, keys: Sequence[int]) -> list[tuple[str, int]]:
        """What could not be done meanwhile, by job and key; asking forgets it."""
        try:
            return [(job, key) for key in keys for job in _KINDS if self._redis.delete(_wish(job, key))]
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error

    def _begun(self, job: str, keys: Sequence[int], now: float) -> list[int]:
        try:
            return [key for key in keys if self._begins(job, key, now)]
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error

    def _begins(self, job: str, key: int, now: float) -> bool:
        if self._takes(job, key, now):
            return True
        self._redis.set(_wish(job, key), 1, ex=_WISH_KEPT)
        # Whoever held it may have left just before the wish was there to be found.
        if not self._takes(job, key, now):
            return False
        self._redis.delete(_wish(job, key))
        return True

    def _takes(self, job: str, key: int, now: float) -> bool:
        others = [since for kind in _KINDS if kind != job and (since := self._redis.get(_place(kind, key)))]
        if others and (self._redis.exists(_slow(key)) or any(now - float(since) > SLOW for since in others)):
            return False
        # A second sync is let in, because it says in the database that it was here, and leaves at once.
        return bool(self._redis.set(_place(job, key), repr(now), nx=True, ex=_HELD)) or job == "sync"

    def _holds(self, job: str, keys: Sequence[int], ended: threading.Event) -> None:
        while not ended.wait(_RENEWED):
            try:
                for key in keys:
                    self._redis.expire(_place(job, key), _HELD)
            except redis.RedisError:
                return

    def _ends(self, job: str, keys: Sequence[int], begun: float) -> None:
        try:
            for key in keys:
                if self._redis.get(_place(job, key)) == repr(begun).encode():
                    self._redis.delete(_place(job, key))
                if self._now() - begun > SLOW:
                    self._redis.set(_slow(key), 1, ex=_REMEMBERED)
        except redis.RedisError as away:
            log.warning("places are left to run out while Redis is away", job=job, reason=str(away))


def _place(job: str, key: int) -> str:
    return f"inboxsla:at:{job}:{key}"


def _wish(job: str, key: int) -> str:
    return f"inboxsla:wished:{job}:{key}"


def _slow(key: int) -> str:
    return f"inboxsla:slow:{key}"
