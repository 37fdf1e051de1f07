"""A worker process: waits for rings, and waits on when Redis is away."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

import redis
from rq import Queue, Worker
from rq.timeouts import HorseMonitorTimeoutException, UnixSignalDeathPenalty

from inboxsla.queue import QUEUE
from workers import jobs

# Imported before the first fork, so that no job waits for it.
PRELOADED = (jobs,)
_WAIT = 2.0
MONITORING = 10


class OutOfTime(BaseException):
    """The job has run for longer than it may. Not an Exception, or a job would take it for the fault of one of its messages."""


class TimeLimit(UnixSignalDeathPenalty):
    def handle_death_penalty(self, signum: int, frame: Any) -> None:
        # The process that watches over a job times itself with this class as well, to say that both are alive.
        if issubclass(self._exception, HorseMonitorTimeoutException):
            raise self._exception
        raise OutOfTime(f"the job was not done within {self._timeout} s")


class RingWorker(Worker):
    """RQ's forking worker, tuned so that what a dead worker left is found within a minute."""

    death_penalty_class = TimeLimit

    def __init__(self, queues: list[Queue], connection: redis.Redis, monitoring: int = MONITORING) -> None:
        self._told = False
        super().__init__(
            queues,
            connection=connection,
            serializer="json",
            worker_ttl=60,
            job_monitoring_interval=monitoring,
            maintenance_interval=30,
            log_job_description=False,
        )

    @property
    def told_to_stop(self) -> bool:
        return self._told

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self._told = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ is half typed


def work(
    redis_url: str,
    *,
    stopping: threading.Event,
    burst: bool = False,
    told: Callable[[str], None] = print,
    monitoring: int = MONITORING,
) -> None:
    """Answer rings until told to stop; with `burst` only those that wait already. Redis may come and go.

    Every `monitoring` whole seconds of a job the worker tells Redis that it is alive.
    """
    away = False
    while not stopping.is_set():
        connection = redis.Redis.from_url(redis_url, health_check_interval=30)
        try:
            connection.ping()
            if away:
                told("Redis is back.")
            away = False
            queue = Queue(QUEUE, connection=connection, serializer="json")
            if _until_told(RingWorker([queue], connection, monitoring), burst):
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


def _until_told(worker: RingWorker, burst: bool) -> bool:
    """Answer rings; False if that ended by itself, as it does when Redis goes away at the wrong moment."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        worker.work(burst=burst, logging_level="WARNING")
    finally:
        # RQ leaves its own behind, which would stop a worker that is no more instead of us.
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return burst or worker.told_to_stop
