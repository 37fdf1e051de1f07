"""Google's side of connecting a mailbox: consent, the exchange of its code, whether it is enough, and taking it back.

Everything here talks to Google (or whatever stands in for it) and writes nothing down. Nothing waits longer than `TIMEOUT` for
one answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import google_auth_httplib2
import httplib2
import requests
from google.auth.exceptions import RefreshError, TransportError
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from inboxsla.errors import AccessLost, Misused, Refused, TryLater
from inboxsla.gmail.credentials import (
    ENOUGH,
    MODIFY,
    Access,
    Renewing,
    Secret,
    ServiceSecret,
    Stored,
    UserSecret,
    google_credentials,
)
from inboxsla.gmail.google import GoogleMailbox
from inboxsla.gmail.not_let_in import TICK_THE_BOX, declined, exchange_failed, not_accepted
from inboxsla.gmail.transport import NETWORK_ERRORS, UNREADABLE, KeepAliveHttp, google_errors

TIMEOUT = 30.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

# oauthlib takes more or fewer scopes than asked for as an error; people may untick one, and we look at what was granted.
os.environ.setdefault("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@dataclass(frozen=True, slots=True)
class Client:
    """The OAuth client of this installation, and where Google is."""

    id: str
    secret: str = field(repr=False)
    auth_uri: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_uri: str = "https://oauth2.googleapis.com/token"


@dataclass(frozen=True, slots=True)
class Begun:
    """A consent under way: `url` is for the person's browser, `verifier` stays with us."""

    url: str
    state: str
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """Something that opens a mailbox, tried: `scopes` as granted, empty where nobody said; `address` as Gmail says it."""

    secret: Secret
    access: Access
    scopes: tuple[str, ...]
    address: str


def client_of_file(path: Path, auth_uri: str, token_uri: str) -> Client:
    """The client in the JSON that Google Cloud offers for download. Raises Misused."""
    try:
        data = json.loads(path.read_text("utf-8"))
        given = data.get("installed") or data["web"]
        return Client(str(given["client_id"]), str(given.get("client_secret") or ""), auth_uri, token_uri)
    except OSError as error:
        raise Misused(f"google.client_file, {path}, cannot be read ({error.strerror}).") from error
    except UNREADABLE as error:
        raise Misused(
            f"google.client_file, {path}, is not the file Google Cloud offers for an OAuth client. Download it there anew."
        ) from error


def begin(client: Client, redirect_uri: str, address: str, asks: Sequence[str] = (MODIFY,)) -> Begun:
    """Where to send the person who owns `address`. Asks for nothing but what we need, and for a lasting permission."""
    flow = flow_of(client, redirect_uri, asks=asks)
    # Without prompt=consent a second connecting would bring no refresh token.
    url, state = flow.authorization_url(access_type="offline", prompt="consent", login_hint=address)
    return Begun(str(url), str(state), str(flow.code_verifier))


def finish(
    client: Client,
    redirect_uri: str,
    verifier: str,
    answer: Mapping[str, str],
    enough: Collection[str] = ENOUGH,
) -> UserSecret:
    """The permission, for what Google sent the browser back with (`code`, or `error`). Its state was checked by the caller.

    Raises Refused (declined, code not good any more, a box unticked), Misused (the client is wrong), TryLater.
    """
    if answer.get("error"):
        raise Refused(declined(answer["error"]))
    token = exchange(flow_of(client, redirect_uri, verifier), answer.get("code", ""))
    if not token.get("refresh_token"):
        raise Refused(
            "Google gave no lasting permission. Remove InboxSLA at https://myaccount.google.com/connections, and begin again."
        )
    scopes = _scopes(token.get("scope"))
    if scopes and not set(enough) & set(scopes):
        if enough is not ENOUGH:
            raise Refused("The permission to send is missing. Begin again, and leave the box for it ticked.")
        raise Refused(f"The permission to read, label and send is missing. Begin again, and {TICK_THE_BOX}.")
    return UserSecret(client.id, client.secret, str(token["refresh_token"]), client.token_uri, scopes)


def exchange(flow: Flow, code: str) -> Mapping[str, Any]:
    """What Google gives for the code it sent the browser back with. Raises Refused, Misused, TryLater."""
    if not code:
        raise Refused("Google sent no code. Begin again.")
    try:
        token: Mapping[str, Any] = flow.fetch_token(code=code, timeout=TIMEOUT)
    except OAuth2Error as error:
        raise exchange_failed(error) from error
    except (requests.RequestException, OSError) as error:
        raise TryLater(
            f"Google's sign-in service cannot be reached ({type(error).__name__}). Begin again in a while."
        ) from error
    except UNREADABLE as error:
        raise TryLater(
            "Google's sign-in service gave an answer that cannot be read. Begin again in a while."
        ) from error
    return token


