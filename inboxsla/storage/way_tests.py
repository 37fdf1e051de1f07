"""When a way out was last tried with a test mail, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from inboxsla.storage.schema import way_tests as t


@dataclass(frozen=True, slots=True)
class WayTest:
    tested_at: datetime
    worked: bool
    words: str


def note(conn: Connection, way: str, test: WayTest) -> None:
    conn.execute(delete(t).where(t.c.way == way))
    conn.execute(insert(t).values(way=way, tested_at=test.tested_at, worked=test.worked, words=test.words))


def newest(conn: Connection, way: str) -> WayTest | None:
    row = conn.execute(select(t.c.tested_at, t.c.worked, t.c.words).where(t.c.way == way)).one_or_none()
    return None if row is None else WayTest(*row)
