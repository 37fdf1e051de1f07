"""Gmail in front of the panel: it opens threads and clicks with tokens that only Google can sign, and shows what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from inboxsla.app import create_app
from inboxsla.gmail.simulator import Placed
from inboxsla.gmail.simulator.aliases import decimal
from inboxsla.services.ports import Ports
from tests.addon.checking import checked
from tests.builders import ANA, SUPPORT, Desk, settings

BASE = "http://127.0.0.1:8000"
ACCOUNT = "panel@simulated.iam.gserviceaccount.com"
CLIENT = "simulated.apps.example"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
METADATA = "https://www.googleapis.com/auth/gmail.addons.current.message.metadata"
ADDON = {"service_account": ACCOUNT, "oauth_client_id": CLIENT}
Json = dict[str, Any]


class Shown:
    """A card as somebody sees it. Every one is checked against Google's own rules when it is made."""

    def __init__(self, card: Json) -> None:
        self.card = checked(card)

    @property
    def title(self) -> str:
        return _plain(self.card["header"]["title"])

    @property
    def subtitle(self) -> str:
        return _plain(self.card["header"].get("subtitle", ""))

    @property
    def widgets(self) -> Iterator[Json]:
        for section in self.card["sections"]:
            yield from section["widgets"]

    @property
    def text(self) -> str:
        """Everything that can be read, one line a widget."""
        heads = [self.title, self.subtitle, *(section.get("header", "") for section in self.card["sections"])]
        return _plain("\n".join([*heads, *(" | ".join(_words(widget)) for widget in self.widgets), *self.buttons]))

    def line(self, top: str) -> Json:
        """The line with this label above it."""
        lines = [
            w["decoratedText"] for w in self.widgets if w.get("decoratedText", {}).get("topLabel", "").startswith(top)
        ]
        assert len(lines) == 1, f"{len(lines)} lines “{top}” in\n{self.text}"
        return dict(lines[0])

    def says(self, top: str) -> tuple[str, str]:
        found = self.line(top)
        return _plain(found["text"]), _plain(found.get("bottomLabel", ""))

    @property
    def buttons(self) -> dict[str, Json]:
        """Words to what a click on them does."""
        return {button["text"]: button["onClick"] for button in _buttons(self.card)}

    @property
    def rows(self) -> dict[str, Json]:
        """The same for lines that can be clicked."""
        lines = [widget["decoratedText"] for widget in self.widgets if "decoratedText" in widget]
        return {_plain(each["text"]): each["onClick"] for each in lines if "onClick" in each}

    def field(self, name: str) -> Json:
        for widget in self.widgets:
            for made in widget.values():
                if isinstance(made, dict) and made.get("name") == name:
                    return made
        raise AssertionError(f"no field {name} in\n{self.text}")


