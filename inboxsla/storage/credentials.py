"""What opens each connected mailbox, sealed. Nothing here can open it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from inboxsla.storage.schema import credentials as t
from inboxsla.storage.schema import mailboxes


@dataclass(frozen=True, slots=True)
class CredentialRow:
    mailbox_id: int
    kind: str  # user, service_account
    sealed: str
    key_id: str
    scopes: tuple[str, ...]
    account: str
    connected_at: datetime
    connected_by: str


_COLUMNS = [t.c[name] for name in CredentialRow.__dataclass_fields__]


def _row(row: Row[Any]) -> CredentialRow:
    values = dict(row._mapping)
    return CredentialRow(**{**values, "scopes": tuple(values["scopes"])})


def of_mailbox(conn: Connection, mailbox_id: int, *, lock: bool = False) -> CredentialRow | None:
    """With `lock`, nobody else seals them anew until the transaction ends."""
    wanted = select(*_COLUMNS).where(t.c.mailbox_id == mailbox_id)
    found = conn.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    return None if found is None else _row(found)


def of_address(conn: Connection, address: str) -> CredentialRow | None:
    wanted = select(*_COLUMNS).join(mailboxes, mailboxes.c.id == t.c.mailbox_id)
    found = conn.execute(wanted.where(mailboxes.c.kind == "gmail", mailboxes.c.address == address)).one_or_none()
    return None if found is None else _row(found)


def every(conn: Connection) -> dict[int, CredentialRow]:
    """By mailbox."""
    return {row.mailbox_id: _row(row) for row in conn.execute(select(*_COLUMNS))}


def put(
    conn: Connection,
    mailbox_id: int,
    *,
    kind: str,
    sealed: str,
    key_id: str,
    scopes: Sequence[str],
    account: str,
    now: datetime,
    actor: str,
) -> None:
    """These from now on, instead of any there were."""
    delete_of(conn, mailbox_id)
    conn.execute(
        insert(t).values(
            mailbox_id=mailbox_id,
            kind=kind,
            sealed=sealed,
            key_id=key_id,
            scopes=list(scopes),
            account=account,
            connected_at=now,
            connected_by=actor,
        )
    )


def reseal(conn: Connection, mailbox_id: int, sealed: str, key_id: str) -> None:
    conn.execute(update(t).where(t.c.mailbox_id == mailbox_id).values(sealed=sealed, key_id=key_id))


def sealed_otherwise(conn: Connection, key_id: str) -> list[int]:
    """Mailboxes whose credentials are sealed with another key."""
    return list(conn.execute(select(t.c.mailbox_id).where(t.c.key_id != key_id).order_by(t.c.mailbox_id)).scalars())


def delete_of(conn: Connection, mailbox_id: int) -> None:
    conn.execute(delete(t).where(t.c.mailbox_id == mailbox_id))
