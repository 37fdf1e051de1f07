"""The road of a mail that Gmail tells us of: every process of ours real, Gmail and Pub/Sub simulated over HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from inboxsla.gmail.simulator import Fault, SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter
from inboxsla.services import setup, sync, watching
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, migrations, watches
from inboxsla.supervisor import ports as free
from inboxsla.supervisor.parts import inboxsla_command
from inboxsla.wiring import now, settings
from inboxsla.wiring import ports as wired
from tests.workers.processes import Valkey, until

SUPPORT = "support@lumenvelo.example"
TOPIC, NAME = "projects/lumen/topics/inboxsla", "projects/lumen/subscriptions/inboxsla"
ACCOUNT = "push@lumen.iam.gserviceaccount.com"


@dataclass(frozen=True, slots=True)
class Road:
    server: SimulatorServer
    ports: Ports
    push_to: str

    @property
    def mailbox(self) -> mailboxes.MailboxRow:
        (box,) = self.mailboxes
        return box

    @property
    def mailboxes(self) -> list[mailboxes.MailboxRow]:
        with self.ports.db.read() as conn:
            return mailboxes.every(conn)

    def writes(self, nth: int) -> str:
        """A customer writes; gives the thread."""
        sender, subject = f"customer{nth}@poczta.example", f"Lamp {nth} flickers"
        raw = letter(sender=sender, to=SUPPORT, subject=subject, text="Since this morning.", at=self.server.store.now())
        return self.server.store.deliver(SUPPORT, raw).thread_id

    def labelled(self) -> set[str]:
        """Threads that carry a label of ours in Gmail."""
        with self.server.store.database.reading() as conn:
            rows = conn.execute(
                "SELECT m.thread_id FROM message_labels x JOIN labels l ON l.mailbox = x.mailbox AND l.id = x.label_id "
                "JOIN messages m ON m.mailbox = x.mailbox AND m.id = x.message_id WHERE l.name LIKE 'SLA/%'"
            ).fetchall()
        return {str(row["thread_id"]) for row in rows}


@contextmanager
def road(
    way: str = "push",
    *,
    latency: float = 0.0,
    promise: str = "20m",
    addresses: Sequence[str] = (SUPPORT,),
    workers: int = 2,
    more: Mapping[str, str] | None = None,
    before: Callable[[Road], None] | None = None,
) -> Iterator[Road]:
    """Live, watched mailboxes (one, unless others are named), polled so rarely that only notices bring its mail. `latency` in seconds for each Gmail call.

    `more` are further settings. `before` is called once the mailboxes are known and before anything runs.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="inboxsla-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        store = Store(":memory:", now=now, seed=7)
        for address in addresses:
            store.add_mailbox(address)
        server = stack.enter_context(SimulatorServer(store))
        valkey = Valkey(folder)
        valkey.start()
        stack.callback(valkey.stop)
        port = free.first_free("127.0.0.1", 15000 + os.getpid() % 10000)
        push_to = f"http://127.0.0.1:{port}/push/gmail"
        server.pubsub.subscribe(NAME, TOPIC, push_to if way == "push" else "", service_account=ACCOUNT)
        key = folder / "key.json"
        key.write_text(json.dumps({"client_id": "a", "client_secret": "b", "refresh_token": SUPPORT}))
        environ = {
            "INBOXSLA_DATA_DIR": str(folder / "var"),
            "INBOXSLA_DEMO": "true",
            "INBOXSLA_REDIS_URL": valkey.url,
            "INBOXSLA_SERVER__PORT": str(port),
            "INBOXSLA_SYNC__POLL_EVERY": "10m",
            "INBOXSLA_POLICY__FIRST_RESPONSE": promise,
            "INBOXSLA_POLICY__NEXT_RESPONSE": promise,
            "INBOXSLA_POLICY__RESOLUTION": "2 business days",
            "INBOXSLA_GOOGLE__API_ROOT": server.url,
            "INBOXSLA_GOOGLE__CERTS_URI": f"{server.url}/oauth2/v1/certs",
            "INBOXSLA_GOOGLE__TOKEN_URI": f"{server.url}/token",
            "INBOXSLA_GOOGLE__PUBSUB_ROOT": server.url,
            "INBOXSLA_PUSH__WAY": way,
            "INBOXSLA_PUSH__CREDENTIALS": str(key),
            "INBOXSLA_PUSH__TOPIC": TOPIC,
            "INBOXSLA_PUSH__SUBSCRIPTION": NAME,
            "INBOXSLA_PUSH__SERVICE_ACCOUNT": ACCOUNT,
            **(more or {}),
        }
        ports = wired(settings(None, environ))
        migrations.upgrade(ports.settings.sql_url)
        setup.prepare(ports)
        made = Road(server, ports, push_to)
        for box in made.mailboxes:
            sync.sync(ports, box.id)
        if before is not None:
            before(made)
        said = stack.enter_context((folder / "said").open("wb"))
        for command in ("web", "ticker", *["worker"] * workers):
            stack.enter_context(_running(command, folder, environ, said.fileno()))
        until(lambda: _answers(push_to), "the pages answer")
        for box in made.mailboxes:
            watching.watch(ports, box.id)
        until(lambda: _noticed(made), "the first notice has come")
        if latency:
            server.faults.plan(Fault("latency", "*", times=None, seconds=latency))
        yield made
        server.faults.clear()


@contextmanager
def _running(command: str, folder: Path, environ: dict[str, str], said: int) -> Iterator[None]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("INBOXSLA_")}
    process = subprocess.Popen(
        [*inboxsla_command(), command], cwd=folder, env={**inherited, **environ}, stdout=said, stderr=said,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _noticed(made: Road) -> bool:
    with made.ports.db.read() as conn:
        seen = watches.get(conn, made.mailboxes[0].id)
    return seen is not None and seen.noticed_at is not None


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(urllib.request.Request(url, b"{}", method="POST"), timeout=2).close()
    except urllib.error.HTTPError as refused:
        return refused.code in (401, 404)
    except OSError:
        return False
    return False
