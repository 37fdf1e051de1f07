"""One message looked up with the token of whoever has it open: which conversation it is, in any mailbox that keeps a copy."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import google_auth_httplib2

from inboxsla.errors import InboxSLAError, TryLater
from inboxsla.gmail.fields import message_ids, split_addresses
from inboxsla.gmail.google import static_credentials
from inboxsla.gmail.service import calls
from inboxsla.gmail.transport import UNREADABLE, KeepAliveHttp, google_errors

PATIENCE = timedelta(seconds=2)
_NAMES = ("Message-ID", "In-Reply-To", "References")
_RECIPIENTS = ("To", "Cc", "Delivered-To")
_MOST_RFC_IDS = 20


@dataclass(frozen=True, slots=True)
class Peeked:
    """Gmail's own ids in that person's mailbox, the message's Message-ID (may be empty), and those of what it answers.

    `recipients` are addresses in lower case.
    """

    message_id: str
    thread_id: str
    rfc_id: str
    answers: tuple[str, ...]
    recipients: frozenset[str]


def peek(api_root: str, message_id: str, user_token: str, message_token: str) -> Peeked:
    """Ask Gmail for the headers that name `message_id` (an id or an alias), within two seconds.

    Raises TryLater when there is no answer in time, and like other calls to Gmail when it refuses.
    """
    asked = _pool().submit(_peek, api_root, message_id, user_token, message_token)
    try:
        return asked.result(timeout=PATIENCE.total_seconds())
    except TooSlow:
        # The call ends by itself; nobody waits for it any more.
        raise TryLater("Gmail did not answer in time") from None


def _peek(api_root: str, message_id: str, user_token: str, message_token: str) -> Peeked:
    wire = google_auth_httplib2.AuthorizedHttp(
        static_credentials(user_token), http=KeepAliveHttp(PATIENCE.total_seconds())
    )
    request = calls(api_root).messages.get(
        userId="me", id=message_id, format="metadata", metadataHeaders=[*_NAMES, *_RECIPIENTS]
    )
    if message_token:
        request.headers["X-Goog-Gmail-Access-Token"] = message_token
    try:
        with google_errors():
            answer = request.execute(http=wire)
        return _read(answer)
    except UNREADABLE as error:
        raise InboxSLAError(f"Gmail's answer could not be understood ({type(error).__name__})") from error
    finally:
        wire.close()


def _read(answer: Mapping[str, Any]) -> Peeked:
    told = {str(each["name"]).lower(): str(each["value"]) for each in answer.get("payload", {}).get("headers", ())}
    own, *before = (message_ids(told.get(name.lower(), ""), _MOST_RFC_IDS) for name in _NAMES)
    answers = dict.fromkeys(rfc_id for ids in before for rfc_id in ids)
    written = ", ".join(told.get(name.lower(), "") for name in _RECIPIENTS)
    recipients = frozenset(address.lower() for _, address in split_addresses(written))
    answered = tuple(answers)[:_MOST_RFC_IDS]
    return Peeked(str(answer["id"]), str(answer["threadId"]), next(iter(own), ""), answered, recipients)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=4, thread_name_prefix="peek")
