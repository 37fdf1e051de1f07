"""/_sim/…: levers for tests and demos in other processes. JSON in, JSON out; no token needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from flask import Blueprint, Response, jsonify, request

from . import views
from .answers import ApiError, invalid
from .context import body, simulator, store
from .faults import Fault
from .mailroom import Placed
from .payload import unb64
from .pubsub import Mischief
from .quota import Limits

bp = Blueprint("control", __name__, url_prefix="/_sim")


@bp.before_request
def only_programs() -> None:
    """A page in a browser cannot send JSON here without asking first, and nobody answers that question."""
    if request.method not in ("GET", "HEAD") and not request.is_json:
        raise ApiError(415, "badContent", "send JSON", "INVALID_ARGUMENT")


def box_of(given: Mapping[str, Any]) -> str:
    """The mailbox that is named, or the first. Raises ApiError 400."""
    boxes = store().mailboxes()
    address = str(given.get("mailbox") or (boxes[0] if boxes else "")).lower()
    if address not in boxes:
        raise invalid(f"no mailbox {address}")
    return address


def _at(given: dict[str, Any], name: str = "at") -> datetime | None:
    """Milliseconds since 1970, or ISO 8601 with a zone."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, (int, float)) or str(value).isdigit():
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    return datetime.fromisoformat(str(value))


def _placed(placed: Placed) -> Response:
    return jsonify(id=placed.message_id, threadId=placed.thread_id)


@bp.post("/mailboxes")
def add_mailbox() -> Response:
    given = body()
    store().add_mailbox(str(given["address"]), given.get("aliases", ()))
    return jsonify(mailboxes=store().mailboxes())


@bp.post("/deliver")
def deliver() -> Response:
    """{raw: base64 of RFC 5322 bytes, labels?, internalDate?, threadId?, mailbox?}"""
    given = body()
    at = _at(given, "internalDate") or _at(given)
    labels = given.get("labels", ("INBOX", "UNREAD"))
    return _placed(
        store().deliver(box_of(given), unb64(str(given["raw"])), labels=labels, at=at, thread_id=given.get("threadId"))
    )


@bp.post("/agent_reply")
def agent_reply() -> Response:
    """{threadId, agent, text, at?, sender_header?, mailbox?}"""
    given = body()
    return _placed(
        store().reply_as(
            box_of(given),
            given["threadId"],
            given["agent"],
            given.get("text", ""),
            _at(given),
            bool(given.get("sender_header", True)),
        )
    )


@bp.post("/bounce")
def bounce() -> Response:
    """{id: the sent message, recipient, at?, mailbox?}"""
    given = body()
    return _placed(store().bounce(box_of(given), given["id"], given["recipient"], _at(given)))


@bp.post("/draft")
def draft() -> Response:
    """{text, threadId?, previous?: id of the draft this one replaces, mailbox?}"""
    given = body()
    return _placed(
        store().autosave_draft(
            box_of(given), given.get("text", ""), thread_id=given.get("threadId"), previous=given.get("previous")
        )
    )


@bp.post("/delete")
def delete() -> Response:
    given = body()
    store().delete(box_of(given), given["id"])
    return jsonify({})


@bp.post("/<any(archive, restore, spam, trash):move>")
def move(move: str) -> Response:
    """{threadId, mailbox?}: what a person does in Gmail's own page."""
    given = body()
    getattr(store(), move)(box_of(given), given["threadId"])
    return jsonify({})


@bp.post("/expire_history")
def expire_history() -> Response:
    store().expire_history(box_of(body()))
    return jsonify({})


@bp.post("/revoke")
def revoke() -> Response:
    """{mailbox?, revoked?: false gives the permission back}"""
    given = body()
    store().revoke(box_of(given), bool(given.get("revoked", True)))
    return jsonify({})


