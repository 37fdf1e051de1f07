"""Somebody else's server, over HTTP on loopback: keeps what is posted to it, and answers as it is told to."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.raw)


@dataclass
class Listening:
    """`answers` are the statuses of the next posts, 204 when there are none left; `more` are headers of every answer.

    While `hangs` is set it takes what is posted and answers a byte now and then, but never a whole line.
    """

    url: str = ""
    answers: list[int] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)
    posts: list[Posted] = field(default_factory=list)
    hangs: bool = False
    ended: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening(tls: ssl.SSLContext | None = None) -> Iterator[Listening]:
    kept = Listening()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            kept.posts.append(Posted(self.path, dict(self.headers), raw))
            if kept.hangs:
                self._drip()
                return
            self.send_response(kept.answers.pop(0) if kept.answers else 204)
            for name, value in kept.more.items():
                self.send_header(name, value)
            self.end_headers()

        def _drip(self) -> None:
            self.close_connection = True
            while not kept.ended.wait(0.02):
                try:
                    self.wfile.write(b"H")
                except OSError:
                    return

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    kept.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        kept.ended.set()
        server.shutdown()
        server.server_close()
