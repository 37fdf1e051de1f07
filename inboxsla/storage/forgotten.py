"""People who were forgotten: known only by a hash of their address under a key that is not here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from inboxsla.storage.database import insert_ignore
from inboxsla.storage.schema import forgotten as t


@dataclass(frozen=True, slots=True)
class Since:
    """Up to `newest` somebody was forgotten; `foreign` is the same for hashes made with other keys than the one asked for."""

    newest: datetime | None
    foreign: datetime | None


def since(conn: Connection, key_id: str) -> Since:
    newest = conn.execute(select(func.max(t.c.forgotten_at))).scalar_one()
    foreign = conn.execute(select(func.max(t.c.forgotten_at)).where(t.c.key_id != key_id)).scalar_one()
    return Since(newest, foreign)


def anybody(conn: Connection) -> bool:
    return conn.execute(select(t.c.id).limit(1)).first() is not None


def among(conn: Connection, digests: Collection[str]) -> dict[str, datetime]:
    """Those of these hashes that are of people who were forgotten, and when they were."""
    rows = conn.execute(select(t.c.digest, t.c.forgotten_at).where(t.c.digest.in_(digests)))
    return {row.digest: row.forgotten_at for row in rows}


def remember(conn: Connection, digest: str, key_id: str, now: datetime) -> int:
    """From now on whoever has this hash is forgotten, up to now. Returns the number of the receipt."""
    insert_ignore(conn, t, [{"digest": digest, "key_id": key_id, "forgotten_at": now}], conflict=["digest"])
    conn.execute(update(t).where(t.c.digest == digest).values(forgotten_at=now, key_id=key_id))
    return int(conn.execute(select(t.c.id).where(t.c.digest == digest)).scalar_one())


def count(conn: Connection) -> int:
    return conn.execute(select(func.count()).select_from(t)).scalar_one()
