"""The ports of one worker process, made when its first job begins and kept for those that follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.queue import RedisBell
from inboxsla.services.ports import Ports


@cache
def settings() -> Settings:
    """Read once, before the first ring, so that no job pays for it. Raises ConfigMistakes."""
    return wiring.settings()


@cache
def _ports() -> Ports:
    return wiring.ports(settings())


def ports(job: str, keys: Sequence[int]) -> Ports:
    """The ports for a job that begins now; the bell is told, so that what comes in meanwhile rings again."""
    made = _ports()
    if isinstance(made.bell, RedisBell):
        made.bell.answered(job, keys)
    return made


def forget() -> None:
    """Let go of the ports, and of whatever a job has left half done in them; the next job makes new ones."""
    if _ports.cache_info().currsize:
        _ports().db.close()
        _ports.cache_clear()


@contextmanager
def turn(job: str, mailbox_ids: Sequence[int]) -> Iterator[tuple[Ports, Sequence[int]]]:
    """The ports, and the mailboxes whose turn it is; what had to wait for it meanwhile is rung for at the end."""
    made = ports(job, mailbox_ids)
    if not isinstance(made.bell, RedisBell):
        yield made, mailbox_ids
        return
    mine: list[int] = []
    try:
        with made.bell.turns.taken(job, mailbox_ids) as mine:
            yield made, mine
    finally:
        for waits, mailbox_id in made.bell.turns.wished(mine):
            made.bell.ring(waits, [mailbox_id])
