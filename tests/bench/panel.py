"""Opening a thread in Gmail's side panel, over HTTP and with Google's tokens, beside an endpoint that only answers JSON.

Both run behind the same gunicorn settings; each request carries tokens of its own, which have to be verified.
"""

from __future__ import annotations

import json
import os
import random
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from flask import Flask, jsonify, request
from sqlalchemy import text

from inboxsla.config import Settings
from inboxsla.gmail.simulator import SimulatorServer, Store
from inboxsla.services import setup
from inboxsla.storage import mailboxes, migrations, policies
from inboxsla.storage.types import EPOCH, MICROSECOND
from inboxsla.supervisor import ports as free
from inboxsla.supervisor.parts import inboxsla_command
from inboxsla.web.server import serve
from inboxsla.wiring import now
from inboxsla.wiring import ports as wired
from tests.addon.gmail import ACCOUNT, ADDON, CLIENT, EMAIL
from tests.workers.processes import until

TICKETS, LONG, AT_HAND = 100_000, 10_000, 200
RATE, SECONDS, CONNECTIONS = 50, 20, 8
PAIRS, ROUNDS, AT_ONCE = 1_500, 5, 1_200
P50, P99, SHARE = 15.0, 100.0, 0.40
ANA, SUPPORT = "ana@lumenvelo.example", "support@lumenvelo.example"
# Message ids are those of their threads; `i` in hexadecimal with something in front, as Gmail's are.
_FILL = (
    """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :size)
INSERT INTO tickets (id, mailbox_id, thread_id, policy_id, version, subject, requester, requester_name, owner, status,
    priority, urgency, metric, due_at, opened_at, waiting_since, last_activity)
SELECT i, :box, printf('1a%014x', i), :policy, 3, 'Lamp ' || i || ' flickers in the rain', 'kofi' || i || '@customer.example',
    'Kofi Mensah', 'ana@lumenvelo.example', 'open', 'normal', 'low', 'first_response', :began + 14400000000, :began, :began, :began
FROM n
""",
    """
INSERT INTO messages (mailbox_id, gmail_id, thread_id, rfc_id, kind, kind_reason, internal_at, sender, sender_name, recipients,
    subject, excerpt, headers, labels)
SELECT mailbox_id, thread_id, thread_id, id || '@mail.example', 'human', '', opened_at, requester, requester_name, '[]', subject,
    'It began last week, and in the rain it stops altogether. What can I do?', '{}', '["INBOX"]'
FROM tickets
""",
    """
INSERT INTO events (ticket_id, source, kind, happened_at, learned_at, actor, data)
SELECT id, 'msg:' || thread_id, 'customer_wrote', opened_at, opened_at, NULL, '{"who":"p:' || id || '"}' FROM tickets
UNION ALL
SELECT id, 'owner', 'assigned', opened_at + 1, opened_at + 1, NULL, '{"owner":"ana@lumenvelo.example","why":"next in turn"}' FROM tickets
UNION ALL
SELECT id, 'tags', 'tagged', opened_at + 2, opened_at + 2, NULL, '{"add":["lamp"],"why":"the subject speaks of a lamp"}' FROM tickets
""",
    """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :long)
INSERT INTO events (ticket_id, source, kind, happened_at, learned_at, actor, data)
SELECT 1, 'note:' || i, 'noted', :began + 1000 * i, :began + 1000 * i, 'ana@lumenvelo.example', '{"where":"mail"}' FROM n
""",
)


def figures() -> Iterable[tuple[str, str, str, bool]]:
    with _servers() as (panel, bare, tokens):
        posts = _Posts(panel, tokens)
        dice = random.Random(7)
        for number in range(1, AT_HAND + 1):
            _once(panel, posts.message(number, number))
        yield from _latency("of all", panel, lambda nth: posts.message(dice.randint(1, TICKETS), nth))
        yield from _latency(f"with {LONG:,} events", panel, lambda nth: posts.message(1, nth))
        many = [posts.message(1 + nth % AT_HAND, nth) for nth in range(PAIRS)]
        plain = [posts.raw("/json", body) for body in posts.bodies(AT_HAND)]
        # In turns, so that a busy moment of the machine touches both alike.
        pairs = [(_rate(panel, many), _rate(bare, plain)) for _ in range(ROUNDS)]
        ours, theirs = (median(each[column] for each in pairs) for column in (0, 1))
        share = median(a / b for a, b in pairs)
        what = f"panel at saturation, {AT_HAND} threads at hand"
        yield f"{what}: cards", f"{ours:,.0f} /s", "(for information)", True
        yield f"{what}: bare JSON endpoint", f"{theirs:,.0f} /s", "(for information)", True
        yield f"{what}: against the bare endpoint", f"{share:.0%}", f"≥ {SHARE:.0%}", share >= SHARE
        cold = [posts.message(dice.randint(1, TICKETS), nth) for nth in range(PAIRS)]
        yield f"panel at saturation, {TICKETS:,} threads", f"{_rate(panel, cold):,.0f} /s", "(for information)", True


