"""The ports of one worker process, made for each job so that nothing is shared across a fork."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.queue import RedisBell
from inboxsla.services.ports import Ports


@cache
def settings() -> Settings:
    """Read once, before the first fork, so that no job pays for it. Raises ConfigMistakes."""
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
