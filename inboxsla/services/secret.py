"""Keys of this installation: files beside the data, never in the database.

One signs sessions and the links in mails; another makes the hashes by which forgotten people are recognised.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from inboxsla.errors import Refused

NAME = "session-key"
PRIVACY = "privacy-key"


def session_key(data_dir: Path) -> str:
    """The key of this installation, made at the first call. Raises Refused when it can be neither read nor made."""
    return _key(data_dir / NAME, "signs sessions", "the next start makes a new one, and everybody signs in again.")


def privacy_key(data_dir: Path) -> str:
    """The key that people who were forgotten are recognised by; made and refused in the same way."""
    lost = "then all mail from before somebody was forgotten is kept without text when it is read again."
    return _key(data_dir / PRIVACY, "forgotten people are recognised by", lost)


def _key(file: Path, what: str, without: str) -> str:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make(file)
        key = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"The key that {what}, {file}, can be neither read nor made: {error}.") from error
    if len(key) < 32:
        raise Refused(f"{file} holds no key. Delete it; {without}")
    return key


def _make(file: Path) -> None:
    # mkstemp gives mode 0600; linking makes the finished file appear in one step, and only for the first of two starters.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48) + "\n")
        with suppress(FileExistsError):
            os.link(name, file)
    finally:
        Path(name).unlink(missing_ok=True)
