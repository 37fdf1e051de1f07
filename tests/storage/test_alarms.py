"""Alarms, whatever they are about."""

from __future__ import annotations

from datetime import UTC, datetime

from inboxsla.storage import records
from inboxsla.storage.database import Database

NOW = datetime(2026, 6, 5, 17, 30, tzinfo=UTC)


def test_what_has_a_name_without_end_is_an_alarm_all_the_same_until_it_is_over(postgresql_database: Database) -> None:
    """An address is as long as somebody likes, and PostgreSQL takes no key that is too long."""
    key = f"send/{'x' * 290}@lumenvelo.example"
    with postgresql_database.write() as conn:
        assert records.alarm(conn, key, "words", NOW)
        assert not records.alarm(conn, key, "words", NOW)
        assert records.alarm_since(conn, key) == NOW
        records.clear_alarm(conn, key)
        assert records.alarm_since(conn, key) is None
