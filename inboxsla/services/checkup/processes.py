"""Whether somebody does the work: Redis, workers, a ticker, and what died or waits in the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from inboxsla.config.program import typed
from inboxsla.queue.looking import ALIVE_WITHIN, DeadJob, QueueLook
from inboxsla.services.checkup.finding import Do, Finding, Remedy, attention, counted, fine, unknown

# A ring that waits for longer is as good as lost: the ticker has rung again by then.
_WAITS_LONG = timedelta(seconds=60)
_TICKS_WITHIN = timedelta(seconds=30)
# A run is ready before its ticker and workers are.
_STARTS_WITHIN = timedelta(seconds=30)
_REASONS_SHOWN = 3
_REASON_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the edge has seen of the processes.

    `run_url`: the pages of the run on this data folder, empty where none runs. `embedded`: Redis and workers come with that
    run. `queue` is None where Redis could not be asked, for the reason in `away`.
    """

    run_url: str
    embedded: bool
    queue: QueueLook | None = None
    away: str = ""
    run_since: datetime | None = None


def judged(seen: Surroundings, mailboxes: int, now: datetime) -> Iterator[Finding]:
    """`mailboxes`: how many are to be read."""
    if seen.embedded and not seen.run_url:
        yield _nothing_runs(mailboxes)
        return
    if seen.run_url:
        yield fine("processes.run", f"InboxSLA runs here; its pages are at {seen.run_url}.")
    if seen.queue is None:
        yield attention(
            "processes.redis",
            f"{seen.away or 'Redis could not be asked.'} Nothing is lost: the ticker does the work itself, more slowly.",
            "Start Redis again, or correct redis_url; workers come back to it by themselves.",
        )
        yield unknown("processes.workers", "Workers, ticker and dead jobs cannot be seen without Redis.")
        return
    yield fine("processes.redis", "Redis answers.")
    if seen.run_since is not None and now - seen.run_since < _STARTS_WITHIN:
        yield fine("processes.workers", "It has just started; its ticker and workers report within half a minute.")
    elif mailboxes or seen.queue.workers:
        yield _workers(seen.queue)
        yield _ticker(seen.queue, now)
    yield from _waiting(seen.queue, now)
    if seen.queue.dead:
        yield _dead(seen.queue.dead)


def _nothing_runs(mailboxes: int) -> Finding:
    if not mailboxes:
        return fine("processes.run", f"Nothing runs here, and nothing has to: `{typed('run')}` starts it.")
    return attention(
        "processes.run",
        "Nothing runs here: no mail is read, nothing is labelled, nobody is reminded.",
        f"Start it: `{typed('run')}`. What fell due meanwhile is seen to at once.",
    )


def _workers(queue: QueueLook) -> Finding:
    if queue.workers:
        alive = "1 worker is" if queue.workers == 1 else f"{queue.workers} workers are"
        return fine("processes.workers", f"{alive} there; rings that wait for one: {queue.waiting:,}.")
    seconds = ALIVE_WITHIN // timedelta(seconds=1)
    return attention(
        "processes.workers",
        f"No worker has shown life in the last {seconds} seconds, so what the ticker rings for is not done.",
        f"Start `{typed('run')}` again, or `{typed('worker')}` where workers run apart. If Redis was emptied or started a "
        "moment ago, they report within a minute.",
    )


def _ticker(queue: QueueLook, now: datetime) -> Finding:
    if queue.ticked_at is not None and now - queue.ticked_at <= _TICKS_WITHIN:
        return fine("processes.ticker", "The ticker rings for what is due.")
    return attention(
        "processes.ticker",
        "No ticker rings: nothing wakes by itself, mailboxes are not polled, and lost rings are not found again.",
        f"Start `{typed('run')}` again, or `{typed('ticker')}` where it runs apart.",
        since=queue.ticked_at,
    )


def _waiting(queue: QueueLook, now: datetime) -> Iterator[Finding]:
    if queue.oldest_at is not None and now - queue.oldest_at > _WAITS_LONG:
        yield attention(
            "processes.queue",
            f"{counted(queue.waiting, 'ring')} in the queue, and the oldest is not answered: every worker is busy, or none is there.",
            "While a mailbox is read for the first time this may last for minutes. If it stays, allow more workers "
            "(workers.count in config.toml).",
            since=queue.oldest_at,
        )


def _dead(dead: tuple[DeadJob, ...]) -> Finding:
    kinds = Counter(job.job for job in dead)
    what = ", ".join(f"{number} × {job}" for job, number in sorted(kinds.items()))
    reasons = [reason for reason, _ in Counter(job.reason[:_REASON_LENGTH] for job in dead).most_common(_REASONS_SHOWN)]
    died = sorted(job.died_at for job in dead if job.died_at is not None)
    return attention(
        "processes.dead_jobs",
        f"{counted(len(dead), 'job')} broke off ({what}): {'; '.join(reasons)}. The work itself is kept in the database, and "
        "the ticker rings for it again.",
        f"`{typed('doctor --fix')}` forgets them. If more come, the workers' logs say where they fail.",
        since=died[0] if died else None,
        remedy=Remedy(Do.CLEAR_DEAD_JOBS),
    )
