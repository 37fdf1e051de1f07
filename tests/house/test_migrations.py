"""The migrations and schema.py tell the same story."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from inboxsla.storage import migrations
from inboxsla.storage.database import Database
from inboxsla.storage.schema import metadata

REGENERATE = 'write the missing step: python -m inboxsla.storage.migrations "words that say what it does"'


@pytest.fixture
def created(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Any:
    """A database of the same kind, made from schema.py without any migration."""
    if database.url.startswith("sqlite"):
        yield Database(f"sqlite:///{tmp_path}/created.db")
        return
    with request.getfixturevalue("postgresql_server").fresh_copy("template0") as url:
        yield (other := Database(url))
        other.close()


def described(conn: Connection) -> dict[str, Any]:
    """Every table as the database itself describes it, in an order that does not depend on how it was made."""
    seen = inspect(conn)
    parts = (
        seen.get_columns,
        seen.get_indexes,
        seen.get_unique_constraints,
        seen.get_check_constraints,
        seen.get_foreign_keys,
    )
    return {
        # As text, because conditions come as objects that compare by identity.
        table: [sorted(json.dumps(item, default=str, sort_keys=True) for item in part(table)) for part in parts]
        for table in seen.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_lead_to_the_tables_of_schema_py(database: Database) -> None:
    with database.write() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        differences = compare_metadata(context, metadata)
    assert differences == [], REGENERATE


def test_migrations_lead_to_every_index_condition_and_check_of_schema_py(database: Database, created: Database) -> None:
    with created.write() as conn:
        metadata.create_all(conn)
    with database.read() as migrated, created.read() as made:
        assert described(migrated) == described(made), REGENERATE


def test_migrations_are_numbered_in_one_unbroken_row() -> None:
    names = sorted(file.name for file in (migrations.HERE / "versions").glob("*.py"))
    expected = [f"{number:04d}" for number in range(1, len(names) + 1)]
    assert [name[:4] for name in names] == expected, f"rename so that the numbers run without gap or repeat: {names}"
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names), f"write 0002_words_like_this.py: {names}"


def test_migrations_have_one_head_and_follow_their_numbers() -> None:
    script = ScriptDirectory(str(migrations.HERE))
    heads = script.get_heads()
    assert len(heads) == 1, (
        f"two people added a step to the same one; make one follow the other (down_revision): {heads}"
    )
    numbers = [step.revision for step in script.walk_revisions()]
    assert numbers == sorted(numbers, reverse=True), "each step must follow the one numbered before it (down_revision)"
