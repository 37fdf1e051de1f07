"""The simulator as one Flask application, and as a server on loopback."""

from __future__ import annotations

import threading
import traceback
from types import TracebackType

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from . import control, face, history, labels, messages, oauth, postbox, profile, threads, watching
from .answers import ApiError, failure
from .consents import Consents
from .context import Simulator, admit, complain, settle_up, trim
from .faults import Faults
from .http import Server
from .quota import Quota
from .store import Store

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
LARGEST_BODY = 60 * 1024 * 1024


def create_app(simulator: Simulator, host: str = "127.0.0.1") -> Flask:
    app = Flask(__name__, static_folder=None)
    app.extensions["gmail_simulator"] = simulator
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it, the base class does not
    for room in (
        profile.bp,
        profile.send_as,
        labels.bp,
        messages.bp,
        messages.attachments,
        threads.bp,
        history.bp,
        control.bp,
        postbox.bp,
        face.bp,
        oauth.bp,
        watching.bp,
        watching.rest,
        watching.certs,
    ):
        app.register_blueprint(room)

    @app.before_request
    def only_here() -> tuple[str, int] | None:
        # A page of another site may reach loopback under a name of its own; that name is not ours.
        name = request.host.rpartition(":")[0] if ":" in request.host.rpartition("]")[2] else request.host
        return None if name in (*LOOPBACK, host) else ("unknown host\n", 421)

    app.before_request(admit)
    app.after_request(trim)
    app.teardown_request(settle_up)
    app.register_error_handler(ApiError, complain)
    app.register_error_handler(HTTPException, _plain)
    app.register_error_handler(Exception, _broken)
    return app


def _plain(error: HTTPException) -> tuple[Response, int]:
    code = error.code or 500
    return jsonify(failure(code, message=error.name).body()), code


def _broken(error: Exception) -> tuple[Response, int]:
    traceback.print_exception(error)
    return jsonify(failure(500).body()), 500


class SimulatorServer:
    """Gmail on loopback. `with SimulatorServer(store) as gmail:` serves `gmail.url` from a thread until the block ends.

    `gmail.faults` and `gmail.quota` are the plan of failures and the meter; `gmail.consents` is who consents to what;
    `gmail.pubsub` is where notices of news go, for as long as `gmail.watches` has the mailbox. Raises OSError when the port
    is taken.
    """

    def __init__(self, store: Store, host: str = "127.0.0.1", port: int = 0) -> None:
        self.store = store
        self.faults, self.quota, self.consents = Faults(), Quota(lambda: store.now().timestamp()), Consents()
        simulator = Simulator(store, self.faults, self.quota, self.consents)
        self.pubsub, self.watches = simulator.pubsub, simulator.watches
        self._server = Server(host, port, create_app(simulator, host))
        self.port = int(self._server.server_address[1])
        self.url = f"http://{host}:{self.port}"

    def reset(self) -> None:
        """No faults, nothing counted, nobody told of anything; mailboxes stay as they are."""
        self.faults.clear()
        self.quota.reset()
        self.watches.reset()
        self.pubsub.reset()

    def serve_forever(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> SimulatorServer:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
