"""POST /push/gmail: Pub/Sub tells us, with a token that Google signed, which mailbox has news.

Whatever is answered with anything but a 2xx comes again, for days; so only what may come out otherwise next time is.
"""

from __future__ import annotations

import json
from typing import Any

import structlog
from flask import Blueprint, Response, request

from inboxsla.errors import TryLater
from inboxsla.google_tokens import BadToken, check_account
from inboxsla.services import noticing
from inboxsla.web import google
from inboxsla.web.context import ports
from inboxsla.web.guards import Level, needs

log = structlog.get_logger()
bp = Blueprint("push", __name__)


@bp.post("/push/gmail")
@needs(Level.PUBLIC)
def gmail() -> Response:
    settings = ports().settings
    if settings.push.way != "push":
        return _said(404, "Pushes are not switched on here.")
    try:
        _check_token()
    except BadToken as bad:
        log.warning("push refused", reason=str(bad))
        return _said(401, "This token is not valid here.")
    except TryLater as later:
        log.warning("push put off", reason=str(later))
        return _said(503, "The token cannot be checked right now.")
    envelope = _envelope()
    if settings.push.subscription and envelope.get("subscription") != settings.push.subscription:
        log.warning("push ignored", reason="it comes from another subscription")
        return Response(status=204)
    message = envelope.get("message")
    notice = noticing.notice_in(message.get("data")) if isinstance(message, dict) else None
    try:
        noticing.hear(ports(), notice)
    except TryLater as later:
        log.error("push put off", reason=str(later))
        return _said(503, "Nobody can take this right now.")
    return Response(status=204)


def _envelope() -> dict[str, Any]:
    """What was posted, as far as it is an object."""
    try:
        said = json.loads(request.get_data())
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _check_token() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BadToken("there is none")
    settings = ports().settings
    check_account(
        google.tokens().claims(token.strip(), settings.push_audience, ports().now()), settings.push.service_account
    )


def _said(code: int, words: str) -> Response:
    return Response(f"{words}\n", code, mimetype="text/plain")
