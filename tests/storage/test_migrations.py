"""Migrations leave the database whole, whoever runs them and however they end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from inboxsla.errors import Refused
from inboxsla.storage import migrations
from inboxsla.storage.database import Database

UPGRADE = "import sys; from inboxsla.storage import migrations; migrations.upgrade(sys.argv[1])"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database in which nothing has happened yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/100% new/inboxsla.db"
        return
    with request.getfixturevalue("postgresql_server").fresh_copy("template0") as url:
        yield url


def test_an_empty_database_is_brought_to_the_newest_step(empty_url: str) -> None:
    assert migrations.current(empty_url) is None
    migrations.upgrade(empty_url)
    assert migrations.current(empty_url) == migrations.head()


def test_upgrading_again_changes_nothing_and_keeps_the_rows(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("INSERT INTO audit (at, actor, what) VALUES (0, 'Claire Dubois', 'live')"))
    migrations.upgrade(database.url)
    with database.read() as conn:
        assert conn.execute(text("SELECT actor FROM audit")).scalar_one() == "Claire Dubois"


@pytest.mark.processes
def test_processes_that_upgrade_at_the_same_time_all_succeed(empty_url: str) -> None:
    started = [subprocess.Popen([sys.executable, "-c", UPGRADE, empty_url], stderr=subprocess.PIPE) for _ in range(3)]
    said = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0], said
    assert migrations.current(empty_url) == migrations.head()


def test_a_migration_that_fails_midway_leaves_nothing_behind(empty_url: str) -> None:
    database = Database(empty_url)

    def fail_midway() -> None:
        with database.alter() as conn:
            conn.execute(text("CREATE TABLE half (id INTEGER PRIMARY KEY)"))
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    with database.read() as conn:
        assert not inspect(conn).has_table("half")
    database.close()


def test_a_database_of_a_newer_version_is_refused_untouched(database: Database) -> None:
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="written by a newer InboxSLA"):
        migrations.upgrade(database.url)
    assert migrations.current(database.url) == "9999"


def test_copying_a_table_on_sqlite_does_not_empty_those_that_point_to_it(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        conn.execute(
            text(
                "INSERT INTO mailboxes (address, kind, mode, aliases, own_lists, label_ids) VALUES ('a', 'gmail', 'live', '', '', '')"
            )
        )
        conn.execute(text("INSERT INTO kept_aside (mailbox_id, source, reason, learned_at) VALUES (1, 's', 'r', 0)"))
    with sqlite_database.alter() as conn:
        conn.execute(text("CREATE TABLE new AS SELECT * FROM mailboxes"))
        conn.execute(text("DROP TABLE mailboxes"))
        conn.execute(text("ALTER TABLE new RENAME TO mailboxes"))
        assert conn.execute(text("SELECT count(*) FROM kept_aside")).scalar_one() == 1
        # What a careful migration does: the key the others point to.
        conn.execute(text("CREATE UNIQUE INDEX again ON mailboxes (id)"))


def test_a_migration_that_orphans_rows_on_sqlite_is_refused(sqlite_database: Database) -> None:
    def orphan() -> None:
        with sqlite_database.alter() as conn:
            conn.execute(
                text("INSERT INTO kept_aside (mailbox_id, source, reason, learned_at) VALUES (9, 's', 'r', 0)")
            )

    with pytest.raises(Refused, match="rows of kept_aside without their mailboxes"):
        orphan()
    with sqlite_database.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM kept_aside")).scalar_one() == 0


def test_mails_that_may_have_gone_out_before_an_update_are_in_doubt_after_it(empty_url: str) -> None:
    migrations.upgrade(empty_url, "0015")
    database = Database(empty_url)
    rows = {
        "untried": ("composed", 0, "smtp:a@b", False),
        "again": ("composed", 2, "smtp:a@b", True),
        "unknown": ("unknown", 1, "smtp:a@b", True),
        "put off": ("composed", 2, "mailbox", False),
        "gone": ("sent", 1, "smtp:a@b", False),
    }
    with database.write() as conn:
        conn.execute(
            text(
                "INSERT INTO mailboxes (address, kind, mode, aliases, own_lists, label_ids) VALUES ('a', 'gmail', 'live', '', '', '')"
            )
        )
        for marker, (state, tries, way, _) in rows.items():
            conn.execute(
                text(
                    "INSERT INTO envelopes (marker, mailbox_id, recipient, subject, raw, state, composed_at, try_after, tries, way) "
                    "VALUES (:marker, 1, 'c@d', '', '', :state, 0, 0, :tries, :way)"
                ),
                {"marker": marker, "state": state, "tries": tries, "way": way},
            )
    migrations.upgrade(empty_url)
    with database.read() as conn:
        found = {row.marker: bool(row.in_doubt) for row in conn.execute(text("SELECT marker, in_doubt FROM envelopes"))}
    database.close()
    assert found == {marker: doubt for marker, (*_, doubt) in rows.items()}


def test_a_database_that_cannot_be_reached_says_so() -> None:
    with pytest.raises(Exception, match="cannot be reached") as caught:
        migrations.upgrade("postgresql://ana@127.0.0.1:1/inboxsla")
    assert not isinstance(caught.value, OperationalError)
