"""Google's signature: tokens as Pub/Sub puts them on its pushes, and the public keys that prove them."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ISSUER = "https://accounts.google.com"
LIFETIME = timedelta(hours=1)


class Signer:
    """One signing key at a time, and the ones before it that are still published."""

    def __init__(self) -> None:
        # Another name each time, so that nobody takes the key of a process before this one for it.
        self.kid = secrets.token_hex(8)
        self.published: dict[str, rsa.RSAPrivateKey] = {self.kid: _made(0)}
        self.max_age = 3600

    def rotate(self, *, forget: bool = False) -> None:
        """Sign with another key from now on; with `forget` the one before is published no more."""
        if forget:
            self.published.clear()
        self.kid = secrets.token_hex(8)
        self.published[self.kid] = _made(len(self.published) % 2 + 1)

    def token(self, audience: str, email: str, now: datetime, /, **claims: Any) -> str:
        """A token for `audience` in the name of the service account `email`; `claims` stand above the usual ones."""
        begins = int(now.timestamp())
        usual = {
            "aud": audience, "azp": "113774264463038321964", "email": email, "email_verified": True, "iss": ISSUER,
            "exp": begins + int(LIFETIME.total_seconds()), "iat": begins, "sub": "113774264463038321964",
        }  # fmt: skip
        header = {"alg": "RS256", "kid": self.kid, "typ": "JWT"}
        signed = f"{_packed(header)}.{_packed({**usual, **claims})}"
        signature = self.published[self.kid].sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_b64(signature)}"

    def certificates(self) -> dict[str, str]:
        return {kid: _certificate(key) for kid, key in self.published.items()}

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**_numbers(key), "kid": kid} for kid, key in self.published.items()]}


@cache
def _made(nth: int) -> rsa.RSAPrivateKey:
    """Kept for the whole process: making a key takes longer than most tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "federated-signon.system.gserviceaccount.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()


def _numbers(key: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    parts = {"n": numbers.n.to_bytes(256), "e": numbers.e.to_bytes(3)}
    return {"kty": "RSA", "alg": "RS256", "use": "sig", **{name: _b64(value) for name, value in parts.items()}}


def _packed(value: Mapping[str, Any]) -> str:
    return _b64(json.dumps(value).encode())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
