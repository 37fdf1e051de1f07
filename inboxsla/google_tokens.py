"""Tokens that Google signs for those it calls (OpenID Connect): checked in full, with Google's public keys kept at hand.

Pub/Sub's pushes carry one, and so do the add-on's requests.
"""

from __future__ import annotations

import base64
import json
import threading
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from inboxsla.errors import Refused, TryLater
from inboxsla.remembering import Lru

# How far Google's clock and ours may be apart.
SKEW = timedelta(seconds=30)
# A key nobody knows may be new, or made up: the keys are asked for again, but not for everybody who makes one up.
ASK_AGAIN_AFTER = timedelta(minutes=1)
_AFTER_A_FAILURE = timedelta(seconds=5)
_KEPT_AT_LEAST, _KEPT_AT_MOST = timedelta(minutes=1), timedelta(days=1)
_TIMEOUT = 5.0
_PROVEN = 1_000
_LARGEST_ANSWER, _LONGEST_TOKEN = 256 * 1024, 8 * 1024


class BadToken(Refused):
    """The token proves nothing. The message says why, and holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the address of the keys answered: its body, and its headers by lower-case name."""

    body: bytes
    headers: Mapping[str, str]


def fetch(url: str) -> Fetched:
    """Raises OSError or HTTPException when there is no answer, or it is no 200. This machine is asked past any proxy."""
    here = urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({} if here else None))
    with opener.open(url, timeout=_TIMEOUT) as answer:
        body = answer.read(_LARGEST_ANSWER)
        return Fetched(body, {name.lower(): value for name, value in answer.headers.items()})


_Proven = tuple[str, RSAPublicKey, Mapping[str, Any]]


