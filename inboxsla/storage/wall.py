"""Where driver errors become ours: what a caller should do next, in words for a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from psycopg import Error as PostgreSQLError
from psycopg import OperationalError as PostgreSQLUnavailable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from inboxsla.errors import InboxSLAError, Refused, TryLater

SOON = timedelta(seconds=1)
LATER = timedelta(seconds=15)


@contextmanager
def database_errors(place: str, *, writing: bool) -> Iterator[None]:
    """Turn what SQLite and PostgreSQL say into TryLater or Refused; anything that is a mistake of ours stays loud."""
    try:
        yield
    except NoFreeConnection as error:
        raise TryLater(f"Every connection to {place} is in use.", SOON) from error
    except (DBAPIError, sqlite3.Error, PostgreSQLError) as error:
        ours = translated(error.orig if isinstance(error, DBAPIError) else error, place, writing=writing)
        if ours is None:
            raise
        raise ours from error


@contextmanager
def folder_refused(place: str) -> Iterator[None]:
    """Turn a folder that cannot be made into Refused."""
    try:
        yield
    except OSError as error:
        raise Refused(
            f"The folder for {place} cannot be made ({error.strerror}); choose another data_dir or database_url."
        ) from error


def translated(error: BaseException | None, place: str, *, writing: bool) -> InboxSLAError | None:
    """Our error for a driver's, or None when it is not about the state of the database."""
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, place, writing=writing)
    if isinstance(error, PostgreSQLError):
        return _postgresql(error, place)
    return None


def _sqlite(error: sqlite3.Error, place: str, *, writing: bool) -> InboxSLAError | None:
    # The low byte is the primary code; the rest says which variant, which changes nothing for the caller.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return TryLater(f"Another process has been writing to {place} for too long.", SOON)
        case sqlite3.SQLITE_FULL:
            return TryLater(f"The disk that holds {place} is full; free some space.", timedelta(minutes=1))
        case sqlite3.SQLITE_READONLY if writing:
            return Refused(f"{place} cannot be written; check who owns the file and its folder.")
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return Refused(f"{place} cannot be opened; check that it is a file in a folder this user may write to.")
        case sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_CORRUPT:
            return Refused(f"{place} is not a readable SQLite database; restore a backup or choose another file.")
    return None


def _postgresql(error: PostgreSQLError, place: str) -> InboxSLAError | None:
    state = error.sqlstate or ""
    if state in ("40001", "40P01"):
        return TryLater(f"Two processes changed the same rows of {place} at once.", SOON)
    if state == "55P03":
        return TryLater(f"Another process has been writing to {place} for too long.", SOON)
    if state in ("25006", "42501"):
        return Refused(f"{place} cannot be written with this account; grant it the rights or use another.")
    if state == "53100":
        return TryLater(f"The disk that holds {place} is full; free some space.", timedelta(minutes=1))
    if state.startswith(("08", "53", "57P")) or (not state and isinstance(error, PostgreSQLUnavailable)):
        return _unreachable(error, place)
    return None


def _unreachable(error: PostgreSQLError, place: str) -> InboxSLAError:
    # libpq gives no code for a connection that was never made; the server's own word FATAL tells a refusal from silence.
    words = str(error).strip()
    if "does not exist" in words:
        return Refused(f"PostgreSQL has no such database or user: {place}. Create it, or correct database_url.")
    if "authentication failed" in words or "no password supplied" in words or "pg_hba.conf" in words:
        return Refused(
            f"PostgreSQL does not let this account in: {place}. Correct the user or password in database_url."
        )
    return TryLater(f"PostgreSQL at {place} cannot be reached.", LATER)
