"""A Pub/Sub subscription to pull Gmail's notices from, through Google's own client; for who has no public address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import google_auth_httplib2
from google.auth.credentials import Credentials
from google.oauth2.credentials import Credentials as UserCredentials
from google.oauth2.service_account import Credentials as ServiceCredentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from inboxsla.errors import AccessLost, Refused, TryLater
from inboxsla.gmail.transport import NETWORK_ERRORS, KeepAliveHttp, complaint_of, google_errors

_SCOPE = "https://www.googleapis.com/auth/pubsub"
_USUAL_TOKEN_URI = "https://oauth2.googleapis.com/token"
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Pulled:
    """One message: what to acknowledge it by, and its data as it came (base64)."""

    ack_id: str
    data: object


class Subscription(Protocol):
    """Both calls raise TryLater, and Refused when Google will not have it so: wrong name, wrong key, no right to it."""

    def pull(self) -> Sequence[Pulled]:
        """What waits; where nothing does, Pub/Sub answers after a while of its own choosing. What is not acknowledged comes again."""

    def acknowledge(self, ack_ids: Sequence[str]) -> None: ...


class GoogleSubscription:
    """One subscription over one connection; not thread-safe. `timeout` in seconds must exceed Pub/Sub's own patience."""

    def __init__(self, credentials: Credentials, name: str, *, pubsub_root: str, timeout: float = 120) -> None:
        self._name = name
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=KeepAliveHttp(timeout))
        service = build(
            "pubsub",
            "v1",
            http=http,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": pubsub_root.rstrip("/") + "/"},
        )
        self._subscriptions = service.projects().subscriptions()

    def pull(self) -> Sequence[Pulled]:
        request = self._subscriptions.pull(subscription=self._name, body={"maxMessages": _AT_ONCE})
        with _errors(self._name):
            received = request.execute().get("receivedMessages") or ()
            return [Pulled(str(each["ackId"]), (each.get("message") or {}).get("data")) for each in received]

    def acknowledge(self, ack_ids: Sequence[str]) -> None:
        if not ack_ids:
            return  # Pub/Sub answers 400 to an acknowledgement of nothing
        request = self._subscriptions.acknowledge(subscription=self._name, body={"ackIds": list(ack_ids)})
        with _errors(self._name):
            request.execute()


def key_file(path: Path, token_uri: str) -> Credentials:
    """The credentials in a service account's key file or an authorized-user file; a `token_uri` other than Google's replaces theirs.

    Raises Refused with a sentence about what is wrong with the file.
    """
    try:
        info = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise Refused(f"The key file {path} (push.credentials) cannot be read ({error.strerror}).") from error
    except ValueError:
        info = None
    if not isinstance(info, dict):
        raise Refused(f"{path} (push.credentials) is no key file of Google's. Download the key again.")
    own = {**info, "token_uri": token_uri} if token_uri != _USUAL_TOKEN_URI or not info.get("token_uri") else info
    try:
        return _credentials(own)
    except ValueError as error:
        raise Refused(
            f"{path} (push.credentials) cannot be used ({type(error).__name__}). Download the key again."
        ) from error


def _credentials(info: Mapping[str, Any]) -> Credentials:
    made: Credentials
    if info.get("type") == "service_account":
        made = ServiceCredentials.from_service_account_info(info, scopes=[_SCOPE])  # type: ignore[no-untyped-call]  # half typed
    else:
        user = UserCredentials.from_authorized_user_info(info)  # type: ignore[no-untyped-call]  # google-auth is half typed
        # That function takes Google's own address whatever the file says.
        user._token_uri = info["token_uri"]
        made = user
    return made


@contextmanager
def _errors(name: str) -> Iterator[None]:
    try:
        with google_errors():
            try:
                yield
            except HttpError as error:
                said = complaint_of(error)
                if error.status_code in (429, 500, 502, 503, 504):
                    raise TryLater(f"Pub/Sub has trouble ({said})") from error
                raise Refused(f"Pub/Sub does not let us pull from {name} ({said})") from error
            except NETWORK_ERRORS as error:
                raise TryLater(f"Pub/Sub cannot be reached ({type(error).__name__})") from error
    except AccessLost as lost:
        raise Refused("Google does not accept the key file in push.credentials") from lost
