"""What calls cost: Gmail's table of quota units, who spent how many, and the limits where a test switches them on."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .answers import ApiError, failure

UNITS = {
    "profile.get": 1, "sendAs.list": 1, "labels.list": 1, "labels.get": 1, "labels.create": 5, "labels.patch": 5, "labels.update": 5, "labels.delete": 5,
    "history.list": 2, "messages.list": 5, "messages.get": 20, "messages.modify": 5, "messages.batchModify": 50, "messages.trash": 20,
    "messages.untrash": 5, "messages.send": 100, "attachments.get": 20, "threads.list": 10, "threads.get": 40, "threads.modify": 10,
    "threads.trash": 20, "threads.untrash": 5, "users.watch": 100, "users.stop": 50,
}  # fmt: skip


MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Per mailbox: units in any minute, and calls at the same time; None for no limit. `code` is 429 or 403, as from Google."""

    units_per_minute: int | None = None
    concurrent: int | None = None
    code: int = 429


class Quota:
    """Counts since the start or the last `reset`. `now` gives seconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.limits = Limits()
        self._now = now
        self._lock = threading.Lock()
        self._clear()

    def charge(self, method: str, mailbox: str) -> None:
        """One call begins. Raises ApiError 429 or 403 where it goes over a limit; then it costs nothing."""
        units = UNITS.get(method, 0)
        with self._lock:
            self._forget_old(mailbox)
            if self.limits.concurrent is not None and self._under_way[mailbox] >= self.limits.concurrent:
                self._refused[mailbox] += 1
                raise failure(429)
            most = self.limits.units_per_minute
            if most is not None and self._in_minute[mailbox] + units > most:
                self._refused[mailbox] += 1
                raise _over(self.limits.code)
            self._under_way[mailbox] += 1
            self._calls[method] += 1
            self._units[mailbox] += units
            self._lately[mailbox].append((self._now(), units))
            self._in_minute[mailbox] += units
            self._most[mailbox] = max(self._most[mailbox], self._in_minute[mailbox])

    def done(self, mailbox: str) -> None:
        """A call that was charged has been answered."""
        with self._lock:
            self._under_way[mailbox] -= 1

    def reset(self) -> None:
        """Forget what was counted, and the limits."""
        with self._lock:
            self.limits = Limits()
            self._clear()

    def report(self) -> dict[str, Any]:
        """`most_in_a_minute` is over every span of 60 s, wherever it begins; `refused` counts what the limits turned away."""
        with self._lock:
            return {
                "units": sum(self._units.values()),
                "units_by_mailbox": dict(self._units),
                "calls": dict(self._calls),
                "most_in_a_minute": dict(self._most),
                "refused": dict(self._refused),
            }

    def _clear(self) -> None:
        self._calls: Counter[str] = Counter()
        self._units: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._in_minute: Counter[str] = Counter()
        self._most: Counter[str] = Counter()
        self._under_way: Counter[str] = Counter()
        self._lately: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    def _forget_old(self, mailbox: str) -> None:
        lately, since = self._lately[mailbox], self._now() - MINUTE
        while lately and lately[0][0] <= since:
            self._in_minute[mailbox] -= lately.popleft()[1]


def _over(code: int) -> ApiError:
    words = (
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service "
        "'gmail.googleapis.com' for consumer 'project_number:123456789012'."
    )
    return failure(code, "rateLimitExceeded", words)
