"""What every request goes through: who may talk to us, whose mailbox it is, what goes wrong today."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Response, current_app, g, jsonify, request
from werkzeug.http import http_date

from .answers import ApiError, failure, forbidden, invalid, keep, not_found, parse_fields, unauthorized
from .consents import Consents
from .faults import Fault, Faults
from .pubsub import PubSub
from .quota import Quota
from .store import Store
from .watches import Watches

API = "/gmail/v1/users/<user>"
DROP = "gmail_simulator.drop"


@dataclass(frozen=True, slots=True)
class Simulator:
    store: Store
    faults: Faults = field(default_factory=Faults)
    quota: Quota = field(default_factory=Quota)
    consents: Consents = field(default_factory=Consents)
    pubsub: PubSub = field(init=False)
    watches: Watches = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pubsub", PubSub(lambda: self.store.now()))
        object.__setattr__(self, "watches", Watches(self.store, self.pubsub))


def simulator() -> Simulator:
    found: Simulator = current_app.extensions["gmail_simulator"]
    return found


def store() -> Store:
    return simulator().store


def mailbox() -> str:
    """The address this request is about."""
    address: str = g.mailbox
    return address


def struck_by(kind: str) -> bool:
    return any(fault.kind == kind for fault in g.get("struck", ()))


def admit() -> Response | None:
    """Before every API call: charge the quota, play the planned faults, check the token."""
    if not request.path.startswith("/gmail/"):
        return None
    if request.endpoint is None:
        raise not_found()
    address = token_holder()
    simulator().quota.charge(request.endpoint, address)
    g.charged = address
    g.struck = simulator().faults.strike(request.endpoint, address)
    for fault in g.struck:
        if (answer := play(fault)) is not None:
            return answer
    if not address:
        raise unauthorized()
    user = (request.view_args or {}).get("user", "me")
    if user != "me" and user.lower() != address:
        raise forbidden(f"Delegation denied for {user}")
    if fields := request.args.get("fields"):
        g.fields = parse_fields(fields)
    g.mailbox = address
    return None


def play(fault: Fault) -> Response | None:
    if fault.kind == "latency":
        threading.Event().wait(fault.seconds)
    elif fault.kind == "status":
        answer = jsonify(failure(fault.code, fault.reason, fault.message).body())
        answer.status_code = fault.code
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer
    elif fault.kind == "drop_before":
        request.environ[DROP] = True
        return Response(status=500)
    elif fault.kind == "drop_after":
        request.environ[DROP] = True
    elif fault.kind == "expire_history":
        store().expire_history(fault.mailbox or store().mailboxes()[0])
    return None


def settle_up(error: BaseException | None) -> None:
    """After every request, however it ended: it is not under way any more."""
    if "charged" in g:
        simulator().quota.done(g.charged)


def token_holder() -> str:
    """The address behind the bearer token ("demo" is the first mailbox), or "" when the token opens nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return ""
    with store().database.reading() as conn:
        row = conn.execute(
            "SELECT address FROM mailboxes WHERE revoked = 0 AND (address = ? OR (? = 'demo' AND position = (SELECT min(position) FROM mailboxes)))",
            (token.strip().lower(), token.strip()),
        ).fetchone()
    return str(row["address"]) if row else ""


def trim(response: Response) -> Response:
    """After every API call: cut a good answer to what `fields=` asked for, or in two where a fault wants that; say when it is."""
    response.headers["Date"] = http_date(store().now())
    if g.get("fields") and response.is_json and response.status_code < 300:
        response.set_data(current_app.json.dumps(keep(response.get_json(), g.fields)))
    if struck_by("truncated"):
        whole = response.get_data()
        response.set_data(whole[: len(whole) // 2])
    return response


def complain(error: ApiError) -> tuple[Response, int]:
    return jsonify(error.body()), error.code


def body() -> dict[str, Any]:
    """The JSON object that was posted. Raises ApiError 400."""
    given = request.get_json(silent=True)
    if given is None and not request.get_data():
        return {}
    if not isinstance(given, dict):
        raise invalid("Invalid JSON payload received.")
    return given


def number(name: str, default: int, most: int) -> int:
    """A query parameter between 1 and `most`; larger ones are cut, as Gmail does."""
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise invalid(f"Invalid value at '{name}'")
    return min(int(text), most)
