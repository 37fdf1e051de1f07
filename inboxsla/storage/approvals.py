"""Who allowed figures about single persons, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from inboxsla.storage.schema import approvals as t


@dataclass(frozen=True, slots=True)
class Approval:
    """`approved_by`, in their `role`, allowed it on a day; who wrote that down, and who took it back."""

    id: int
    approved_by: str
    role: str
    approved_on: date
    recorded_at: datetime
    recorded_by: str
    revoked_at: datetime | None
    revoked_by: str | None


_COLUMNS = [t.c[name] for name in Approval.__dataclass_fields__]


def in_force(conn: Connection) -> Approval | None:
    """The newest one, unless it was revoked."""
    row = conn.execute(select(*_COLUMNS).order_by(t.c.id.desc()).limit(1)).one_or_none()
    found = None if row is None else Approval(*tuple(row))
    return None if found is None or found.revoked_at is not None else found


def record(conn: Connection, approved_by: str, role: str, on: date, actor: str, now: datetime) -> None:
    conn.execute(
        insert(t).values(approved_by=approved_by, role=role, approved_on=on, recorded_at=now, recorded_by=actor)
    )


def revoke(conn: Connection, actor: str, now: datetime) -> None:
    conn.execute(update(t).where(t.c.revoked_at.is_(None)).values(revoked_at=now, revoked_by=actor))
