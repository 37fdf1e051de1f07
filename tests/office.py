"""An office with a Gmail account, before and after it is connected: the simulator plays Google, everything else is real."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from inboxsla import wiring
from inboxsla.config import Settings
from inboxsla.gmail.simulator import SimulatorServer, Store
from inboxsla.gmail.simulator.letters import letter
from inboxsla.services import connecting, setup
from inboxsla.services.connecting import Connected
from inboxsla.services.ports import Ports
from inboxsla.storage import mailboxes, records
from inboxsla.storage.database import Database
from inboxsla.storage.mailboxes import MailboxRow

DESK, SALES = "desk@office.example", "sales@office.example"
ROBOT = "robot@office.iam.example"
REDIRECT = "http://127.0.0.1:9/"


@dataclass
class Office:
    """`consents` says what the people at Google's consent page do."""

    server: SimulatorServer
    settings: Settings
    ports: Ports

    @property
    def store(self) -> Store:
        return self.server.store

    @property
    def consents(self) -> Any:
        return self.server.consents

    def browser(self, address: str = DESK) -> Connected:
        """Connect through the consent page."""
        begun = connecting.begin(self.ports, address, REDIRECT)
        return connecting.finish(self.ports, address, REDIRECT, begun, consented(begun.url), "ana")

    def file(self, address: str = DESK, **changes: Any) -> Connected:
        """Connect with an authorized-user file."""
        return connecting.from_file(self.ports, address, user_file(**changes), "desk.json", "ana")

    def mailbox(self, address: str = DESK) -> MailboxRow | None:
        with self.ports.db.read() as conn:
            return mailboxes.by_address(conn, "gmail", address)

    def alarms(self) -> list[str]:
        with self.ports.db.read() as conn:
            return records.open_alarms(conn, self.ports.now().replace(year=2000))

    def writes(self, subject: str = "Where is my lamp?", address: str = DESK) -> str:
        raw = letter(
            sender="Zofia <zofia@rowery.example>", to=address, subject=subject, text="Hello", at=self.store.now()
        )
        return self.store.deliver(address, raw).thread_id


def tree(url: str, folder: Path, database: Database, **changes: Any) -> dict[str, Any]:
    google = {
        "api_root": url,
        "auth_uri": f"{url}/o/oauth2/v2/auth",
        "token_uri": f"{url}/token",
        "revoke_uri": f"{url}/revoke",
        "client_id": "office-client",
        "client_secret": "office-secret",
        **changes.pop("google", {}),
    }
    return {
        "data_dir": str(folder),
        "database_url": database.url,
        "calendar": {"zone": "Europe/Berlin", "hours": "24x7"},
        "people": [{"address": "ana@office.example", "name": "Ana Ruiz"}],
        "google": google,
        # Nobody here waits for a quota: these processes know no Redis, and each would keep to a small part of it.
        "quota": {"units_per_minute": 1_000_000},
        **changes,
    }


@contextmanager
def an_office(database: Database, folder: Path, **changes: Any) -> Iterator[Office]:
    """Two Gmail accounts at a simulated Google, none of them connected."""
    store = Store(":memory:", seed=7)
    for address in (DESK, SALES):
        store.add_mailbox(address)
    with SimulatorServer(store) as server:
        settings = Settings.of(tree(server.url, folder, database, **changes))
        ports = wiring.ports(settings)
        setup.prepare(ports)
        yield Office(server, settings, ports)
        ports.db.close()
    store.close()


def set_anew(office: Office, **changes: Any) -> Office:
    """The same office with other settings, as after a restart."""
    fresh = {**office.settings.model_dump(exclude_unset=True), **changes}
    settings = Settings.of(fresh)
    ports = wiring.ports(settings)
    setup.prepare(ports)
    return Office(office.server, settings, ports)


def consented(url: str) -> dict[str, str]:
    """What the consent page sends the browser back with."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def user_file(**changes: Any) -> str:
    """As `gcloud` writes it; the simulator takes a mailbox's address for a refresh token."""
    given = {
        "type": "authorized_user",
        "client_id": "file-client",
        "client_secret": "file-secret",
        "refresh_token": DESK,
    }
    return json.dumps({key: value for key, value in {**given, **changes}.items() if value is not None})


def robot_file(consents: Any = None) -> str:
    """A service account's key; Google knows it where `consents` are given."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    if consents is not None:
        consents.service_accounts[ROBOT] = public.decode()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    given = {"type": "service_account", "client_email": ROBOT, "private_key": private.decode(), "private_key_id": "k1"}
    return json.dumps(given)