class Gmail:
    """One person with the panel open. `person` is who Google says it is."""

    def __init__(self, desk: Desk, folder: Path, person: str = ANA, **changes: Any) -> None:
        chosen = settings(
            **{
                "data_dir": str(folder),
                "addon": ADDON,
                "google": {"api_root": desk.server.url, "certs_uri": f"{desk.server.url}/oauth2/v1/certs"},
                **changes,
            }
        )
        self.desk, self.person, self.platform = desk, person, "WEB"
        self.ports = Ports(chosen, desk.database, desk.bell, desk.clock, desk.gmail)
        self.client = create_app(self.ports).test_client()
        self.signer = desk.server.pubsub.signer
        self.user_token, self.scopes = SUPPORT, [EMAIL, METADATA]

    # What Google sends

    def token(self, path: str, email: str = ACCOUNT, **claims: Any) -> str:
        return self.signer.token(BASE + path, email, self.desk.clock(), **claims)

    def identity(self, **claims: Any) -> str:
        return self.signer.token(CLIENT, self.person, self.desk.clock(), **claims)

    def event(self, **more: Any) -> Json:
        common = {"hostApp": "GMAIL", "platform": self.platform, "timeZone": {"id": "Europe/Berlin", "offset": 3600000}}
        return {
            "commonEventObject": {**common, **more.pop("common", {})},
            "authorizationEventObject": {
                "systemIdToken": "the same as in the header",
                "userIdToken": self.identity(),
                "userOAuthToken": self.user_token,
                "authorizedScopes": self.scopes,
                **more.pop("allowed", {}),
            },
            **more,
        }

    def post(self, path: str, event: Any, token: str | None = None) -> TestResponse:
        body = event if isinstance(event, bytes | str) else json.dumps(event)
        headers = {"Authorization": f"Bearer {self.token(path) if token is None else token}"}
        return self.client.post(path, data=body, headers=headers, content_type="application/json")

    # What the person does

    def opens(self, message: str, thread: str, **gmail: Any) -> Shown:
        """Open a thread; ids are Gmail's own in hexadecimal, or as they are written in any other form."""
        ids = {"messageId": _as_event(message, "msg"), "threadId": _as_event(thread, "thread"), "accessToken": "ya29.x"}
        return self.shown(self.post("/addon/message", self.event(gmail={**ids, **gmail})))

    def comes_home(self) -> Shown:
        return self.shown(self.post("/addon/home", self.event()))

    def clicks(self, click: Json, form: Mapping[str, Any] | None = None) -> Shown:
        return self.shown(self.clicked(click, form))

    def clicked(self, click: Json, form: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        action = click["action"]
        assert action["function"].startswith(BASE)
        parameters = {each["key"]: each["value"] for each in action["parameters"]}
        common = {"parameters": parameters, "formInputs": {name: _input(value) for name, value in (form or {}).items()}}
        return self.post(action["function"].removeprefix(BASE), self.event(common=common, **more))

    def asks_for(self, card: Shown, form: str) -> Shown:
        """Open a form from “More”."""
        return self.clicks(self.clicks(card.buttons["More"]).rows[form])

    def shown(self, answer: TestResponse) -> Shown:
        """The card an answer shows in the end."""
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return Shown(card_of(answer))


def raw_of(desk: Desk, mail: Placed) -> bytes:
    """A mail as it lies in the shared mailbox, for a copy of it elsewhere."""
    with desk.store.database.reading() as conn:
        row = conn.execute(
            "SELECT raw FROM messages WHERE mailbox = ? AND id = ?", (SUPPORT, mail.message_id)
        ).fetchone()
    return bytes(row["raw"])


def card_of(answer: TestResponse) -> Json:
    said = answer.get_json()
    action = said["renderActions"]["action"] if "renderActions" in said else said["action"]
    last = action["navigations"][-1]
    return dict(last.get("pushCard") or last["updateCard"])


def notice_of(answer: TestResponse) -> str:
    return _plain(answer.get_json()["renderActions"]["action"].get("notification", {}).get("text", ""))


def local(when: str) -> Json:
    """A date, or date and time, as its picker sends it: the wall time, in milliseconds as if it were UTC."""
    wall = datetime.fromisoformat(when).replace(tzinfo=UTC)
    kind = {"hasDate": True, "hasTime": "T" in when}
    return {"dateTimeInput": {"msSinceEpoch": str(int(wall.timestamp() * 1000)), **kind}}


def _input(value: Any) -> Json:
    return (
        value if isinstance(value, dict) else {"stringInputs": {"value": value if isinstance(value, list) else [value]}}
    )


def _as_event(given: str, kind: str) -> str:
    plain = given and all(letter in "0123456789abcdef" for letter in given)
    return decimal(given).replace("msg", kind) if plain else given


def _plain(text: str) -> str:
    return text.replace("\xa0", " ")


def _buttons(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        if "onClick" in node and "text" in node and "wrapText" not in node:
            yield node
        for each in node.values():
            yield from _buttons(each)
    elif isinstance(node, list):
        for each in node:
            yield from _buttons(each)


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, each in node.items():
            if name in ("text", "topLabel", "bottomLabel", "label", "hintText", "value") and isinstance(each, str):
                yield each
            elif name not in ("onClick", "button", "value"):
                yield from _words(each)
    elif isinstance(node, list):
        for each in node:
            yield from _words(each)
