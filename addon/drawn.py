"""Cards of tickets that were drawn a moment ago: as long as nothing on them would be said differently, they are shown again."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime

from inboxsla.remembering import Lru

_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Drawn:
    """A whole answer, true from `since` until `until`."""

    body: str
    since: datetime
    until: datetime


class Drawings:
    """By everything a card depends on but the time."""

    def __init__(self) -> None:
        self._kept: Lru[Hashable, Drawn] = Lru(_MOST)

    def get(self, key: Hashable, now: datetime) -> str | None:
        found = self._kept.get(key)
        return found.body if found is not None and found.since <= now < found.until else None

    def put(self, key: Hashable, drawn: Drawn) -> None:
        self._kept.put(key, drawn)
