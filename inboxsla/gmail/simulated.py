"""The simulated mailbox as somebody sees and uses it, asked over HTTP. Only the demo has one."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode

from inboxsla.errors import Missing, Refused, TryLater

_TIMEOUT = 10.0
# It runs on this computer, whatever proxy leads elsewhere.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class SimulatedMailbox:
    """One mailbox of the simulator at `root`. Values are plain, as the simulator's `postbox` gives them.

    Everything raises Missing for a thread that is not there, Refused for what the simulator does not take, and TryLater when
    it does not answer.
    """

    def __init__(self, root: str, address: str) -> None:
        self._root, self._address = root.rstrip("/"), address

    def threads(self, place: str) -> list[dict[str, Any]]:
        """The newest threads of `place` (inbox, sent, all), newest first."""
        found: list[dict[str, Any]] = self._get("box/threads", place=place)["threads"]
        return found

    def thread(self, thread_id: str) -> dict[str, Any]:
        return self._get(f"box/threads/{_part(thread_id)}")

    def answer(self, thread_id: str, agent: str, name: str, text: str) -> None:
        """A member of staff answers from the shared mailbox."""
        self._post(f"box/threads/{_part(thread_id)}/answer", agent=agent, name=name, text=text)

    def write_back(self, thread_id: str, text: str) -> None:
        """The customer of the thread writes again."""
        self._post(f"box/threads/{_part(thread_id)}/message", text=text)

    def write(self, sender: str, name: str, subject: str, text: str) -> str:
        """Somebody writes in as a customer; gives the id of the thread."""
        return str(self._post("box/write", sender=sender, name=name, subject=subject, text=text)["threadId"])

    def read(self, thread_id: str) -> None:
        self._post(f"box/threads/{_part(thread_id)}/read")

    def archive(self, thread_id: str) -> None:
        self._post("archive", threadId=thread_id)

    def restore(self, thread_id: str) -> None:
        """Back to the inbox."""
        self._post("restore", threadId=thread_id)

    def token(self, audience: str, email: str) -> str:
        """A token as Google would sign it for `audience`, in the name of `email`."""
        return str(self._asked(f"{self._root}/_sim/tokens", {"audience": audience, "email": email})["token"])

    def _get(self, path: str, **asked: str) -> dict[str, Any]:
        return self._asked(f"{self._root}/_sim/{path}?{urlencode({'mailbox': self._address, **asked})}", None)

    def _post(self, path: str, **told: str) -> dict[str, Any]:
        return self._asked(f"{self._root}/_sim/{path}", {"mailbox": self._address, **told})

    def _asked(self, url: str, told: Mapping[str, str] | None) -> dict[str, Any]:
        data = None if told is None else json.dumps(told).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as answer:
                found: dict[str, Any] = json.load(answer)
        except HTTPError as error:
            raise _refusal(error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise TryLater("The simulated mailbox does not answer.") from error
        return found


def _refusal(error: HTTPError) -> Exception:
    if error.code == 404:
        return Missing("This conversation is not in the mailbox any more.")
    if error.code >= 500:
        return TryLater("The simulated mailbox does not answer.")
    try:
        return Refused(str(json.load(error)["error"]["message"]))
    except (ValueError, KeyError, TypeError):
        return Refused(f"The simulated mailbox refused this (HTTP {error.code}).")


def _part(text: str) -> str:
    return quote(text, safe="")