@bp.post("/consents")
def consents() -> Response:
    """What people at the consent page do from now on: fields of `consents.Consents`; `unticks` is a list of scopes."""
    for name, value in body().items():
        if name not in ("denies", "unticks", "account", "lasting", "clients", "service_accounts", "expires_in"):
            raise invalid(f"there is no {name}")
        setattr(simulator().consents, name, frozenset(value) if name == "unticks" else value)
    return jsonify({})


@bp.post("/tokens")
def token() -> Response:
    """{audience, email, …: further claims}: an identity token such as Google puts on its calls, valid for an hour."""
    given = body()
    audience, email = str(given.pop("audience")), str(given.pop("email"))
    return jsonify(token=simulator().pubsub.signer.token(audience, email, store().now(), **given))


@bp.post("/search_lag")
def search_lag() -> Response:
    """{seconds}: how long searches do not find a new message."""
    store().search_lag = timedelta(seconds=float(body()["seconds"]))
    return jsonify({})


@bp.post("/subscription")
def subscribe() -> Response:
    """{name, topic, push_to?, audience?, service_account?}: a Pub/Sub subscription, and its topic if that is new."""
    given = {key: str(value) for key, value in body().items()}
    made = simulator().pubsub.subscribe(**given)
    return jsonify(name=made.name, topic=made.topic)


@bp.post("/mischief")
def mischief() -> Response:
    """{next: ["lose" | "twice" | "hold", …], release?: true}: what happens to the next notices; held ones come when released."""
    given, pubsub = body(), simulator().pubsub
    planned = list(given.get("next", ()))
    if unknown := set(planned) - set(get_args(Mischief)):
        raise invalid(f"no such mischief: {unknown.pop()}")
    pubsub.mischief.extend(planned)
    if given.get("release"):
        pubsub.release()
    return jsonify(next=list(pubsub.mischief))


@bp.get("/faults")
def planned_faults() -> Response:
    return jsonify(faults=simulator().faults.planned())


@bp.post("/faults")
def plan_fault() -> Response:
    """The fields of `faults.Fault`."""
    simulator().faults.plan(Fault(**body()))
    return planned_faults()


@bp.delete("/faults")
def clear_faults() -> Response:
    simulator().faults.clear()
    return planned_faults()


@bp.get("/quota")
def quota() -> Response:
    return jsonify(simulator().quota.report())


@bp.post("/quota")
def limit() -> Response:
    """The fields of `quota.Limits`; what is left out is without limit."""
    simulator().quota.limits = Limits(**body())
    return quota()


@bp.post("/clock")
def clock() -> Response:
    """{at: an instant, or seconds: how many to go forward}: from now on the time stands still until it is moved again."""
    given = body()
    moved = _at(given) or store().now() + timedelta(seconds=float(given["seconds"]))
    store().now = lambda: moved
    return jsonify(now=moved.isoformat())


@bp.delete("/quota")
def reset_quota() -> Response:
    simulator().quota.reset()
    return quota()


@bp.get("/state")
def state() -> Response:
    """Every label and every thread of one mailbox (`?mailbox=`), messages in `format=metadata`."""
    address = box_of(request.args)
    with store().database.reading() as conn:
        labels = conn.execute(
            "SELECT * FROM labels WHERE mailbox = ? AND type = 'user' ORDER BY rowid", (address,)
        ).fetchall()
        ids = [
            r["thread_id"]
            for r in conn.execute(
                "SELECT DISTINCT thread_id FROM messages WHERE mailbox = ? ORDER BY thread_id", (address,)
            )
        ]
        threads = [views.thread(conn, address, thread_id, "metadata") for thread_id in ids]
        shown = [views.label_with_counts(conn, row) for row in labels]
    return jsonify(mailbox=address, historyId=str(store().history_id(address)), labels=shown, threads=threads)


@bp.errorhandler(LookupError)
@bp.errorhandler(TypeError)
@bp.errorhandler(ValueError)
def misused(error: Exception) -> tuple[Response, int]:
    return jsonify(invalid(f"{type(error).__name__}: {error}").body()), 400
