"""Run by Alembic for every command; the connection, its transaction and its lock come from `migrations.upgrade`."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from inboxsla.storage.schema import metadata
from inboxsla.storage.types import Instant, Json


def _frozen(kind: str, item: Any, _autogen: object) -> str | Literal[False]:
    """Our column types by what they are in the database: a step written today must not change with types.py."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, Json):
        return "sa.Text()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table in place; Alembic then copies it.
    render_as_batch=True,
    render_item=_frozen,
)
with context.begin_transaction():
    context.run_migrations()
