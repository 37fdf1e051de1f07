"""The Mailbox protocol over Google's own client, for Google itself and for whatever answers at `google.api_root` instead."""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import google_auth_httplib2
from google.auth.credentials import Credentials
from google.oauth2.credentials import Credentials as UserCredentials
from googleapiclient.errors import HttpError

from inboxsla.errors import Gone, HistoryExpired, InboxSLAError, Refused, TooFast, TryLater
from inboxsla.gmail.pacing import Pace, Unpaced
from inboxsla.gmail.port import Change, GmailMessage, GmailThread, HistoryPage, Label, Profile, Sent, ThreadList, Watch
from inboxsla.gmail.service import calls
from inboxsla.gmail.transport import UNREADABLE, KeepAliveHttp, OneShotHttp, google_errors, send_errors, topic_errors

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ME = "me"
_AT_ONCE = timedelta(seconds=1)
_HISTORY_TYPES = ["messageAdded", "messageDeleted", "labelAdded", "labelRemoved"]
# What happens to mail in between, such as its labels, is told too while it is in one of these; polling learns the rest.
_WATCHED = ["INBOX", "SENT"]
_KINDS = {
    "messagesAdded": "added",
    "labelsAdded": "labels_added",
    "labelsRemoved": "labels_removed",
    "messagesDeleted": "deleted",
}


def static_credentials(token: str) -> UserCredentials:
    """An access token that is used as it is and never renewed; when it is refused, access is lost. For the demo."""
    return UserCredentials(token=token)  # type: ignore[no-untyped-call]  # google-auth leaves its constructors untyped


