"""A process that brings one mailbox up to date once, at a given instant, and may be killed at a given point. For the tests.

`python -m tests.services.worker_of_one_run DATABASE_URL GMAIL_URL INSTANT JOB… [die=POINT] [relay=PORT]`
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime

from inboxsla import wiring
from inboxsla.gmail.google import GoogleMailbox, static_credentials
from inboxsla.gmail.port import Mailbox, Sent
from inboxsla.notify.mailer import Mailer, Taken, Way
from inboxsla.notify.smtp import SmtpRelay
from inboxsla.services.deliver import deliver
from inboxsla.services.ports import Ports
from inboxsla.services.sync import sync
from inboxsla.storage.database import Database
from tests.builders import NobodyRings, settings
from tests.post import Post

COMPOSED, CLAIMED, ACCEPTED, SECOND = "composed", "claimed", "accepted", "second"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Mortal(GoogleMailbox):
    """The real client in a process that dies before or after its first send, or before its second."""

    point = ""
    sends = 0

    def send(self, raw: bytes, thread_id: str | None = None) -> Sent:
        self.sends += 1
        if self.point == CLAIMED or (self.point == SECOND and self.sends == 2):
            die()
        sent = super().send(raw, thread_id)
        if self.point == ACCEPTED:
            die()
        return sent


class MortalRelay(SmtpRelay):
    """The same through a mail server."""

    point = ""

    def send(self, mail: bytes, sender: str, recipient: str) -> Taken:
        if self.point == CLAIMED:
            die()
        taken = super().send(mail, sender, recipient)
        if self.point == ACCEPTED:
            die()
        return taken


def main(database_url: str, gmail_url: str, instant: str, *words: str) -> None:
    point = next((word.removeprefix("die=") for word in words if word.startswith("die=")), "")

    def mailbox(address: str) -> Mailbox:
        if point == COMPOSED:
            die()
        client = Mortal(static_credentials(address), api_root=gmail_url, timeout=30)
        client.point = point
        return client

    def mailer(way: Way) -> Mailer:
        client = MortalRelay(wiring.relay(chosen))
        client.point = point
        return client

    port = next((word.removeprefix("relay=") for word in words if word.startswith("relay=")), "")
    chosen = settings(mail={"way": "smtp"}, smtp=Post(port=int(port)).settings()) if port else settings()
    at = datetime.fromisoformat(instant)
    ports = Ports(chosen, Database(database_url), NobodyRings(), lambda: at, mailbox, mailer=mailer)
    for word in words:
        if word == "sync":
            sync(ports, 1)
        elif word == "deliver":
            deliver(ports, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
