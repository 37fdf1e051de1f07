"""Gmail accounts that only send, with what opens them, sealed. Nothing here can open it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from inboxsla.storage.schema import senders as t


@dataclass(frozen=True, slots=True)
class SenderRow:
    address: str
    kind: str  # user, service_account
    sealed: str
    key_id: str
    scopes: tuple[str, ...]
    account: str
    connected_at: datetime
    connected_by: str


_COLUMNS = [t.c[name] for name in SenderRow.__dataclass_fields__]


def _row(row: Row[Any]) -> SenderRow:
    values = dict(row._mapping)
    return SenderRow(**{**values, "scopes": tuple(values["scopes"])})


def get(conn: Connection, address: str, *, lock: bool = False) -> SenderRow | None:
    """With `lock`, nobody else seals it anew until the transaction ends."""
    wanted = select(*_COLUMNS).where(t.c.address == address)
    found = conn.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return None if found is None else _row(found)


def put(conn: Connection, row: SenderRow) -> None:
    """This from now on, instead of any there was."""
    forget(conn, row.address)
    conn.execute(insert(t).values(asdict(row) | {"scopes": list(row.scopes)}))


def reseal(conn: Connection, address: str, sealed: str, key_id: str) -> None:
    conn.execute(update(t).where(t.c.address == address).values(sealed=sealed, key_id=key_id))


def sealed_otherwise(conn: Connection, key_id: str) -> Sequence[str]:
    """Accounts sealed with another key."""
    return list(conn.execute(select(t.c.address).where(t.c.key_id != key_id).order_by(t.c.address)).scalars())


def forget(conn: Connection, address: str) -> bool:
    """False if there was none."""
    return conn.execute(delete(t).where(t.c.address == address)).rowcount == 1
