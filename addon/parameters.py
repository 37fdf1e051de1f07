"""What a click carries, signed: which act on which ticket, for whom, and how far they had seen it.

Google hands it back as it was. The same click may come twice; its nonce tells that.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from addon.cards.face import Signer as Sign

# A panel may stay open over a night; what was seen then is still compared with what has happened since.
GOOD_FOR = timedelta(hours=24)
_SALT = "inboxsla.addon"
_LONGEST = 8_192


class OldCard(Exception):
    """What came back was not made here, not for this person, or too long ago."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """`values` are as they were signed; `nonce` is that of the card they were on."""

    values: Mapping[str, Any]
    nonce: str

    def text(self, name: str) -> str:
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self.values.get(name, 0)
        return value if isinstance(value, int) else 0

    def source(self, name: str, fields: Mapping[str, str]) -> str:
        """A name for exactly this click: with the same fields again it has the same one."""
        told = "\0".join(f"{key}={fields[key]}" for key in sorted(fields))
        return f"panel:{name}:{self.nonce}:{sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}"


class Parameters:
    """Signs for one installation. `key` is the secret that sessions are signed with; the salt keeps the two apart."""

    def __init__(self, key: str) -> None:
        # The key is derived once and not at every signature; a card has many.
        derived = Signer(key, salt=_SALT, key_derivation="hmac", digest_method=sha256).derive_key()
        self._signer = Signer(derived, salt=_SALT, key_derivation="none", digest_method=sha256)

    def signer(self, address: str, now: datetime) -> Sign:
        """For one card: all of its clicks are this person's, and share a nonce."""
        common = {"by": address, "t": int(now.timestamp()), "n": secrets.token_urlsafe(9)}

        def sign(values: Mapping[str, str | int]) -> str:
            told = json.dumps({**common, **values}, ensure_ascii=False, separators=(",", ":"))
            return self._signer.sign(base64_encode(told)).decode("ascii")

        return sign

    def read(self, token: str, address: str, now: datetime) -> Clicked:
        """Raises OldCard for anything that was not signed for this person within the last day."""
        if not token or len(token) > _LONGEST:
            raise OldCard("it holds no parameters")
        try:
            values = json.loads(base64_decode(self._signer.unsign(token)))
        except (BadData, ValueError):
            raise OldCard("its parameters were changed") from None
        if values.get("by") != address:
            raise OldCard("it was made for somebody else")
        age = now.timestamp() - values.get("t", 0)
        if not -60 <= age <= GOOD_FOR.total_seconds():
            raise OldCard("it is too old")
        return Clicked(values, str(values.get("n", "")))
