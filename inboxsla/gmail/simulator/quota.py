"""What calls cost: Gmail's table of quota units, and who spent how many."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

UNITS = {
    "profile.get": 1, "sendAs.list": 1, "labels.list": 1, "labels.get": 1, "labels.create": 5, "labels.patch": 5, "labels.update": 5, "labels.delete": 5,
    "history.list": 2, "messages.list": 5, "messages.get": 20, "messages.modify": 5, "messages.batchModify": 50, "messages.trash": 20,
    "messages.untrash": 5, "messages.send": 100, "attachments.get": 20, "threads.list": 10, "threads.get": 40, "threads.modify": 10,
    "threads.trash": 20, "threads.untrash": 5, "users.watch": 100, "users.stop": 50,
}  # fmt: skip


class Quota:
    """Counts since the start or the last `reset`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._units: Counter[str] = Counter()

    def charge(self, method: str, mailbox: str) -> None:
        with self._lock:
            self._calls[method] += 1
            self._units[mailbox] += UNITS.get(method, 0)

    def reset(self) -> None:
        with self._lock:
            self._calls.clear()
            self._units.clear()

    def report(self) -> dict[str, Any]:
        with self._lock:
            return {
                "units": sum(self._units.values()),
                "units_by_mailbox": dict(self._units),
                "calls": dict(self._calls),
            }
