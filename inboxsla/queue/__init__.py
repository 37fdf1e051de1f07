"""The doorbell, as RQ jobs: who to ring, and nothing that would be missed if Redis forgot it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime

import redis
from rq import Queue

from inboxsla.errors import TryLater
from inboxsla.queue.turns import Turns

# Most urgent first. What comes due is settled in milliseconds, so it never waits for a mail to be sent; and neither waits for
# mailboxes to be read, which each is anew after every mail that goes out.
DUE, MAIL, NEWS = "inboxsla-due", "inboxsla-mail", "inboxsla"
QUEUES = (DUE, MAIL, NEWS)
_QUEUE_OF = {"settle": DUE, "assign": DUE, "deliver": MAIL}
# What a ring asks for, and the one function that answers it. Named by text, so that the sender need not import a worker.
JOBS = {
    "sync": "workers.jobs.sync",
    "settle": "workers.jobs.settle",
    "assign": "workers.jobs.assign",
    "deliver": "workers.jobs.deliver",
    "digest": "workers.jobs.digest",
    "roll_out": "workers.jobs.roll_out",
    "erase": "workers.jobs.erase",
    "watch": "workers.jobs.watch",
}
# A batch is one job: RQ's own cost is several milliseconds a job, far more than settling a ticket.
BATCH = 100
_TIMEOUT = 300
# The first sync of a large mailbox goes at the speed that Gmail's quota allows.
_TIMEOUTS = {"sync": 3600}
# A ring that nobody answers in this time is stale: the ticker has rung again, or will.
_STALE_AFTER = 60
# Where a ticker says that it is there; a sign that is older than this is forgotten.
TICKED = "inboxsla:ticked"
_TICKED_FOR = 120


def connect(url: str) -> redis.Redis:
    """A connection that fails quickly, because whoever rings has better things to do than to wait for Redis."""
    return redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=5, health_check_interval=30)


def queues(server: redis.Redis) -> list[Queue]:
    """Most urgent first."""
    return [Queue(name, connection=server, serializer="json") for name in QUEUES]


class RedisBell:
    """Rings over RQ. The same job for the same single key is queued once: a second ring while it waits is the first one."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queues = {queue.name: queue for queue in queues(self._redis)}
        self.turns = Turns(self._redis)

    def ring(self, job: str, keys: Sequence[int]) -> None:
        queue = self._queues[_QUEUE_OF.get(job, NEWS)]
        try:
            for start in range(0, len(keys), BATCH):
                batch = list(keys[start : start + BATCH])
                if self._waits_already(job, batch):
                    continue
                queue.enqueue_call(
                    JOBS[job],
                    args=(batch,),
                    timeout=_TIMEOUTS.get(job, _TIMEOUT),
                    result_ttl=0,
                    failure_ttl=24 * 3600,
                    ttl=_STALE_AFTER,
                )
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error

    def _waits_already(self, job: str, keys: list[int]) -> bool:
        if len(keys) != 1:
            return False
        return not self._redis.set(pending_key(job, keys[0]), 1, nx=True, ex=_STALE_AFTER)

    def answered(self, job: str, keys: Sequence[int]) -> None:
        """A worker begins `job`: whatever happens from now on deserves a new ring."""
        try:
            self._redis.delete(*(pending_key(job, key) for key in keys))
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error

    def ticked(self, now: datetime) -> None:
        """A ticker is there. That Redis is away it notices, and says, when it rings."""
        with contextlib.suppress(redis.RedisError):
            self._redis.set(TICKED, now.isoformat(), ex=_TICKED_FOR)

    def ping(self) -> None:
        try:
            self._redis.ping()
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error


class NoBell:
    """For processes that know no Redis (a command in another terminal): the ticker finds what they leave."""

    def ring(self, job: str, keys: Sequence[int]) -> None:
        raise TryLater("This process knows no Redis.")

    def ping(self) -> None:
        raise TryLater("This process knows no Redis.")


def pending_key(job: str, key: int) -> str:
    return f"inboxsla:rung:{job}:{key}"
