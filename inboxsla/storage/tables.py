"""What every table is made with: names of constraints, ids, indexes of a few rows."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def id_column() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index of the few rows that `where` (SQL that means the same everywhere) leaves. Queries must repeat it literally."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
