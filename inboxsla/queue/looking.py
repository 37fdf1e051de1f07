"""What there is to see of the queue from outside: who answers, what waits, what died. For whoever looks after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import redis
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.worker import Worker

from inboxsla.errors import TryLater
from inboxsla.queue import JOBS, TICKED, connect, queues

T = TypeVar("T")

# A worker that waits says every 45 seconds that it is alive, one at work every 10.
ALIVE_WITHIN = timedelta(seconds=90)
# Of more dead jobs than this only the first are looked at.
_DEAD_SHOWN = 200
_OF_RINGS = {function: job for job, function in JOBS.items()}


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A ring whose answer broke off: `keys` are mailboxes, tickets or configurations, as `job` asks for."""

    id: str
    job: str
    keys: tuple[int, ...]
    died_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class QueueLook:
    """`workers` have shown life lately, a ticker last did at `ticked_at`; `waiting` rings, the oldest since `oldest_at`."""

    workers: int
    ticked_at: datetime | None
    waiting: int
    oldest_at: datetime | None
    dead: tuple[DeadJob, ...]


class JobQueue:
    """The queues at one Redis, looked at as one. Every call raises TryLater when Redis cannot be reached."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)
        self._queues = queues(self._redis)
        self._failed = [FailedJobRegistry(queue=queue) for queue in self._queues]

    def look(self, now: datetime) -> QueueLook:
        return self._asked(lambda: self._look(now))

    def clear(self, job_ids: Sequence[str]) -> None:
        """Forget these dead jobs."""
        self._asked(lambda: self._clear(job_ids))

    def _look(self, now: datetime) -> QueueLook:
        first = [queue.fetch_job(job_id) for queue in self._queues for job_id in queue.get_job_ids(0, 10)]
        return QueueLook(
            workers=sum(now - seen <= ALIVE_WITHIN for seen in self._heartbeats()),
            ticked_at=_instant(self._redis.get(TICKED)),
            waiting=sum(queue.count for queue in self._queues),
            oldest_at=min((job.enqueued_at for job in first if job and job.enqueued_at), default=None),
            dead=tuple(self._dead()),
        )

    def _clear(self, job_ids: Sequence[str]) -> None:
        for dead in self._failed:
            for job_id in {*job_ids}.intersection(dead.get_job_ids()):
                dead.remove(job_id, delete_job=True)

    def _heartbeats(self) -> list[datetime]:
        """Of every worker there is. Looked for by their keys, because a Redis that was emptied has forgotten their list."""
        found = []
        for key in self._redis.scan_iter(match=f"{Worker.redis_worker_namespace_prefix}*", count=500):
            if self._redis.type(key) == b"hash":
                told, death = self._redis.hmget(key, "last_heartbeat", "death")
                seen = _instant(told)
                if seen is not None and death is None:
                    found.append(seen)
        return found

    def _dead(self) -> list[DeadJob]:
        ids = [job_id for dead in self._failed for job_id in dead.get_job_ids(0, _DEAD_SHOWN - 1)]
        jobs = Job.fetch_many(ids[:_DEAD_SHOWN], connection=self._redis, serializer="json")
        return [_dead_job(job) for job in jobs if job is not None]

    def _asked(self, question: Callable[[], T]) -> T:
        try:
            return question()
        except redis.RedisError as error:
            raise TryLater(f"Redis cannot be reached ({error}).") from error


def _dead_job(job: Any) -> DeadJob:
    name = str(job.func_name)
    keys = tuple(key for key in (job.args[0] if job.args else ()) if isinstance(key, int))
    result = job.latest_result()
    lines = str(result.exc_string or "").strip().splitlines() if result is not None else []
    return DeadJob(job.id, _OF_RINGS.get(name, name), keys, job.ended_at, lines[-1] if lines else "it did not say why")


def _instant(told: object) -> datetime | None:
    if not isinstance(told, bytes):
        return None
    try:
        found = datetime.fromisoformat(told.decode("ascii"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