class GoogleTokens:
    """Checks tokens against the keys at `certs_uri`, which may be a map of certificates or a JWKS. One for all threads.

    Keys are kept for as long as their answer allows, and asked for again when a token names one we do not have.
    """

    def __init__(self, certs_uri: str, issuers: Sequence[str], get: Callable[[str], Fetched] = fetch) -> None:
        self._certs_uri, self._issuers, self._get = certs_uri, frozenset(issuers), get
        self._lock = threading.Lock()
        self._proven: Lru[bytes, _Proven] = Lru(_PROVEN)
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._good_until: datetime | None = None
        self._asked_at: datetime | None = None
        self._failed_at: datetime | None = None

    def claims(self, token: str, audience: str, now: datetime) -> Mapping[str, Any]:
        """What the token says, once it is proven to be Google's, meant for `audience` and valid at `now`.

        Raises BadToken, and TryLater when Google's keys cannot be had.
        """
        name = sha256(token.encode("utf-8", "replace")).digest()
        known = self._proven.get(name)
        # What was proven under a key once is proven, as long as the key is Google's: many requests bring the same token.
        if known is None or self._key(known[0], now) is not known[1]:
            known = self._prove(token, now)
            self._proven.put(name, known)
        body = known[2]
        if body.get("iss") not in self._issuers:
            raise BadToken("its issuer is not Google")
        if body.get("aud") not in (audience, [audience]):
            raise BadToken("it is meant for another audience")
        _check_times(body, now)
        return body

    def _prove(self, token: str, now: datetime) -> _Proven:
        """The key's id and the key that signed it, and what it says."""
        signed, _, signature = token.rpartition(".")
        head, content = _halves(signed)
        header, body = _header(head), _json_of(content)
        if header.get("alg") != "RS256" or "crit" in header:
            raise BadToken("it is not signed with RS256")
        kid = str(header.get("kid", ""))
        key = self._key(kid, now)
        try:
            key.verify(_bytes_of(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
        except (InvalidSignature, UnicodeEncodeError):
            raise BadToken("its signature is not Google's") from None
        return kid, key, body

    def _key(self, kid: str, now: datetime) -> RSAPublicKey:
        with self._lock:
            fresh = self._good_until is not None and now < self._good_until
            if fresh and kid in self._keys:
                return self._keys[kid]
            asked_lately = self._asked_at is not None and now - self._asked_at < ASK_AGAIN_AFTER
            if not fresh or not asked_lately:
                self._ask(now)
            if kid not in self._keys:
                raise BadToken("it names a key that is none of Google's")
            return self._keys[kid]

    def _ask(self, now: datetime) -> None:
        if self._failed_at is not None and now - self._failed_at < _AFTER_A_FAILURE:
            raise TryLater("Google's keys could not be had a moment ago.", _AFTER_A_FAILURE)
        try:
            answer = self._get(self._certs_uri)
            keys = _keys_in(answer.body)
        except (OSError, HTTPException, ValueError) as error:
            self._failed_at = now
            raise TryLater(f"Google's keys cannot be had from {self._certs_uri} ({type(error).__name__}).") from error
        self._keys, self._asked_at, self._failed_at = keys, now, None
        self._good_until = now + min(max(_lifetime(answer.headers), _KEPT_AT_LEAST), _KEPT_AT_MOST)


def check_account(claims: Mapping[str, Any], service_account: str) -> None:
    """Raises BadToken unless the token was made for this service account, and Google vouches for its address."""
    if str(claims.get("email", "")).lower() != service_account.lower() or claims.get("email_verified") is not True:
        raise BadToken("it belongs to another account than the one in the settings")


def _halves(signed: str) -> tuple[str, str]:
    header, dot, body = signed.partition(".")
    if not dot or "." in body or len(signed) > _LONGEST_TOKEN:
        raise BadToken("it is no signed token")
    return header, body


def _bytes_of(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadToken("it is no signed token") from None


@lru_cache(maxsize=64)
def _header(part: str) -> Mapping[str, Any]:
    """The same for every token that a key signs."""
    return _json_of(part)


def _json_of(part: str) -> Mapping[str, Any]:
    try:
        found = json.loads(_bytes_of(part))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadToken("it is no signed token")
    return found


def _check_times(body: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    begins = [body.get("iat"), *([body["nbf"]] if "nbf" in body else [])]
    if not all(_is_number(each) for each in (*begins, body.get("exp"))):
        raise BadToken("it does not say when it is valid")
    if body["exp"] + SKEW.total_seconds() <= at:
        raise BadToken("it has expired")
    if any(each - SKEW.total_seconds() > at for each in begins if each is not None):
        raise BadToken("it is not valid yet; is the clock of this machine right?")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _keys_in(body: bytes) -> dict[str, RSAPublicKey]:
    """By key id. Keys of another kind are passed over. Raises ValueError if there is none, or it is no list of keys."""
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("no keys")
    if isinstance(found.get("keys"), list):
        read = {str(each.get("kid", "")): _from_jwk(each) for each in found["keys"] if isinstance(each, dict)}
    else:
        read = {kid: _from_certificate(pem) for kid, pem in found.items()}
    keys = {kid: key for kid, key in read.items() if key is not None}
    if not keys:
        raise ValueError("no keys")
    return keys


def _from_jwk(jwk: Mapping[str, Any]) -> RSAPublicKey | None:
    if jwk.get("kty") != "RSA":
        return None
    try:
        n, e = (int.from_bytes(_bytes_of(str(jwk[name]))) for name in ("n", "e"))
        return RSAPublicNumbers(e, n).public_key()
    except (KeyError, ValueError, BadToken):
        return None


def _from_certificate(pem: object) -> RSAPublicKey | None:
    try:
        key = load_pem_x509_certificate(str(pem).encode()).public_key()
    except ValueError:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _lifetime(headers: Mapping[str, str]) -> timedelta:
    """How long the answer may be kept; no time at all where it does not say."""
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name == "max-age" and value.isascii() and value.isdigit():
            age = headers.get("age", "0").strip()
            return timedelta(seconds=int(value[:9]) - (int(age[:9]) if age.isascii() and age.isdigit() else 0))
    try:
        return parsedate_to_datetime(headers["expires"]) - parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError, TypeError, IndexError):
        return timedelta()