class GoogleMailbox:
    """One Gmail account. Keeps one connection open, which is not thread-safe: make one instance per thread or job.

    `timeout` is in seconds and holds for connecting and for every read. Nothing here waits before another try, except that
    google-auth takes up to three seconds over a token endpoint that answers 5xx. Refused from a call without an id means that
    `api_root` is no Gmail. `pace` is asked before every call, and may wait; without one there is no limit of ours.
    """

    def __init__(
        self, credentials: Credentials, *, api_root: str, timeout: float = 30, pace: Pace | None = None
    ) -> None:
        self._credentials = credentials
        self._pace = pace or Unpaced()
        self._timeout = timeout
        plain = KeepAliveHttp(timeout)
        self._renewal = google_auth_httplib2.Request(plain)
        self._http = google_auth_httplib2.AuthorizedHttp(credentials, http=plain)
        self._calls = calls(api_root)

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._http.close()

    def background(self) -> GoogleMailbox:
        shared = copy.copy(self)
        shared._pace = self._pace.background()
        return shared

    def profile(self) -> Profile:
        return self._ask(self._calls.users.getProfile(userId=_ME), _profile, missing=Refused)

    def send_as(self) -> frozenset[str]:
        return self._ask(self._calls.send_as.list(userId=_ME), _sent_under, missing=Refused)

    def history(self, start: str, page_token: str | None = None) -> HistoryPage:
        # No labelId: a filter on INBOX would hide the answers, which are only SENT, and mail archived on arrival.
        request = self._calls.history.list(
            userId=_ME, startHistoryId=start, historyTypes=_HISTORY_TYPES, maxResults=500, pageToken=page_token
        )
        try:
            return self._ask(request, lambda answer: _history_page(answer, start), missing=HistoryExpired)
        except Refused as error:
            if page_token is None:
                raise HistoryExpired(f"Gmail cannot read this mailbox's cursor any more ({error})") from error
            # Pages are not kept for ever; from the first one on it goes again.
            raise TryLater(f"Gmail does not know the page of its history we had come to ({error})", _AT_ONCE) from error

    def threads(self, query: str, page_token: str | None = None) -> ThreadList:
        request = self._calls.threads.list(
            userId=_ME, q=query or None, includeSpamTrash=False, maxResults=100, pageToken=page_token
        )
        try:
            return self._ask(request, _thread_list, missing=Refused)
        except Refused as error:
            if page_token is None:
                raise
            raise Gone(f"Gmail does not know the page of its list we had come to ({error})") from error

    def thread(self, thread_id: str) -> GmailThread:
        return self._ask_one(self._calls.threads.get(userId=_ME, id=thread_id, format="full"), _thread)

    def message(self, message_id: str) -> GmailMessage:
        return self._ask_one(self._calls.messages.get(userId=_ME, id=message_id, format="full"), _message)

    def labels(self) -> Sequence[Label]:
        return self._ask(self._calls.labels.list(userId=_ME), _label_list, missing=Refused)

    def create_label(self, name: str, background: str, text: str) -> Label:
        shown = {"name": name, "labelListVisibility": "labelShow", "messageListVisibility": "show"}
        coloured = {**shown, "color": {"backgroundColor": background, "textColor": text}}
        try:
            return self._new_label(coloured)
        except Refused:
            # Gmail's palette changes now and then. If it was the name that Gmail refuses, this says so again.
            return self._new_label(shown)

    def change_label(self, label_id: str, name: str | None, colours: tuple[str, str] | None) -> None:
        color = {"color": dict(zip(("backgroundColor", "textColor"), colours, strict=True))} if colours else {}
        request = self._calls.labels.patch(userId=_ME, id=label_id, body={**({"name": name} if name else {}), **color})
        self._ask(request, lambda answer: None)

    def delete_label(self, label_id: str) -> None:
        self._ask(self._calls.labels.delete(userId=_ME, id=label_id), lambda answer: None)

    def modify_thread(self, thread_id: str, add: Sequence[str], remove: Sequence[str]) -> None:
        if not add and not remove:
            return  # Gmail answers 400 to a change of nothing
        body = {"addLabelIds": list(add), "removeLabelIds": list(remove)}
        self._ask(self._calls.threads.modify(userId=_ME, id=thread_id, body=body), lambda answer: None)

    def modify_messages(self, message_ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> None:
        if not message_ids or not (add or remove):
            return
        body = {"ids": list(message_ids), "addLabelIds": list(add), "removeLabelIds": list(remove)}
        self._ask(self._calls.messages.batchModify(userId=_ME, body=body), lambda answer: None, missing=Refused)

    def send(self, raw: bytes, thread_id: str | None = None) -> Sent:
        body = {"raw": base64.urlsafe_b64encode(raw).decode("ascii")} | ({"threadId": thread_id} if thread_id else {})
        request = self._calls.messages.send(userId=_ME, body=body)
        request.headers["accept-encoding"] = "identity"
        self._sign(request)
        with self._turn(request), send_errors():
            try:
                answer = request.execute(http=OneShotHttp(self._timeout))
            except HttpError as error:
                if error.status_code != 401:
                    raise
                # A 401 proves that nothing was taken, so with a fresh token one more try is safe.
                self._sign(request, renew=True)
                answer = request.execute(http=OneShotHttp(self._timeout))
            return Sent(id=str(answer["id"]), thread_id=str(answer.get("threadId") or answer["id"]))

    def watch(self, topic: str) -> Watch:
        body = {"topicName": topic, "labelIds": _WATCHED, "labelFilterBehavior": "include"}
        with google_errors(missing=Refused), topic_errors(topic):
            return _watch(self._calls.users.watch(userId=_ME, body=body).execute(http=self._http))

    def stop_watch(self) -> None:
        self._ask(self._calls.users.stop(userId=_ME), lambda answer: None, missing=Refused)

    def _sign(self, request: Any, *, renew: bool = False) -> None:
        """Put the access token on a request that does not go through the authorised connection, renewing it where needed."""
        with google_errors():
            if renew:
                self._credentials.refresh(self._renewal)  # type: ignore[no-untyped-call]  # google-auth is half typed
            self._credentials.before_request(  # type: ignore[no-untyped-call]  # likewise
                self._renewal, request.method, request.uri, request.headers
            )

    def _new_label(self, body: Mapping[str, Any]) -> Label:
        request = self._calls.labels.create(userId=_ME, body=body)
        with self._turn(request), google_errors(missing=Refused):
            try:
                return _label(request.execute(http=self._http))
            except HttpError as error:
                if error.status_code != 409:
                    raise
        wanted = body["name"].casefold()
        for label in self.labels():
            if label.name.casefold() == wanted:
                return label
        raise TryLater(f"Gmail says the label {body['name']} exists, but does not list it yet")

    def _ask(self, request: Any, read: Callable[[Any], T], missing: type[InboxSLAError] = Gone) -> T:
        with self._turn(request), google_errors(missing):
            return read(request.execute(http=self._http))

    @contextmanager
    def _turn(self, request: Any) -> Iterator[None]:
        """One call, when it is its turn; that Gmail finds us too fast is told to everybody who calls for this mailbox."""
        method = str(request.methodId).removeprefix("gmail.users.")
        self._pace.before(method)
        try:
            yield
        except TooFast as refused:
            raise self._pace.refused(method, refused) from refused

    def _ask_one(self, request: Any, read: Callable[[Any], T]) -> T:
        """One message or thread: an answer that lacks what we need will lack it again, so it is no reason to wait."""
        answer = self._ask(request, lambda whole: whole)
        if not isinstance(answer, Mapping) or "id" not in answer:
            # Somebody between Gmail and us has answered: a proxy, a hotel's sign-in page.
            raise TryLater("Gmail's answer could not be read")
        try:
            return read(answer)
        except UNREADABLE as error:
            what = f"{type(error).__name__}: {error}"
            raise Refused(f"Gmail's answer about it could not be understood ({what}).") from error


def _profile(answer: Mapping[str, Any]) -> Profile:
    return Profile(address=str(answer["emailAddress"]), history_id=str(answer["historyId"]))


def _watch(answer: Mapping[str, Any]) -> Watch:
    expires_at = _EPOCH + timedelta(milliseconds=int(answer["expiration"]))
    return Watch(str(answer.get("historyId") or ""), expires_at)


def _sent_under(answer: Mapping[str, Any]) -> frozenset[str]:
    """Only an alias that is treated as one of another server has a status; the account's own address has none."""
    accepted = (each for each in answer.get("sendAs") or () if each.get("verificationStatus") != "pending")
    return frozenset(address for each in accepted if (address := str(each.get("sendAsEmail") or "").strip().lower()))


def _history_page(answer: Mapping[str, Any], start: str) -> HistoryPage:
    records = answer.get("history") or ()
    reached = answer.get("historyId") or (records[-1]["id"] if records else start)
    changes = tuple(change for record in records for change in _changes(record))
    return HistoryPage(changes, history_id=str(reached), next_page_token=answer.get("nextPageToken") or None)


def _changes(record: Mapping[str, Any]) -> list[Change]:
    """Only the typed lists: `messages` repeats what they say without saying what happened."""
    found = []
    for key, kind in _KINDS.items():
        for entry in record.get(key) or ():
            message = entry["message"]
            labels = {"added": message.get("labelIds"), "deleted": None}.get(kind, entry.get("labelIds") or ())
            found.append(
                Change(
                    kind=kind,
                    record_id=str(record["id"]),
                    message_id=str(message["id"]),
                    thread_id=str(message.get("threadId") or ""),
                    label_ids=None if labels is None else frozenset(labels),
                )
            )
    return found


def _thread_list(answer: Mapping[str, Any]) -> ThreadList:
    threads = {str(thread["id"]): str(thread.get("historyId") or "") for thread in answer.get("threads") or ()}
    return ThreadList(tuple(threads), next_page_token=answer.get("nextPageToken") or None, history_ids=threads)


def _thread(answer: Mapping[str, Any]) -> GmailThread:
    given = (_message(each, thread_id=str(answer["id"])) for each in answer.get("messages") or ())
    messages = sorted(given, key=lambda message: message.internal_at)
    return GmailThread(str(answer["id"]), history_id=str(answer.get("historyId") or ""), messages=tuple(messages))


def _message(answer: Mapping[str, Any], *, thread_id: str = "") -> GmailMessage:
    return GmailMessage(
        id=str(answer["id"]),
        thread_id=str(answer.get("threadId") or thread_id or answer["id"]),
        label_ids=frozenset(answer.get("labelIds") or ()),
        history_id=str(answer.get("historyId") or ""),
        internal_at=_EPOCH + timedelta(milliseconds=int(answer["internalDate"])),
        payload=answer.get("payload") or {},
        size=int(answer.get("sizeEstimate") or 0),
    )


def _label_list(answer: Mapping[str, Any]) -> tuple[Label, ...]:
    return tuple(map(_label, answer.get("labels") or ()))


def _label(answer: Mapping[str, Any]) -> Label:
    label_id, name = str(answer["id"]), str(answer["name"])
    # Gmail's own labels have their name as id; that tells them apart where the type is left out.
    return Label(label_id, name, kind=str(answer.get("type") or ("system" if label_id == name else "user")).lower())