def open_with(secret: Secret, address: str, *, api_root: str) -> Opened:
    """Try `secret`: a fresh access token, then the profile of the mailbox it opens.

    Raises Refused when Google does not accept it or it grants too little, TryLater when Google cannot be reached.
    """
    told: list[Access] = []
    secret = _renewed(secret, address, told)
    access = told[-1]
    gmail = GoogleMailbox(google_credentials(Stored(secret, access), address, told.append), api_root=api_root)
    try:
        profile = gmail.profile()
    except AccessLost as lost:
        raise Refused(str(lost).replace("ADDRESS", address)) from lost
    finally:
        gmail.close()
    if isinstance(secret, UserSecret) and access.refresh_token:
        secret = replace(secret, refresh_token=access.refresh_token)
    scopes = (MODIFY,) if isinstance(secret, ServiceSecret) else secret.scopes
    return Opened(secret, access, scopes, profile.address.lower())


def _renewed(secret: Secret, address: str, told: list[Access]) -> Secret:
    """`secret` with the scopes it grants, after a fresh access token was put into `told`."""
    request = google_auth_httplib2.Request(KeepAliveHttp(TIMEOUT))
    unsaid = isinstance(secret, UserSecret) and not secret.scopes
    for scope in ENOUGH if unsaid else ("",):
        tried = replace(secret, scopes=(scope,)) if isinstance(secret, UserSecret) and unsaid else secret
        credentials = google_credentials(Stored(tried), address, told.append)
        try:
            credentials.refresh(request)
        except RefreshError as error:
            if unsaid and str(error.args[0]).startswith("invalid_scope"):
                continue
            raise not_accepted(error, secret) from error
        except (TransportError, *NETWORK_ERRORS) as error:
            where = _host(secret.token_uri)
            raise TryLater(f"Google's sign-in service cannot be reached at {where}. Try again later.") from error
        if granted := credentials.granted:
            tried = replace(tried, scopes=granted) if isinstance(tried, UserSecret) else tried
            if not set(ENOUGH) & set(granted):
                break
        return tried
    raise Refused(f"The permission to read, label and send is missing. Give it anew, and {TICK_THE_BOX}.")


def renew(credentials: Renewing) -> tuple[str, ...]:
    """Ask for a fresh access token, however good the one at hand still is. Returns the scopes Google says it grants, if it does.

    Raises AccessLost when Google no longer accepts what we have, TryLater when it cannot be reached.
    """
    http = KeepAliveHttp(TIMEOUT)
    try:
        with google_errors():
            credentials.refresh(google_auth_httplib2.Request(http))
    finally:
        http.close()
    return credentials.granted


def revoke(secret: UserSecret, revoke_uri: str) -> bool:
    """Take the permission back at Google; False if Google did not know it any more. Raises TryLater."""
    http = KeepAliveHttp(TIMEOUT)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer, _ = http.request(revoke_uri, "POST", body=urlencode({"token": secret.refresh_token}), headers=form)
    except (*NETWORK_ERRORS, httplib2.HttpLib2Error) as error:
        raise TryLater(f"Google cannot be reached at {_host(revoke_uri)}") from error
    finally:
        http.close()
    if answer.status in (400, 401, 404):
        return False
    if answer.status >= 300:
        raise TryLater(f"Google did not take the permission back (status {answer.status})")
    return True


def flow_of(client: Client, redirect_uri: str, verifier: str | None = None, asks: Sequence[str] = (MODIFY,)) -> Flow:
    """Google's consent, to be begun, or ended with the `verifier` it was begun with. Raises Misused."""
    for uri in (client.auth_uri, client.token_uri):
        _safe(uri)
    config = {
        "client_id": client.id,
        "client_secret": client.secret,
        "auth_uri": client.auth_uri,
        "token_uri": client.token_uri,
    }
    # oauthlib refuses plain http altogether; `_safe` refuses it everywhere but on this machine.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    flow = Flow.from_client_config(
        {"installed": config}, scopes=list(asks), redirect_uri=redirect_uri, code_verifier=verifier
    )
    flow.oauth2session.register_compliance_hook("access_token_response", _of_google)
    if _host(client.token_uri) in _LOOPBACK:
        flow.oauth2session.trust_env = False  # a proxy cannot reach this machine's loopback
    return flow


def _of_google(answer: requests.Response) -> requests.Response:
    """Let through what can be a verdict of Google's. Raises TryLater for its bad days, and for a proxy's page."""
    if answer.status_code >= 500 or answer.status_code == 429 or answer.text.lstrip().startswith("<"):
        raise TryLater(f"Google's sign-in service has trouble (status {answer.status_code}). Begin again in a while.")
    return answer


def _safe(uri: str) -> None:
    if urlsplit(uri).scheme != "https" and _host(uri) not in _LOOPBACK:
        raise Misused(f"{uri} is not encrypted. Secrets go to https addresses only, or to this machine.")


def _host(uri: str) -> str:
    return urlsplit(uri).hostname or uri


def _scopes(granted: Any) -> tuple[str, ...]:
    return tuple(granted.split()) if isinstance(granted, str) else tuple(granted or ())
