"""A stand-in for Google on loopback: gives the answers it was handed, one a request, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from google.oauth2.credentials import Credentials

from inboxsla.gmail.google import GoogleMailbox

Connect = Callable[..., GoogleMailbox]

SUPPORT = "support@lumenvelo.example"


@dataclass
class Answer:
    """What to say. `then` is "" (answer in full), "drop" (cut the line unanswered), "cut" (half an answer), "late" (after
    the stub's `release`), or "hang up" (answer in full, then close the line without saying so)."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    then: str = ""


PROFILE = Answer({"emailAddress": SUPPORT, "historyId": "7"})


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


class StubGoogle:
    """Use as a context manager; `url` is the API root."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        self.release = threading.Event()
        stub = self

        class Handler(_Handler):
            google = stub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will_answer(self, *answers: Answer) -> None:
        self.answers.extend(answers)

    def __enter__(self) -> StubGoogle:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    google: StubGoogle

    def _serve(self) -> None:
        address = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        is_json = "json" in self.headers.get("content-type", "")
        self.google.asked.append(
            Asked(
                self.command,
                address.path,
                parse_qs(address.query),
                {name.lower(): value for name, value in self.headers.items()},
                json.loads(sent) if is_json else sent.decode(),
            )
        )
        answer = self.google.answers.popleft() if self.google.answers else Answer("nothing was scripted", 501)
        if answer.then == "late":
            self.google.release.wait(10)
        try:
            self._say(answer)
        except OSError:  # the client has gone, which is what some tests are about
            self.close_connection = True

    do_GET = do_POST = _serve  # noqa: N815 (http.server looks for these names)

    def _say(self, answer: Answer) -> None:
        self.close_connection = answer.then in ("drop", "cut", "hang up")
        if answer.then == "drop":
            return
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if answer.then == "cut" else content)
        self.wfile.flush()

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "Tue, 24 Nov 2026 09:48:00 GMT"

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def complaint(code: int, reason: str, message: str = "", status: str = "") -> dict[str, Any]:
    """An error body as Gmail writes it."""
    return {
        "error": {
            "code": code,
            "message": message or reason,
            "errors": [{"domain": "global", "reason": reason, "message": message or reason}],
            "status": status,
        }
    }


def renewable(google: StubGoogle) -> Credentials:
    """What the browser flow leaves behind: an access token, and how to get the next one."""
    return Credentials(
        token="old", refresh_token="r", token_uri=f"{google.url}/token", client_id="id", client_secret="secret"
    )


def a_message(message_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": message_id, "threadId": "t1", "internalDate": "1795513680123", **fields}
