"""The wall to Google: a transport that never repeats a send, and Google's errors turned into ours.

No caller of the mailbox ever sees a status code, a socket error or a class of Google's libraries.
"""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httplib2
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from googleapiclient.errors import HttpError
from httplib2.decode import DecodeLimitError, DecodeRatioError

from inboxsla.errors import AccessLost, Gone, InboxSLAError, OutcomeUnknown, Refused, TooFast, TryLater

LONGEST_WAIT = timedelta(hours=25)  # Google blocks sending for a day at most
WITHOUT_CLOCK = timedelta(minutes=15)  # told to come back at an instant, but not what time it is at Google

NETWORK_ERRORS = (OSError, httplib2.HttpLib2Error, http.client.HTTPException)
# httplib2 takes an answer that grows much in unpacking for an attack; a mail of ten million equal letters does that. What
# protects our memory is a limit on the size itself: Gmail's largest message, as base64 within JSON, stays well below.
_UNPACK = {"decode_limit_ratio": 0, "decode_limit_hard": 256 * 1024 * 1024}
TOO_LARGE = (DecodeLimitError, DecodeRatioError)
# What Google's client and our own reading of an answer raise when that answer is not the JSON it should be.
UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)

_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")

RECONNECT = "Connect the mailbox again: inboxsla connect ADDRESS"
_ACCESS_LOST = {
    "insufficientPermissions": f"The connection lacks a permission InboxSLA needs. {RECONNECT}, and leave every box ticked.",
    "domainPolicy": "Your organisation's Google Workspace policy blocks InboxSLA. Ask the Workspace administrator to allow it, "
    "then connect the mailbox again: inboxsla connect ADDRESS",
    "accessNotConfigured": "The Gmail API is switched off in this installation's Google Cloud project. Switch it on there, "
    "then connect the mailbox again: inboxsla connect ADDRESS",
    "failedPrecondition": "This account has no working Gmail: it is suspended, or has no Gmail licence. "
    "Put that right in the Google Workspace admin console, then connect the mailbox again: inboxsla connect ADDRESS",
    "client": "Google no longer accepts this installation's own credentials (the OAuth client or service account). "
    f"Check them in the Google Cloud and Workspace admin consoles. {RECONNECT}",
    "revoked": f"Google no longer accepts our access to this mailbox. {RECONNECT}",
}
_SAME_REASON = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "insufficientPermissions",
    "SERVICE_DISABLED": "accessNotConfigured",
    "FAILED_PRECONDITION": "failedPrecondition",
}
_CLIENT_FAULTS = ("unauthorized_client", "invalid_client", "deleted_client", "disabled_client")
_RETRY_AFTER = re.compile(r"retry after (\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)", re.IGNORECASE)


class NothingSent(Exception):
    """The connection was never made, so not one byte of the request left this machine."""


class KeepAliveHttp(httplib2.Http):  # type: ignore[misc]  # httplib2 ships no types
    """An HTTP client for calls that may be repeated; it keeps its connection and follows no redirects.

    httplib2 closes the connection after a timeout of its own only. Were the wait for an answer ended by anything else, such
    as a job's time limit, it would read that late answer as the answer to the next request.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout, **_UNPACK)
        self.follow_redirects = False

    def _conn_request(self, conn: Any, *request: Any) -> tuple[Any, bytes]:
        _past_proxy(conn)
        try:
            answer: tuple[Any, bytes] = super()._conn_request(conn, *request)
        except BaseException:
            conn.close()
            raise
        return answer


class OneShotHttp(httplib2.Http):  # type: ignore[misc]  # httplib2 ships no types
    """An HTTP client for one request: connects anew, writes once, reads once.

    httplib2 itself repeats a request, POST too, whenever the connection drops before the answer; a mail would go out twice.
    Raises NothingSent if the connection fails; what else it raises means that the request may have arrived.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout, **_UNPACK)
        self.follow_redirects = False

    def _conn_request(
        self, conn: Any, request_uri: str, method: str, body: str | bytes | None, headers: Mapping[str, str]
    ) -> tuple[Any, bytes]:
        _past_proxy(conn)
        try:
            try:
                conn.connect()
            except NETWORK_ERRORS as error:
                raise NothingSent(_words(error)) from error
            conn.request(method, request_uri, body, headers)
            answer = conn.getresponse()
            return httplib2.Response(answer), answer.read()
        finally:
            conn.close()


def _past_proxy(conn: Any) -> None:
    """This machine and what `no_proxy` names are reached directly; httplib2 fails even then if it could not use the proxy."""
    if conn.proxy_info and (conn.host in _THIS_MACHINE or conn.proxy_info.bypass_host(conn.host)):
        conn.proxy_info = None


@contextmanager
def google_errors(missing: type[InboxSLAError] = Gone) -> Iterator[None]:
    """For calls that may be repeated: whatever Google's libraries raise becomes ours; a 404 becomes `missing`."""
    try:
        yield
    except HttpError as error:
        raise _refusal(error, missing) from error
    except RefreshError as error:
        raise _refresh_failed(error) from error
    except TransportError as error:
        raise TryLater(f"Google's sign-in service cannot be reached ({_words(error)})") from error
    except GoogleAuthError as error:
        raise AccessLost(_ACCESS_LOST["revoked"]) from error
    except NETWORK_ERRORS as error:
        raise TryLater(f"Gmail cannot be reached ({_words(error)})") from error
    except UNREADABLE as error:
        raise TryLater("Gmail's answer could not be read") from error
    except TOO_LARGE as error:
        raise Refused("Gmail's answer is larger than any mail can be") from error