def _latency(which: str, port: int, post: Callable[[int], bytes]) -> Iterator[tuple[str, str, str, bool]]:
    took = _open_loop(port, [post(nth) for nth in range(RATE * SECONDS)])
    p50, p99 = (sorted(took)[int(len(took) * part) - 1] * 1e3 for part in (0.5, 0.99))
    what = (
        f"panel, {RATE} opened per second {which} {TICKETS:,} tickets"
        if which == "of all"
        else f"panel, a ticket {which}"
    )
    yield f"{what}: p50", f"{p50:.1f} ms", f"≤ {P50:.0f} ms", p50 <= P50
    yield f"{what}: p99", f"{p99:.1f} ms", f"≤ {P99:.0f} ms", p99 <= P99


class _Posts:
    """Requests as they go over the wire, made before they are sent."""

    def __init__(self, port: int, tokens: Sequence[tuple[str, str]]) -> None:
        self._port, self._tokens = port, tokens

    def message(self, number: int, nth: int) -> bytes:
        system, user = self._tokens[nth % len(self._tokens)]
        return self.raw("/addon/message", _event(number, user), f"Authorization: Bearer {system}\r\n")

    def bodies(self, count: int) -> Iterator[bytes]:
        for number in range(1, count + 1):
            yield _event(number, self._tokens[number][1])

    def raw(self, path: str, body: bytes, headers: str = "") -> bytes:
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nContent-Type: application/json\r\n{headers}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _event(number: int, user: str) -> bytes:
    thread = int(f"1a{number:014x}", 16)
    event = {
        "commonEventObject": {
            "hostApp": "GMAIL",
            "platform": "WEB",
            "timeZone": {"id": "Europe/Berlin", "offset": 3600000},
        },
        "authorizationEventObject": {"userIdToken": user, "userOAuthToken": "ya29.x", "authorizedScopes": [EMAIL]},
        "gmail": {"messageId": f"msg-f:{thread}", "threadId": f"thread-f:{thread}", "accessToken": "AAAA"},
    }
    return json.dumps(event).encode()


def _answer(wire: socket.socket) -> bytes:
    got = b""
    while b"\r\n\r\n" not in got:
        got += wire.recv(65_536) or _cut_off()
    head, _, rest = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), got[:500]
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    while len(rest) < length:
        rest += wire.recv(65_536) or _cut_off()
    return rest


def _cut_off() -> bytes:
    raise ConnectionError("the server closed the connection")


