"""Sealing: what Google lets us in with is kept encrypted, under a key that is never in the database."""

from __future__ import annotations

import binascii
import os
import secrets
import tempfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inboxsla.errors import Missing, Refused

NAME = "sealing-key"
_NONCE = 12
_BYTES = 32


class CannotUnseal(Missing):
    """The key that something was sealed with is not here any more, or is another one."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """`text` is printable; `key_id` says which key opens it, and nothing about that key."""

    text: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    _secret: bytes = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Key:
        """From 32 bytes in URL-safe base64. Raises Refused, without repeating the text."""
        try:
            secret = urlsafe_b64decode(text.strip() + "=" * (-len(text.strip()) % 4))
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != _BYTES:
            raise Refused(f"it is not a key: a key is {_BYTES} bytes, written in URL-safe base64")
        return cls(sha256(b"inboxsla key id" + secret).hexdigest()[:12], secret)

    def seal(self, plain: str, about: str) -> str:
        nonce = secrets.token_bytes(_NONCE)
        return urlsafe_b64encode(nonce + AESGCM(self._secret).encrypt(nonce, plain.encode(), about.encode())).decode()

    def unseal(self, text: str, about: str) -> str:
        raw = urlsafe_b64decode(text)
        return AESGCM(self._secret).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()


@dataclass(frozen=True, slots=True)
class Keys:
    """The first key seals; each of them opens. There is more than one only while a key is being replaced."""

    keys: tuple[Key, ...]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Keys:
        """Raises Refused."""
        return cls(tuple(map(Key.of, texts)))

    @property
    def current_id(self) -> str:
        return self.keys[0].id

    def seal(self, plain: str, about: str) -> Sealed:
        """`about` says what it is and whose; it opens only for the same, so that no row can pass for another."""
        return Sealed(self.keys[0].seal(plain, about), self.current_id)

    def unseal(self, sealed: Sealed, about: str) -> str:
        """Raises CannotUnseal."""
        for key in self.keys:
            if key.id == sealed.key_id:
                with suppress(InvalidTag, ValueError):
                    return key.unseal(sealed.text, about)
        raise CannotUnseal("The key that this was sealed with is not here any more.")


def new_key() -> str:
    """A fresh key as it is written in a setting or in the key file."""
    return urlsafe_b64encode(secrets.token_bytes(_BYTES)).decode()


class KeyFile:
    """Keys in a file that only its owner can read, one a line, the one that seals first. Made at first use.

    Every call raises Refused, with what to do, when the file can be read by others, or neither read nor written.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder.absolute() / NAME

    def keys(self) -> Keys:
        lines = self._lines()
        try:
            return Keys.of(lines)
        except Refused as wrong:
            raise Refused(
                f"{self.path} cannot be used: {wrong}. Put a copy of the key back; without one delete the file, "
                "and connect every mailbox again."
            ) from wrong

    def add(self) -> None:
        """A new key in front of those there are."""
        self._write([new_key(), *self._lines()])

    def keep_first(self) -> None:
        """Forget every key but the one that seals."""
        self._write(self._lines()[:1])

    def _lines(self) -> list[str]:
        try:
            if not self.path.exists():
                self._make()
            mode = self.path.stat().st_mode & 0o777
            if mode & 0o077:
                raise Refused(
                    f"{self.path} holds the key to your mailboxes, and others on this machine can read it "
                    f"(mode {mode:03o}). Close it: chmod 600 {self.path}"
                )
            lines = self.path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"The key that seals what opens mailboxes can be neither read nor made: {error}.") from error
        return lines or [""]

    def _make(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        name = self._written([new_key()])
        try:
            # Linking makes the finished file appear in one step, and only for the first of two starters.
            with suppress(FileExistsError):
                os.link(name, self.path)
        finally:
            Path(name).unlink(missing_ok=True)

    def _write(self, lines: Sequence[str]) -> None:
        try:
            os.replace(self._written(lines), self.path)
        except OSError as error:
            raise Refused(f"{self.path} cannot be written: {error}. Nothing was lost.") from error

    def _written(self, lines: Sequence[str]) -> str:
        # mkstemp gives mode 0600 from the start.
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{NAME}-")
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write("".join(f"{line}\n" for line in lines))
            out.flush()
            os.fsync(out.fileno())
        return name
