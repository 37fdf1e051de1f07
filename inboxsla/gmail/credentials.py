"""What opens a mailbox: a person's lasting permission or a service account's key, as values; and Google's objects made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from google.auth.credentials import Credentials
from google.auth.transport import Request
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials as UserCredentials

from inboxsla.errors import Misused

MODIFY = "https://www.googleapis.com/auth/gmail.modify"
# Either lets us read, label and send. Nothing asks for the second; some permissions made elsewhere have it.
ENOUGH = (MODIFY, "https://mail.google.com/")
USUAL_TOKEN_URI = "https://oauth2.googleapis.com/token"
_USER_KEYS = ("client_id", "client_secret", "refresh_token")
_SERVICE_KEYS = ("client_email", "private_key")


@dataclass(frozen=True, slots=True)
class UserSecret:
    """A person's permission: lasting until it is taken back or forgotten. `scopes` as granted, empty where nobody said."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_uri: str = USUAL_TOKEN_URI
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceSecret:
    """A service account's key with domain-wide delegation: it opens every mailbox of the organisation."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str = ""
    token_uri: str = USUAL_TOKEN_URI


Secret = UserSecret | ServiceSecret


@dataclass(frozen=True, slots=True)
class Access:
    """A short-lived access token, good until `until` (aware UTC; None: nobody said). `refresh_token` is the newest known."""

    token: str = field(repr=False)
    until: datetime | None
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Stored:
    """What is kept sealed for one mailbox."""

    secret: Secret
    access: Access | None = None

    def to_text(self) -> str:
        kind = "service_account" if isinstance(self.secret, ServiceSecret) else "user"
        access = None
        if self.access:
            until = self.access.until
            access = {"token": self.access.token, "until": until and until.isoformat()}
        return json.dumps({"kind": kind, "secret": asdict(self.secret), "access": access})

    @classmethod
    def of_text(cls, text: str) -> Stored:
        data = json.loads(text)
        given = dict(data["secret"])
        if data["kind"] == "service_account":
            secret: Secret = ServiceSecret(**given)
        else:
            secret = UserSecret(**{**given, "scopes": tuple(given["scopes"])})
        access = data["access"]
        if access is None:
            return cls(secret)
        until = access["until"] and datetime.fromisoformat(access["until"])
        return cls(secret, Access(access["token"], until))


def kind_of(secret: Secret) -> str:
    return "service_account" if isinstance(secret, ServiceSecret) else "user"


def read_file(text: str, name: str, token_uri: str) -> Secret:
    """An authorized-user or service-account JSON. A `token_uri` other than Google's own wins over the file's.

    Raises Misused with a sentence about `name`; what the file holds is never repeated.
    """
    try:
        data = json.loads(text)
    except ValueError as error:
        raise Misused(f"{name} is not JSON. Give the file as Google or `gcloud` wrote it, without changes.") from error
    if not isinstance(data, dict):
        raise Misused(f"{name} is JSON, but not a credentials file.")
    uri = token_uri if token_uri != USUAL_TOKEN_URI else _text(data.get("token_uri")) or USUAL_TOKEN_URI
    kind = data.get("type") or _guessed(data)
    if kind == "authorized_user":
        given = _needed(data, _USER_KEYS, name)
        return UserSecret(given["client_id"], given["client_secret"], given["refresh_token"], uri)
    if kind == "service_account":
        given = _needed(data, _SERVICE_KEYS, name)
        key_id = _text(data.get("private_key_id"))
        return _checked(ServiceSecret(given["client_email"], given["private_key"], key_id, uri), name)
    if "installed" in data or "web" in data:
        raise Misused(
            f"{name} describes an OAuth client, not a permission. Name it as google.client_file in the settings, and call "
            "this again without --credentials."
        )
    raise Misused(
        f"{name} is of another kind{f' ({kind})' if isinstance(kind, str) else ''}. It must be an authorized-user file "
        "(client_id, client_secret, refresh_token) or a service-account key."
    )


def _guessed(data: Mapping[str, Any]) -> str | None:
    if "refresh_token" in data:
        return "authorized_user"
    return "service_account" if "private_key" in data else None


def _needed(data: Mapping[str, Any], keys: tuple[str, ...], name: str) -> dict[str, str]:
    missing = [key for key in keys if not _text(data.get(key))]
    if missing:
        raise Misused(f"{name} lacks {' and '.join(missing)}. Give the file as Google or `gcloud` wrote it, whole.")
    return {key: _text(data[key]) for key in keys}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _checked(secret: ServiceSecret, name: str) -> ServiceSecret:
    try:
        _service(secret, "nobody@example.org")
    except ValueError as error:
        raise Misused(
            f"{name} holds a private key that cannot be read. Download the key anew from Google Cloud."
        ) from error
    return secret


class Renewing(UserCredentials):
    """An access token and a way to a new one; whoever gets one hands it on to be kept."""

    def __init__(self, inner: Credentials, access: Access | None, keep: Callable[[Access], None]) -> None:
        expiry = access.until.replace(tzinfo=None) if access and access.until else None
        super().__init__(token=access.token if access else None, expiry=expiry)  # type: ignore[no-untyped-call]
        self._inner, self._keep = inner, keep

    @property
    def granted(self) -> tuple[str, ...]:
        """What Google said at the last renewal that it grants; empty if it said nothing."""
        return tuple(getattr(self._inner, "granted_scopes", None) or ())

    def refresh(self, request: Request) -> None:
        """Raises google.auth's RefreshError or TransportError."""
        self._inner.refresh(request)  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
        self.token, self.expiry = self._inner.token, self._inner.expiry
        until = self.expiry.replace(tzinfo=UTC) if self.expiry else None
        self._keep(Access(self.token or "", until, getattr(self._inner, "refresh_token", None) or ""))


def google_credentials(
    stored: Stored, address: str, keep: Callable[[Access], None], asks: Sequence[str] = (MODIFY,)
) -> Renewing:
    """Google's own object for one mailbox. `keep` is called with each new access token, before it is used.

    A service account asks for the scopes in `asks`; a person's permission has its own.
    """
    secret = stored.secret
    inner = _service(secret, address, asks) if isinstance(secret, ServiceSecret) else _user(secret)
    return Renewing(inner, stored.access, keep)


def _user(secret: UserSecret) -> UserCredentials:
    # Never more than we need, even where more was granted.
    scopes = [scope for scope in ENOUGH if scope in secret.scopes][:1] or list(secret.scopes) or None
    return UserCredentials(  # type: ignore[no-untyped-call]
        token=None,
        refresh_token=secret.refresh_token,
        token_uri=secret.token_uri,
        client_id=secret.client_id,
        client_secret=secret.client_secret,
        scopes=scopes,
    )


def _service(secret: ServiceSecret, subject: str, asks: Sequence[str] = (MODIFY,)) -> service_account.Credentials:
    info = {
        "client_email": secret.client_email,
        "private_key": secret.private_key,
        "private_key_id": secret.private_key_id,
        "token_uri": secret.token_uri,
    }
    made = service_account.Credentials.from_service_account_info
    return made(info, scopes=list(asks), subject=subject)  # type: ignore[no-any-return, no-untyped-call]
