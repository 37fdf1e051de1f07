"""Policy versions: immutable, numbered per name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, func, insert, select, type_coerce

from inboxsla.domain.policy import Policy
from inboxsla.domain.policy_data import from_data
from inboxsla.domain.timeline import Event, Kind
from inboxsla.storage.schema import configurations
from inboxsla.storage.schema import policies as t
from inboxsla.storage.types import as_json, from_json


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    id: int
    name: str
    version: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class Made:
    """A version without what it says: when it was made, and by which configuration and whom; None where config.toml made it."""

    version: int
    saved_at: datetime
    configuration: int | None
    actor: str | None


c = configurations.c
# The body as it is stored: that text is what built policies are remembered by.
_BY_ID = select(t.c.id, t.c.name, t.c.version, type_coerce(t.c.body, Text).label("body")).where(
    t.c.id == bindparam("id")
)


def save(conn: Connection, name: str, body: Mapping[str, Any], now: datetime) -> int:
    """The id of the version that says exactly `body`: the newest if it does already, else a new one."""
    newest = conn.execute(
        select(t.c.id, t.c.version, t.c.body).where(t.c.name == name).order_by(t.c.version.desc()).limit(1)
    ).one_or_none()
    if newest is not None and as_json(newest.body) == as_json(body):
        return int(newest.id)
    version = 1 if newest is None else newest.version + 1
    made = conn.execute(insert(t).values(name=name, version=version, body=dict(body), saved_at=now).returning(t.c.id))
    return int(made.scalar_one())


def save_all(conn: Connection, bodies: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    """Make the newest version of each name say exactly its body; versions are made only of those that say something else."""
    newest = select(func.max(t.c.id)).where(t.c.name.in_(list(bodies))).group_by(t.c.name)
    rows = conn.execute(select(t.c.name, t.c.version, type_coerce(t.c.body, Text)).where(t.c.id.in_(newest)))
    said = {name: (version, body) for name, version, body in rows}
    for name, body in bodies.items():
        version, text = said.get(name, (0, ""))
        if text != as_json(body):
            conn.execute(insert(t).values(name=name, version=version + 1, body=dict(body), saved_at=now))


def next_version(conn: Connection, name: str, body: Mapping[str, Any]) -> int | None:
    """The version that saving `body` would make; None if the newest says exactly that already."""
    newest = conn.execute(
        select(t.c.version, t.c.body).where(t.c.name == name).order_by(t.c.version.desc()).limit(1)
    ).one_or_none()
    if newest is None:
        return 1
    return None if as_json(newest.body) == as_json(body) else int(newest.version) + 1


def newest_body(conn: Connection, name: str) -> Mapping[str, Any] | None:
    """What the newest version of this name says."""
    body: Mapping[str, Any] | None = conn.execute(
        select(t.c.body).where(t.c.name == name).order_by(t.c.version.desc()).limit(1)
    ).scalar_one_or_none()
    return body


def get(conn: Connection, policy_id: int) -> PolicyVersion:
    row = conn.execute(_BY_ID, {"id": policy_id}).one()
    return PolicyVersion(row.id, row.name, row.version, _built(row.body))


def named_by(conn: Connection, timeline: Iterable[Event]) -> dict[int, Policy]:
    """The versions that POLICY_SET events name, by id: what `decide` takes as `later`."""
    ids = {int(event.data["policy"]) for event in timeline if event.kind is Kind.POLICY_SET}
    return {policy_id: get(conn, policy_id).policy for policy_id in ids}


def newest_id(conn: Connection, name: str) -> int | None:
    """The version of this name that new tickets get."""
    newest: int | None = conn.execute(select(func.max(t.c.id)).where(t.c.name == name)).scalar_one()
    return newest


def newest_versions(conn: Connection, names: Collection[str]) -> dict[str, tuple[int, int]]:
    """Name → (id, version) of what new tickets get by each of these names; those never saved are left out."""
    newest = select(func.max(t.c.id)).where(t.c.name.in_(list(names))).group_by(t.c.name)
    rows = conn.execute(select(t.c.name, t.c.id, t.c.version).where(t.c.id.in_(newest)))
    return {row.name: (row.id, row.version) for row in rows}


def made(conn: Connection, name: str) -> list[Made]:
    """Every version of this name, newest first."""
    # A configuration and the versions it makes are saved at the same instant; of several at one instant the last counts.
    last = select(func.max(c.version)).where(c.saved_at == t.c.saved_at).correlate(t).scalar_subquery()
    columns = (t.c.version, t.c.saved_at, c.version, c.actor)
    rows = conn.execute(
        select(*columns)
        .select_from(t.outerjoin(configurations, c.version == last))
        .where(t.c.name == name)
        .order_by(t.c.version.desc())
    )
    return [Made(*row) for row in rows]


@lru_cache(maxsize=512)
def _built(body: str) -> Policy:
    """Versions never change, so each is built once in a process, with its compiled calendar."""
    return from_data(from_json(body))
