"""Who is told of which mailbox, until when."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .pubsub import PubSub
from .store import Store

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Watch:
    topic: str
    labels: frozenset[str]
    expires_at: datetime
    told: int


class Watches:
    """Who is told of which mailbox. After each change of a mailbox `look` writes to the topics what is new."""

    def __init__(self, store: Store, pubsub: PubSub) -> None:
        self._store, self._pubsub = store, pubsub
        self.of: dict[str, Watch] = {}
        self.lifetime = LIFETIME
        store.database.after_commit = self.look

    def reset(self) -> None:
        self.of.clear()
        self.lifetime = LIFETIME

    def watch(self, address: str, topic: str, labels: frozenset[str]) -> tuple[int, datetime]:
        at, expires_at = self._store.history_id(address), self._store.now() + self.lifetime
        self.of[address] = Watch(topic, labels, expires_at, at)
        self._tell(topic, address, at)
        return at, expires_at

    def look(self) -> None:
        """One notice for each mailbox with news on a watched label, however much it is."""
        for address, watch in list(self.of.items()):
            with self._store.database.reading() as conn:
                lines = _lines_after(conn, address, watch.told)
            if not lines:
                continue
            newest = max(int(line["id"]) for line in lines)
            self.of[address] = replace(watch, told=newest)
            if self._store.now() < watch.expires_at and any(_is_on(line, watch.labels) for line in lines):
                self._tell(watch.topic, address, newest)

    def _tell(self, topic: str, address: str, history_id: int) -> None:
        self._pubsub.publish(topic, {"emailAddress": address, "historyId": history_id})


def _lines_after(conn: sqlite3.Connection, address: str, told: int) -> list[sqlite3.Row]:
    return conn.execute(
        "SELECT id, changed, labels FROM history WHERE mailbox = ? AND id > ?", (address, told)
    ).fetchall()


def _is_on(line: sqlite3.Row, labels: frozenset[str]) -> bool:
    return not labels or bool(labels & {*json.loads(line["labels"]), *json.loads(line["changed"])})
