"""The browser's way back from Google to a command: one small server on loopback, for one consent."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import parse_qsl, urlsplit

from inboxsla.errors import TryLater

_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>InboxSLA</title>"
    "<body><p>Google has answered. You can close this page; the terminal says how it went.</p></body></html>"
)


class WayBack:
    """Listens from the moment it is made. `with WayBack() as way:` closes it at the end."""

    def __init__(self) -> None:
        self.answer: Mapping[str, str] = {}
        self._arrived = threading.Event()
        self._state = ""
        # Browsers open connections ahead of need, each of which would hold up a server that serves one at a time.
        self._server = ThreadingTCPServer(("127.0.0.1", 0), _handler(self._take))
        self._server.daemon_threads = True
        self._serving = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self._serving.start()
        self.uri = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def wait(self, state: str, seconds: float) -> Mapping[str, str]:
        """What Google sent the browser back with. Raises TryLater when nobody comes back in time."""
        self._state = state
        if not self._arrived.wait(seconds):
            raise TryLater("Nobody came back from Google in time. Nothing was connected; call this again.")
        return self.answer

    def __enter__(self) -> WayBack:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, query: Mapping[str, str]) -> bool:
        # Browsers also ask for icons, and look ahead; only what carries our state is the answer.
        if not self._state or query.get("state") != self._state or self._arrived.is_set():
            return False
        self.answer = query
        self._arrived.set()
        return True


def _handler(take: Callable[[Mapping[str, str]], bool]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            taken = take(dict(parse_qsl(urlsplit(self.path).query)))
            body = _PAGE.encode() if taken else b""
            self.send_response(200 if taken else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent: the address holds the code."""

    return Handler


def show(url: str) -> bool:
    """Open a browser where there is a screen for one; False where the person has to open the link."""
    has_screen = sys.platform in ("darwin", "win32") or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    return has_screen and webbrowser.open(url)
