"""users.watch and users.stop, Pub/Sub's REST paths to pull, and the keys that prove its pushes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from .answers import ApiError, invalid, not_found, unauthorized
from .context import API, body, mailbox, play, simulator, token_holder

bp = Blueprint("users", __name__, url_prefix=API)
certs = Blueprint("certs", __name__)
rest = Blueprint("pubsub", __name__, url_prefix="/v1/projects/<project>/subscriptions")
# How long a pull waits for the first message.
PATIENCE = 1.0


@bp.post("/watch")
def watch(user: str) -> Response:
    given, pubsub = body(), simulator().pubsub
    topic, labels = str(given.get("topicName", "")), given.get("labelIds") or []
    if str(given.get("labelFilterBehavior", "include")).lower() != "include":
        raise invalid("Invalid value at 'label_filter_behavior'")
    if not isinstance(labels, list):
        raise invalid("Invalid value at 'label_ids'")
    said = f"Error sending test message to Cloud PubSub {topic} : "
    if topic in pubsub.forbidden:
        raise ApiError(403, "forbidden", f"{said}User not authorized to perform this action.", "PERMISSION_DENIED")
    if topic not in pubsub.topics:
        raise ApiError(404, "notFound", f"{said}Resource not found (resource={topic.rpartition('/')[2]}).", "NOT_FOUND")
    history_id, expires_at = simulator().watches.watch(mailbox(), topic, frozenset(map(str, labels)))
    return jsonify(historyId=str(history_id), expiration=str(int(expires_at.timestamp() * 1000)))


@bp.post("/stop")
def stop(user: str) -> tuple[str, int]:
    simulator().watches.of.pop(mailbox(), None)
    return "", 204


@rest.before_request
@certs.before_request
def struck() -> Response | None:
    for fault in simulator().faults.strike(request.endpoint or "", token_holder()):
        if (answer := play(fault)) is not None:
            return answer
    return None


@rest.before_request
def known_only() -> None:
    if not token_holder():
        raise unauthorized()


@rest.post("/<name>:pull")
def pull(project: str, name: str) -> Response:
    given = body()
    most = int(given.get("maxMessages") or 0)
    if most < 1:
        raise invalid("maxMessages must be at least 1")
    wait = 0.0 if given.get("returnImmediately") else PATIENCE
    found = simulator().pubsub.pull(_named(project, name), most, wait)
    if found is None:
        raise not_found()
    received: list[dict[str, Any]] = [{"ackId": ack_id, "message": message.body()} for ack_id, message in found]
    return jsonify({"receivedMessages": received} if received else {})


@rest.post("/<name>:acknowledge")
def acknowledge(project: str, name: str) -> Response:
    if not simulator().pubsub.acknowledge(_named(project, name), list(body().get("ackIds") or ())):
        raise not_found()
    return jsonify({})


def _named(project: str, name: str) -> str:
    return f"projects/{project}/subscriptions/{name}"


@certs.get("/oauth2/v1/certs")
def certificates() -> Response:
    return _kept(jsonify(simulator().pubsub.signer.certificates()))


@certs.get("/oauth2/v3/certs")
def jwks() -> Response:
    return _kept(jsonify(simulator().pubsub.signer.jwks()))


def _kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={simulator().pubsub.signer.max_age}, must-revalidate"
    return answer
