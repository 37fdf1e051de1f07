"""Bring a database to the tables this version needs. `python -m inboxsla.storage.migrations "words"` writes the next step."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from inboxsla.errors import Refused
from inboxsla.storage.database import Database, sqlite_file

HERE = Path(__file__).parent


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database at `url` to `head()`, or only as far as `to`: all of it or nothing, one process at a time, harmless to repeat.

    Raises Refused for a database written by a newer version, TryLater when another process holds it for too long.
    """
    database = Database(url)
    try:
        with database.read() as conn:
            if _revision(conn) == head():
                return
        with database.alter() as conn:
            command.upgrade(_config(conn), to)
    except CommandError as error:
        raise Refused(
            f"{database.place} was written by a newer InboxSLA; update this one, or restore a backup made with it."
        ) from error
    finally:
        database.close()


def exists(url: str) -> bool:
    """Whether there is a database at `url` that was ever brought up to date. Asking makes none."""
    file = sqlite_file(url)
    return (file is None or file.exists()) and current(url) is not None


def current(url: str) -> str | None:
    """The number of the newest step in the database at `url`, as four digits; None before the first."""
    database = Database(url)
    try:
        with database.read() as conn:
            return _revision(conn)
    finally:
        database.close()


def head() -> str:
    """The number of the newest step this version knows, as four digits."""
    revision = ScriptDirectory(str(HERE)).get_current_head()
    assert revision is not None  # 0001 is in the package
    return revision


def write_next(url: str, words: str) -> Path:
    """Write the step from the database at `url` (which must be at `head()`) to schema.py; returns its file, to be read and corrected."""
    number = f"{len(list((HERE / 'versions').glob('[0-9]*.py'))) + 1:04d}"
    database = Database(url)
    try:
        with database.alter() as conn:
            command.revision(_config(conn), message=words, rev_id=number, autogenerate=True)
    finally:
        database.close()
    (path,) = HERE.glob(f"versions/{number}_*.py")
    # Alembic brackets what it wrote with remarks to whoever reads it next; after the first reading they are noise.
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("# ###")]
    path.write_text("\n".join(lines) + "\n")
    return path


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _config(conn: Connection) -> Config:
    config = Config(attributes={"connection": conn})
    # Alembic reads the value as a format string.
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config