@contextmanager
def send_errors() -> Iterator[None]:
    """For a send, through OneShotHttp: only what proves that Gmail did not take the mail may lead to another try."""
    try:
        yield
    except NothingSent as error:
        raise TryLater(f"Gmail cannot be reached ({error})") from error
    except HttpError as error:
        if error.status_code in (400, 401, 403, 404, 412, 413, 429):
            raise _refusal(error, Refused) from error
        raise OutcomeUnknown(f"Gmail answered {error.status_code}; the mail may have gone out all the same") from error
    except NETWORK_ERRORS as error:
        raise OutcomeUnknown(f"Gmail's answer was lost ({_words(error)}); the mail may have gone out") from error
    except UNREADABLE as error:
        raise OutcomeUnknown("Gmail's answer could not be read; the mail has probably gone out") from error


@contextmanager
def topic_errors(topic: str) -> Iterator[None]:
    """Within `google_errors`: what Google says of a topic is no verdict on the mailbox, though it has the same status."""
    try:
        yield
    except HttpError as error:
        said = _Complaint.of(error).message
        if error.status_code in (400, 403, 404) and any(
            word in said.lower() for word in ("pubsub", "pub/sub", "topic")
        ):
            raise Refused(f"Google cannot use the topic {topic} ({said})") from error
        raise


@dataclass(frozen=True, slots=True)
class _Complaint:
    """Google's error body in one shape. Old and new APIs put the reason in `errors`, `status` or `details`."""

    reasons: frozenset[str]
    message: str
    is_google: bool  # False: some proxy's page, or nothing at all

    @classmethod
    def of(cls, error: HttpError) -> _Complaint:
        try:
            body = json.loads(error.content)["error"]
            entries = [*body.get("errors", ()), *body.get("details", ())]
            found = [body.get("status"), *(entry.get("reason") for entry in entries)]
            reasons = frozenset(_SAME_REASON.get(str(reason), str(reason)) for reason in found if reason)
            return cls(reasons, " ".join(str(body.get("message", "")).split())[:200], is_google=True)
        except UNREADABLE:
            return cls(frozenset(), "", is_google=False)

    @property
    def is_about_limits(self) -> bool:
        said = " ".join((*self.reasons, self.message)).lower().replace("-", "").replace(" ", "")
        return any(word in said for word in ("ratelimit", "quota", "limitexceeded", "resource_exhausted", "toomany"))


def complaint_of(error: HttpError) -> str:
    """What Google said, on one line, for a person."""
    return _Complaint.of(error).message or f"status {error.status_code}"


def _refusal(error: HttpError, missing: type[InboxSLAError]) -> InboxSLAError:
    complaint, status = _Complaint.of(error), error.status_code
    said = complaint.message or f"status {status}"
    if status == 401:
        return AccessLost(_ACCESS_LOST["revoked"])
    if status == 403 and (words := _lost(complaint)):
        return AccessLost(words)
    if status == 403 and complaint.is_google and not complaint.is_about_limits:
        return AccessLost(f"Gmail refuses access to this mailbox ({said}). {RECONNECT}")
    if status == 400:
        no_gmail = "failedPrecondition" in complaint.reasons or "Mail service not enabled" in complaint.message
        return AccessLost(_ACCESS_LOST["failedPrecondition"]) if no_gmail else Refused(f"Gmail refused: {said}")
    if status == 404:
        if issubclass(missing, Refused):
            return missing(f"There is no Gmail at this address; google.api_root in the settings may be wrong ({said})")
        return missing(f"Gmail no longer has it ({said})")
    if status == 409 and "/labels/" in str(error.uri):
        return Refused(f"Gmail refused: another label has that name, or one that conflicts with it ({said})")
    if status in (405, 411, 413, 414, 415, 422):
        return Refused(f"Gmail refused: {said}")
    told = _wait(error, complaint.message)
    if complaint.is_about_limits or status == 429:
        return TooFast(f"Gmail asks us to wait ({said})", told, told=told is not None)
    return TryLater(f"Gmail has trouble ({said})", told)


def _lost(complaint: _Complaint) -> str | None:
    return next((words for reason, words in _ACCESS_LOST.items() if reason in complaint.reasons), None)


def _refresh_failed(error: RefreshError) -> InboxSLAError:
    said = str(error.args[0]) if error.args else ""
    # A proxy's or captive portal's page is no verdict of Google's, and must not stop a mailbox until somebody reconnects it.
    if error.retryable or said.lstrip().startswith("<"):
        return TryLater("Google's sign-in service has trouble; our access could not be renewed")
    return AccessLost(_ACCESS_LOST["client" if said.startswith(_CLIENT_FAULTS) else "revoked"])


def _wait(error: HttpError, message: str) -> timedelta | None:
    """How long Google wants us to stay away: from `Retry-After`, or the instant it puts into the text of the message.

    None if it does not say.
    """
    waits: list[timedelta] = []
    header = str(error.resp.get("retry-after", "")).strip()
    if header.isascii() and header.isdigit():
        waits.append(timedelta(seconds=min(int(header[:9]), LONGEST_WAIT.total_seconds())))
    elif (until := _http_date(header)) is not None:
        waits.append(_until(until, error))
    if found := _RETRY_AFTER.search(message):
        try:
            until = datetime.fromisoformat(found[1])
            waits.append(_until(until if until.tzinfo else until.replace(tzinfo=UTC), error))
        except ValueError:
            waits.append(WITHOUT_CLOCK)
    return min(max(waits), LONGEST_WAIT) if waits else None


def _until(instant: datetime, error: HttpError) -> timedelta:
    """From Google's own `Date` to `instant`, so that a clock of ours that runs wrong does not matter."""
    asked_at = _http_date(str(error.resp.get("date", "")))
    return max(instant - asked_at, timedelta(seconds=1)) if asked_at else WITHOUT_CLOCK


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _words(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return str(error) or type(error).__name__