def _once(port: int, post: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.sendall(post)
        assert b'"name":"ticket"' in _answer(wire)


def _open_loop(port: int, posts: Sequence[bytes]) -> list[float]:
    """Seconds from when each request was due to its answer; they come at their times, whether others are answered or not."""
    begun = time.perf_counter() + 0.2

    def send(nth: int) -> float:
        # A connection of its own: gunicorn closes those on which nothing comes for two seconds.
        with socket.create_connection(("127.0.0.1", port)) as wire:
            wire.sendall(posts[nth])
            _answer(wire)
        return time.perf_counter() - (begun + nth / RATE)

    wait = threading.Event().wait
    with ThreadPoolExecutor(2 * CONNECTIONS) as pool:
        sent = []
        for nth in range(len(posts)):
            wait(max(0.0, begun + nth / RATE - time.perf_counter()))
            sent.append(pool.submit(send, nth))
        return [each.result() for each in sent]


def _rate(port: int, posts: Sequence[bytes]) -> float:
    """Requests answered per second by connections that always have one under way."""
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        begun, sent, done = time.perf_counter(), 0, 0
        for _ in range(CONNECTIONS):
            wire = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            selector.register(wire, selectors.EVENT_READ)
            wire.sendall(posts[sent % len(posts)])
            sent += 1
        while done < AT_ONCE:
            for key, _ in selector.select():
                wire = key.fileobj
                assert isinstance(wire, socket.socket)
                _answer(wire)
                done += 1
                wire.sendall(posts[sent % len(posts)])
                sent += 1
        return done / (time.perf_counter() - begun)


@contextmanager
def _servers() -> Iterator[tuple[int, int, list[tuple[str, str]]]]:
    """The port of the pages over a hundred thousand tickets, that of a bare endpoint, and pairs of tokens."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        google = stack.enter_context(SimulatorServer(Store(":memory:", now=now)))
        panel = free.first_free("127.0.0.1", 8760)
        bare = free.first_free("127.0.0.1", panel + 1)
        environ = _environ(folder, panel, google.url)
        _filled(folder, environ)
        stack.enter_context(_running([*inboxsla_command(), "web"], environ, folder))
        stack.enter_context(_running([sys.executable, "-m", "tests.bench.panel", str(bare)], environ, Path.cwd()))
        for port in (panel, bare):
            until(partial(free.listens, "127.0.0.1", port), f"port {port}")
        signer, at = google.pubsub.signer, now()
        audience = f"http://127.0.0.1:{panel}/addon/message"
        yield panel, bare, [
            (signer.token(audience, ACCOUNT, at, nth=nth), signer.token(CLIENT, ANA, at, nth=nth)) for nth in range(PAIRS)
        ]  # fmt: skip


def _environ(folder: Path, port: int, google: str) -> dict[str, str]:
    tree = {
        "DATA_DIR": str(folder), "DEMO": "false", "SERVER__PORT": str(port), "GOOGLE__CERTS_URI": f"{google}/oauth2/v1/certs",
        "ADDON__SERVICE_ACCOUNT": ADDON["service_account"], "ADDON__OAUTH_CLIENT_ID": ADDON["oauth_client_id"],
        "MAILBOXES": f'[{{address = "{SUPPORT}"}}]', "PEOPLE": f'[{{address = "{ANA}", name = "Ana Ruiz"}}]',
        "CALENDAR__ZONE": "Europe/Berlin",
    }  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INBOXSLA_")}
    return {**kept, **{f"INBOXSLA_{name}": value for name, value in tree.items()}}


def _filled(folder: Path, environ: dict[str, str]) -> None:
    chosen = Settings.of(
        {
            "data_dir": str(folder),
            "calendar": {"zone": "Europe/Berlin"},
            "mailboxes": [{"address": SUPPORT}],
            "people": [{"address": ANA, "name": "Ana Ruiz"}],
        }
    )
    migrations.upgrade(chosen.sql_url)
    ports = wired(chosen)
    setup.prepare(ports)
    with ports.db.write() as conn:
        (box,) = mailboxes.every(conn)
        at = now()
        mailboxes.change(conn, box.id, mode="live", live_since=at, last_sync_at=at, last_sync_begun_at=at)
        given = {"size": TICKETS, "long": LONG, "box": box.id, "policy": policies.newest_id(conn, "Default")}
        for statement in _FILL:
            wanted = {name: value for name, value in given.items() if f":{name}" in statement}
            began = {"began": (at - EPOCH) // MICROSECOND - 60_000_000} if ":began" in statement else {}
            conn.execute(text(statement), {**wanted, **began})
    ports.db.close()


@contextmanager
def _running(command: Sequence[str], environ: dict[str, str], folder: Path) -> Iterator[None]:
    child = subprocess.Popen(command, env=environ, cwd=folder)
    try:
        yield
    finally:
        child.terminate()
        child.wait(timeout=20)


def _bare(port: int) -> None:
    """An endpoint that reads JSON and answers JSON, and does nothing else."""
    app = Flask("bare")

    @app.post("/json")
    def plain() -> object:
        asked = request.get_json()
        return jsonify(name="ticket", asked=asked["gmail"]["messageId"])

    settings = Settings.of({"server": {"port": port}})
    serve(lambda _: app, lambda: None, settings)  # type: ignore[arg-type, return-value]  # it needs no ports


if __name__ == "__main__":
    _bare(int(sys.argv[1]))
