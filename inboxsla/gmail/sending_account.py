"""A Gmail account that only sends. Where its permission also shows headers, what it has sent can be found again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import google_auth_httplib2
from google.auth.exceptions import RefreshError, TransportError

from inboxsla.errors import AccessLost, Gone, Refused, TryLater
from inboxsla.gmail.accounts import TIMEOUT, Opened
from inboxsla.gmail.bounces import MARKER
from inboxsla.gmail.credentials import ENOUGH, Access, Secret, Stored, UserSecret, google_credentials
from inboxsla.gmail.google import GoogleMailbox
from inboxsla.gmail.message import rfc_id_of
from inboxsla.gmail.not_let_in import not_accepted
from inboxsla.gmail.port import Sent
from inboxsla.gmail.transport import NETWORK_ERRORS, KeepAliveHttp

SEND = "https://www.googleapis.com/auth/gmail.send"
METADATA = "https://www.googleapis.com/auth/gmail.metadata"
# What is asked for; who unticks the second can still send.
ASKED = (SEND, METADATA)
SENDS = (SEND, *ENOUGH)
_SHOWS = (METADATA, *ENOUGH)
# The clock of who sent a mail and Gmail's own may differ by so much.
_CLOCKS = timedelta(minutes=5)
_PAGES = 5


def shows_headers(scopes: Collection[str]) -> bool:
    """Whether mails that went out can be found again."""
    return bool(set(_SHOWS) & set(scopes))


def opened(secret: Secret, address: str, *, api_root: str) -> Opened:
    """Try `secret`: a fresh access token, and, where it may ask, whose account it is.

    Raises Refused when Google does not accept it or it may not send, TryLater when Google cannot be reached.
    """
    told: list[Access] = []
    secret, scopes = _renewed(secret, address, told)
    if not set(SENDS) & set(scopes):
        raise Refused("The permission to send is missing. Give it anew, and leave the box for it ticked.")
    whose = address
    if shows_headers(scopes):
        asked = google_credentials(Stored(secret, told[-1]), address, told.append, scopes)
        gmail = GoogleMailbox(asked, api_root=api_root)
        try:
            whose = gmail.profile().address.lower()
        except AccessLost as lost:
            raise Refused(str(lost).replace("connect ADDRESS", f"mail connect {address}")) from lost
        finally:
            gmail.close()
    return Opened(secret, told[-1], scopes, whose)


def _renewed(secret: Secret, address: str, told: list[Access]) -> tuple[Secret, tuple[str, ...]]:
    request = google_auth_httplib2.Request(KeepAliveHttp(TIMEOUT))
    refused: RefreshError | None = None
    for tried, asks in _tries(secret):
        credentials = google_credentials(Stored(tried), address, told.append, asks)
        try:
            credentials.refresh(request)
        except RefreshError as error:
            if str(error.args[0] if error.args else "").startswith(("invalid_scope", "unauthorized_client")):
                refused = error
                continue
            raise not_accepted(error, secret) from error
        except (TransportError, *NETWORK_ERRORS) as error:
            raise TryLater("Google's sign-in service cannot be reached. Try again later.") from error
        granted = credentials.granted or asks
        newest = told[-1].refresh_token
        if isinstance(tried, UserSecret):
            tried = replace(tried, scopes=granted, refresh_token=newest or tried.refresh_token)
        return tried, granted
    raise Refused(f"Google does not let this permission send: it must be allowed the scope {SEND}.") from refused


def _tries(secret: Secret) -> Iterator[tuple[Secret, tuple[str, ...]]]:
    """The most useful first; a person's permission says what it is for, unless it comes from a file."""
    if not isinstance(secret, UserSecret):
        yield from ((secret, asks) for asks in (ASKED, (SEND,)))
    elif secret.scopes:
        yield secret, secret.scopes
    else:
        yield from ((replace(secret, scopes=asks), asks) for asks in (ASKED, *((one,) for one in (*ENOUGH, SEND))))


class SendingAccount(GoogleMailbox):
    """Like a mailbox, but asked only to send and, where the permission allows it, for headers of what it sent."""

    def message_id(self, message_id: str) -> str:
        """The Message-ID Gmail gave a mail, without angle brackets. Raises Gone, Refused, TryLater, AccessLost."""
        return rfc_id_of(self._headers_of(message_id, "Message-ID").get("payload") or {})

    def find_sent(self, marker: str, since: datetime) -> Sent | None:
        """Our mail of this marker among those sent from `since` on, by listing them: Gmail's search learns of mails late.

        Raises TryLater, also where there are too many to look through, and AccessLost.
        """
        earliest_ms = (since - _CLOCKS).timestamp() * 1000
        page_token: str | None = None
        for _ in range(_PAGES):
            asked = self._calls.messages.list(userId="me", labelIds=["SENT"], maxResults=100, pageToken=page_token)
            answer = self._ask(asked, dict, missing=Refused)
            for each in answer.get("messages") or ():
                try:
                    found = self._headers_of(str(each["id"]), "X-InboxSLA-Id")
                except Gone:
                    continue
                if int(found.get("internalDate") or 0) < earliest_ms:
                    return None
                if _marker(found) == marker:
                    return Sent(str(found["id"]), str(found.get("threadId") or found["id"]))
            page_token = answer.get("nextPageToken")
            if not page_token:
                return None
        raise TryLater("This account has sent so much since that one mail cannot be looked for.", timedelta(hours=1))

    def _headers_of(self, message_id: str, name: str) -> Mapping[str, Any]:
        request = self._calls.messages.get(userId="me", id=message_id, format="metadata", metadataHeaders=[name])
        found: Mapping[str, Any] = self._ask(request, dict)
        return found


def _marker(message: Mapping[str, Any]) -> str:
    headers = (message.get("payload") or {}).get("headers") or ()
    named = (each for each in headers if str(each.get("name", "")).lower() == MARKER)
    return next((str(each.get("value", "")).strip() for each in named), "")
