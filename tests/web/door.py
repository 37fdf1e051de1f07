"""The push endpoint, with Pub/Sub in front of it and a desk behind."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from inboxsla.app import create_app
from inboxsla.services.ports import Ports
from tests.builders import SUPPORT, Desk, Notepad, settings

AUDIENCE = "http://127.0.0.1:8000/push/gmail"
ACCOUNT = "push@lumen.iam.gserviceaccount.com"
SUBSCRIPTION = "projects/lumen/subscriptions/inboxsla"
PUSH = {"way": "push", "topic": "projects/lumen/topics/inboxsla", "service_account": ACCOUNT}


class Door:
    """The push endpoint, and Pub/Sub in front of it."""

    def __init__(self, desk: Desk, ports: Ports) -> None:
        self.desk, self.ports = desk, ports
        self.signer = desk.server.pubsub.signer
        self.client: FlaskClient = create_app(ports).test_client()

    def token(self, audience: str = AUDIENCE, email: str = ACCOUNT, **claims: Any) -> str:
        return self.signer.token(audience, email, self.desk.clock(), **claims)

    def push(self, said: object = None, token: str | None = None, **envelope: Any) -> TestResponse:
        notice = {"emailAddress": SUPPORT, "historyId": 9} if said is None else said
        data = notice if isinstance(notice, str) else base64.b64encode(json.dumps(notice).encode()).decode()
        body = {"message": {"data": data, "messageId": "1"}, "subscription": SUBSCRIPTION, **envelope}
        return self.post(json.dumps(body), token)

    def post(self, body: str | bytes, token: str | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        return self.client.post("/push/gmail", data=body, headers=headers, content_type="application/json")

    @property
    def rung(self) -> list[tuple[str, tuple[int, ...]]]:
        assert isinstance(self.desk.bell, Notepad)
        return self.desk.bell.rung


def door_of(desk: Desk, folder: Path, certs: str = "/oauth2/v1/certs", **chosen: Any) -> Door:
    google = {"certs_uri": desk.server.url + certs}
    made = settings(data_dir=str(folder), google=google, push={**PUSH, **chosen})
    ports = desk.ports
    return Door(desk, Ports(made, ports.db, ports.bell, ports.now, ports.mailbox))
