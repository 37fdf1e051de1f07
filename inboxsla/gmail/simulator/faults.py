"""The bad days: a plan of things that go wrong with the next matching calls."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

Kind = Literal["status", "drop_before", "drop_after", "latency", "empty_page", "truncated", "expire_history"]
KINDS = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing going wrong.

    kind: "status" answers with `code` (and `reason`, `message`, if given) and does nothing; "drop_before" cuts the connection and does
    nothing; "drop_after" does what was asked and cuts the connection without an answer; "latency" waits `seconds` first; "empty_page"
    makes a history page carry a nextPageToken but no history; "truncated" does what was asked and sends half of the answer;
    "expire_history" makes Gmail forget all history first.
    method: "messages.send", "threads.*" or "*". times: how often it strikes, None for always. after: how many matching calls pass first.
    mailbox: only this one, if given.
    """

    kind: Kind
    method: str = "*"
    times: int | None = 1
    code: int = 503
    reason: str = ""
    message: str = ""
    seconds: float = 0.0
    after: int = 0
    mailbox: str = ""
    retry_after: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}, not {self.kind!r}")

    def matches(self, method: str, mailbox: str) -> bool:
        if self.mailbox and self.mailbox != mailbox:
            return False
        return self.method in ("*", method) or (self.method.endswith(".*") and method.startswith(self.method[:-1]))


class Faults:
    """Faults strike in the order they were planned; of several that match one call each kind strikes once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Fault] = []

    def plan(self, fault: Fault) -> None:
        with self._lock:
            self._planned.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def planned(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._planned]

    def strike(self, method: str, mailbox: str) -> list[Fault]:
        """Those that hit this call, used up by it."""
        with self._lock:
            hit: list[Fault] = []
            left: list[Fault] = []
            for fault in self._planned:
                if not fault.matches(method, mailbox) or any(fault.kind == other.kind for other in hit):
                    left.append(fault)
                elif fault.after > 0:
                    left.append(replace(fault, after=fault.after - 1))
                else:
                    hit.append(fault)
                    if fault.times is None:
                        left.append(fault)
                    elif fault.times > 1:
                        left.append(replace(fault, times=fault.times - 1))
            self._planned = left
            return hit
