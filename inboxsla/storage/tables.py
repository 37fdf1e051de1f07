"""What every table is made with: names of constraints, ids, indexes of a few rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Integer, MetaData, literal_column, text

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
    """An index of the few rows that `where` (SQL that means the same everywhere) leaves. Queries find it by `only`."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


def only(where: str) -> ColumnElement[Any]:
    """The condition of a partial index, to the letter: the index serves no query that puts it otherwise.

    Of no type, because SQLite has no booleans: SQLAlchemy would compare one with 1.
    """
    return literal_column(where)
