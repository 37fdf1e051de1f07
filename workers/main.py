"""A worker process: waits for rings, and waits on when Redis is away."""

from __future__ import annotations

import threading
from collections.abc import Callable

import redis
from rq import Queue, Worker

from inboxsla.queue import QUEUE
from workers import jobs

# Imported before the first fork, so that no job waits for it.
PRELOADED = (jobs,)
_WAIT = 2.0


class RingWorker(Worker):
    """RQ's forking worker, tuned so that what a dead worker left is found within a minute."""

    def __init__(self, queues: list[Queue], connection: redis.Redis) -> None:
        super().__init__(
            queues,
            connection=connection,
            serializer="json",
            worker_ttl=60,
            job_monitoring_interval=10,
            maintenance_interval=30,
            log_job_description=False,
        )


def work(
    redis_url: str, *, stopping: threading.Event, burst: bool = False, told: Callable[[str], None] = print
) -> None:
    """Answer rings until told to stop; with `burst` only those that wait already. Redis may come and go."""
    away = False
    while not stopping.is_set():
        connection = redis.Redis.from_url(redis_url, health_check_interval=30)
        try:
            connection.ping()
            if away:
                told("Redis is back.")
            away = False
            worker = RingWorker([Queue(QUEUE, connection=connection, serializer="json")], connection)
            worker.work(burst=burst, logging_level="WARNING")
            return
        except redis.RedisError as error:
            if not away:
                told(
                    f"Redis cannot be reached ({error}). Nothing is lost: the ticker does the work; trying again every 2 s."
                )
            away = True
            if burst:
                return
            stopping.wait(_WAIT)
        finally:
            connection.close()
