"""The product itself, as `make run` starts it: every process real, only Google simulated."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import psutil
import pytest

from inboxsla.supervisor import ports
from tests.supervisor.waiting import eventually

pytestmark = pytest.mark.processes

INBOXSLA = str(Path(sys.executable).with_name("inboxsla"))
SUPPORT = "support@lumenvelo.example"
# Twenty-four seconds to answer: long enough to read who owns the ticket first, also on a busy machine.
QUICK = {
    "INBOXSLA_POLICY__FIRST_RESPONSE": "24s",
    "INBOXSLA_SYNC__POLL_EVERY": "1s",
    "INBOXSLA_NOTIFY__MERGE_WITHIN": "0s",
}


class Product:
    """One data folder, runs on it, and a browser without a screen."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"
        begin = 12000 + os.getpid() * 7 % 15000
        port = next(p for p in range(begin, 32000) if all(ports.is_free("127.0.0.1", p + n) for n in range(4)))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("INBOXSLA_")}
        self.environ = {
            **inherited,
            "INBOXSLA_DATA_DIR": str(folder / "var"),
            "INBOXSLA_SERVER__PORT": str(port),
            **QUICK,
        }
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.process: subprocess.Popen[bytes] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.out.open("wb") as out:
            process = subprocess.Popen([INBOXSLA, "run"], cwd=self.folder, env=self.environ, stdout=out, stderr=out)
        try:
            eventually(lambda: "Ctrl-C stops everything." in self.said() or process.poll() is not None, within=40)
            assert process.poll() is None, self.said()
            yield process
        finally:
            process.kill()
            process.wait()
            eventually(lambda: not self.left())

    def said(self) -> str:
        return self.out.read_text()

    def link(self, name: str) -> str:
        found = re.search(rf"{name} +(http://\S+)", self.said())
        assert found, self.said()
        return found[1]

    def page(self, path: str) -> str:
        base = self.link("Open").rpartition("/sign-in/")[0]
        return self.browser.open(base + path, timeout=10).read().decode()

    def tickets(self, *options: str) -> list[dict[str, Any]]:
        listed = self.command("tickets", "--json", "--show", "all", *options)
        return json.loads(listed)

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [INBOXSLA, *words], cwd=self.folder, env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def write_in(self, subject: str) -> str:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "Kofi Mensah <kofi@cyclist.example>", SUPPORT, subject
        mail.set_content("My rear light goes out on cobblestones.\n")
        told = {"raw": base64.urlsafe_b64encode(mail.as_bytes()).decode()}
        return str(self.simulated("deliver", told)["threadId"])

    def simulated(self, what: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self.link('Mailbox').rstrip('/')}/_sim/{what}",
            data=None if told is None else json.dumps(told).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return dict(json.load(answer))

    def labels_on(self, thread_id: str) -> list[set[str]]:
        """How the thread stands, by our labels on each of its messages."""
        state = self.simulated("state")
        names = {label["id"]: label["name"] for label in state["labels"] if label["name"].startswith("SLA/")}
        thread = next(thread for thread in state["threads"] if thread["id"] == thread_id)
        return [{names[i] for i in message["labelIds"] if i in names} for message in thread["messages"]]

    def left(self) -> list[int]:
        """Processes of this run that still live, whoever their parent is now."""
        mine = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                told = process.environ().get("INBOXSLA_DATA_DIR") == self.environ["INBOXSLA_DATA_DIR"]
                if told and process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid():
                    mine.append(process.pid)
        return mine


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product(tmp_path)


def test_mail_comes_in_a_label_and_reminders_go_out_and_the_ticket_moves(product: Product) -> None:
    with product.running() as process:
        product.browser.open(product.link("Open"), timeout=10)
        assert "Board" in product.page("/tickets")
        assert json.loads(product.page("/readyz")) == {"database": "ok", "migrations": "ok", "redis": "ok"}

        thread = product.write_in("Rear light goes out")

        eventually(lambda: "Rear light goes out" in product.page("/tickets"), within=20)
        ticket = next(row for row in product.tickets() if row["subject"] == "Rear light goes out")
        assert ticket["requester"] == "kofi@cyclist.example"
        assert ticket["status"] == "open"
        assert ticket["owner"] is not None
        eventually(lambda: product.labels_on(thread) == [{"SLA/Overdue"}], within=60)
        first_owner = ticket["owner"]

        def told(subject: str) -> bool:
            return subject in product.page("/mail")

        eventually(lambda: told("Yours now: Rear light goes out"), within=30)
        ticket = next(row for row in product.tickets() if row["subject"] == "Rear light goes out")
        assert ticket["owner"] != first_owner
        assert ticket["breached"] is True
        assert ticket["urgency"] == "overdue"
        eventually(lambda: len(_about_the_miss(product)) >= 3, within=30)
        reminders = [subject for subject in _about_the_light(product) if _reminds(subject)]
        assert 1 <= len(reminders) <= 2, "at 75 and at 90 %; a slow machine may come to both at once"
        assert _about_the_miss(product) == ["Was", "With", "Yours"], "lead, old owner and new owner, once each"

        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - begun < 10
        assert product.left() == []

    before = {row["id"]: row["subject"] for row in product.tickets()}
    with product.running():
        assert before.items() <= {row["id"]: row["subject"] for row in product.tickets()}.items()
        assert "All" in product.command("doctor", "--rebuild")


def _sent(product: Product) -> list[str]:
    """The subject of each mail of ours that Gmail holds as sent."""
    headers = [
        {header["name"].lower(): header["value"] for header in message["payload"]["headers"]}
        for thread in product.simulated("state")["threads"]
        for message in thread["messages"]
    ]
    return [found["subject"] for found in headers if "x-inboxsla-id" in found]


def _about_the_light(product: Product) -> list[str]:
    return [subject for subject in _sent(product) if "Rear light goes out" in subject]


def _about_the_miss(product: Product) -> list[str]:
    """The first words of what was sent when the promise ran out."""
    return sorted(each.partition(" ")[0] for each in _about_the_light(product) if not _reminds(each))


def _reminds(subject: str) -> bool:
    return subject.removeprefix("Re: ").startswith("Due in")
