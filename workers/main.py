"""A worker process: waits for rings, and waits on when Redis is away."""

from __future__ import annotations

import faulthandler
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import redis
import structlog
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job
from rq.timeouts import UnixSignalDeathPenalty
from rq.worker import WorkerStatus

from inboxsla.queue import queues
from workers import jobs, process

log = structlog.get_logger()

# Imported before the first ring, so that no job waits for it.
PRELOADED = (jobs,)
_WAIT = 2.0
MONITORING = 10
# A job that does not even notice that its time is over, as in a call that never returns to Python, takes its process along
# so many seconds later.
GRACE = 60
# Each so manieth ring is looked for among the least urgent first.
_TURN_OF_OTHERS = 3


class OutOfTime(BaseException):
    """The job has run for longer than it may. Not an Exception, or a job would take it for the fault of one of its messages."""


class TimeLimit(UnixSignalDeathPenalty):
    def handle_death_penalty(self, signum: int, frame: Any) -> None:
        raise OutOfTime(f"the job was not done within {self._timeout} s")


class RingWorker(Worker):
    """RQ's worker, tuned so that what a dead worker left is found within a minute.

    It answers rings in its own process. In one that is forked for each, as RQ does by default, every mail would pay for a new
    connection to the database and to Gmail, and for statements and templates that are compiled to be used once.
    """

    death_penalty_class = TimeLimit

    def __init__(
        self, queues: list[Queue], connection: redis.Redis, monitoring: int = MONITORING, grace: int = GRACE
    ) -> None:
        self._told, self._grace, self._answered = False, grace, 0
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

    def reorder_queues(self, reference_queue: Queue) -> None:
        """What is urgent comes first, but a flood of it must not keep new mail from being read until it is over."""
        self._answered += 1
        is_turn_of_others = self._answered % _TURN_OF_OTHERS == 0
        self._ordered_queues = self.queues[::-1] if is_turn_of_others else self.queues

    def execute_job(self, job: Job, queue: Queue) -> None:
        execution = self.prepare_execution(job)
        with self._beating(job, execution), _ends_at_last(int(job.timeout or queue.DEFAULT_TIMEOUT) + self._grace):
            if not self.perform_job(job, queue, execution):
                # It may have been cut off in the middle of anything, even where closing what it used waits for ever.
                process.forget()
        self.set_state(WorkerStatus.IDLE)

    @contextmanager
    def _beating(self, job: Job, execution: Execution) -> Iterator[None]:
        """Tell Redis every `monitoring` seconds that this job is being done."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(self.job_monitoring_interval):
                try:
                    self.maintain_heartbeats(job, execution)
                except redis.RedisError as away:
                    log.warning("no sign of life given while Redis is away", reason=str(away))

        beating = threading.Thread(target=beat, daemon=True)
        beating.start()
        try:
            yield
        finally:
            ended.set()
            beating.join()


@contextmanager
def _ends_at_last(seconds: int) -> Iterator[None]:
    # Says where it hung, and needs neither a signal nor the interpreter's lock for it.
    faulthandler.dump_traceback_later(seconds, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def work(
    redis_url: str,
    *,
    stopping: threading.Event,
    burst: bool = False,
    told: Callable[[str], None] = print,
    monitoring: int = MONITORING,
    grace: int = GRACE,
) -> None:
    """Answer rings until told to stop; with `burst` only those that wait already. Redis may come and go.

    Every `monitoring` whole seconds of a job the worker tells Redis that it is alive. A job that is not over `grace` seconds after
    its time ends the process with status 1; whoever started it starts it again.
    """
    away = False
    while not stopping.is_set():
        connection = redis.Redis.from_url(redis_url, health_check_interval=30)
        try:
            connection.ping()
            if away:
                told("Redis is back.")
            away = False
            if _until_told(RingWorker(queues(connection), connection, monitoring, grace), burst):
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
