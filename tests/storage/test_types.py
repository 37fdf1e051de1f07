"""What goes into the database comes out equal, and sorts there as it does here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from inboxsla.storage.database import Database
from inboxsla.storage.schema import audit
from inboxsla.storage.types import Instant, Json

DIALECT = sqlite.dialect()
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1970, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - hypothesis wants bare bounds
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(instants)
def test_an_instant_comes_back_equal_and_in_utc(at: datetime) -> None:
    back = Instant().process_result_value(Instant().process_bind_param(at, DIALECT), DIALECT)
    assert back == at
    assert back is not None
    assert back.tzinfo is UTC


@given(instants, instants)
def test_instants_sort_in_the_database_as_they_do_here(one: datetime, other: datetime) -> None:
    kept_one, kept_other = (Instant().process_bind_param(at, DIALECT) for at in (one, other))
    assert kept_one is not None
    assert kept_other is not None
    assert (kept_one < kept_other) == (one < other)


@given(plain)
def test_plain_data_comes_back_equal(value: Any) -> None:
    assert Json().process_result_value(Json().process_bind_param(value, DIALECT), DIALECT) == value


def test_a_time_without_zone_is_refused() -> None:
    with create_engine("sqlite://").connect() as conn, pytest.raises(StatementError, match="needs a time zone"):
        conn.execute(select(audit).where(audit.c.at == datetime(2026, 6, 5, 17, 30)))  # noqa: DTZ001 - the mistake under test


def test_both_databases_keep_microseconds_names_and_signs(database: Database) -> None:
    at = datetime(2026, 6, 5, 17, 30, 0, 123456, tzinfo=UTC)
    with database.write() as conn:
        row = {
            "at": at,
            "actor": "Mehmet Yılmaz 🚲",
            "what": "settings",
            "before": {"zone": "Europe/Berlin", "ü": [1, None]},
        }
        conn.execute(insert(audit), [row])
    with database.read() as conn:
        kept = conn.execute(select(audit)).one()
    assert (kept.at, kept.actor, kept.before, kept.after) == (at, row["actor"], row["before"], None)
