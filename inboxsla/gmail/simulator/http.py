"""A small threaded WSGI server for loopback that keeps connections open, and can cut one instead of answering."""

from __future__ import annotations

import gzip
import io
import socket
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .context import DROP

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

WORTH_PACKING = 2048
PATIENCE = 3.0


class Server(ThreadingHTTPServer):
    """Serves one WSGI application. Closing it cuts the connections that clients keep open, and waits for what is being
    answered. `daemon_threads`: open connections never hold up the end of the process."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, application: WSGIApplication) -> None:
        self.application = application
        # With SO_REUSEADDR the kernel may give one free port to two servers that start at once; the second cannot listen.
        self.allow_reuse_address = port != 0
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__((host, port), Handler)

    def server_bind(self) -> None:
        # HTTPServer would look up the name of the host, which may take long; nobody asks for it.
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open[request] = thread
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            del self._open[request]

    def server_close(self) -> None:
        super().server_close()
        end = time.monotonic() + PATIENCE
        for connection, thread in list(self._open.items()):
            with suppress(OSError):  # its client was quicker
                connection.shutdown(socket.SHUT_RD)
            thread.join(timeout=max(0.0, end - time.monotonic()))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer, sent at once: small answers would otherwise wait for the client's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def log_message(self, format: str, *args: object) -> None:
        """Silent: requests are counted at /_sim/quota."""

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ = self._environ(content)
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            started.append((status, headers))
            return None

        chunks: Iterable[bytes] = self.server.application(environ, start_response)
        try:
            answer = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        if environ.get(DROP):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._write(*started[-1], answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET

    def _environ(self, content: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "iso-8859-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": str(host),
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            if key not in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"):
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def _write(self, status: str, headers: list[tuple[str, str]], answer: bytes) -> None:
        code, _, reason = status.partition(" ")
        kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
        if len(answer) > WORTH_PACKING and "gzip" in self.headers.get("Accept-Encoding", "") and code == "200":
            answer = gzip.compress(answer, compresslevel=1)
            kept.append(("Content-Encoding", "gzip"))
        self.send_response_only(int(code), reason)
        for name, value in kept:
            self.send_header(name, value)
        if code not in ("204", "304"):
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)
        self.wfile.flush()
