"""Teams: their members and strategy, whose turn it was last, and when somebody of theirs comes on duty while tickets wait."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from inboxsla.domain.people import Team, team_data, team_of
from inboxsla.storage.database import claim, insert_ignore
from inboxsla.storage.schema import teams as t
from inboxsla.storage.tables import only


@dataclass(frozen=True, slots=True)
class TeamRow:
    """`turn` is the id in `people` of whoever was given a ticket last, 0 before the first."""

    id: int
    team: Team
    turn: int
    wake_at: datetime | None


_COLUMNS = [t.c[name] for name in ("id", "name", "body", "turn", "wake_at")]
_WAKES = only("wake_at IS NOT NULL")


def _row(row: Row[Any]) -> TeamRow:
    return TeamRow(row.id, team_of(row.name, row.body), row.turn, row.wake_at)


def every(conn: Connection) -> dict[str, TeamRow]:
    """The teams there are, by name."""
    rows = conn.execute(select(*_COLUMNS).where(t.c.active).order_by(t.c.name))
    return {row.name: _row(row) for row in rows}


def lock(conn: Connection, names: Iterable[str]) -> dict[str, TeamRow]:
    """Those of the teams that there are, and nobody else's `lock` of them until the transaction ends.

    Whoever needs several locks them in one call: they are taken in one order, so that two never wait for each other.
    """
    wanted = select(*_COLUMNS).where(t.c.active, t.c.name.in_(set(names))).order_by(t.c.id)
    return {row.name: _row(row) for row in conn.execute(wanted.with_for_update(key_share=True))}


def replace_all(conn: Connection, teams: Iterable[Team]) -> None:
    """Make the teams what `teams` says; those no longer among them stay as inactive, and their turn with them."""
    wanted = {team.name: team for team in teams}
    rows = [{"name": team.name, "body": team_data(team), "active": True} for team in wanted.values()]
    insert_ignore(conn, t, rows, conflict=["name"])
    for team in wanted.values():
        conn.execute(update(t).where(t.c.name == team.name).values(body=team_data(team), active=True))
    conn.execute(update(t).where(t.c.name.not_in(wanted)).values(active=False, wake_at=None))


def change(conn: Connection, team_id: int, **values: Any) -> None:
    conn.execute(update(t).where(t.c.id == team_id).values(**values))


def claim_waking(conn: Connection, now: datetime, again_at: datetime) -> bool:
    """Whether somebody of any team has come on duty by `now`; nobody else is told so before `again_at`."""
    rows = claim(
        conn,
        t,
        [_WAKES, t.c.wake_at <= now],
        {"wake_at": again_at},
        order_by=t.c.wake_at,
        limit=500,
        returning=[t.c.id],
    )
    return bool(rows)


def forget_wakes(conn: Connection) -> None:
    """Who comes on duty when has changed: look again at every team for which tickets wait."""
    conn.execute(update(t).where(_WAKES).values(wake_at=None))
