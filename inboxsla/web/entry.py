"""Who gets in: requests for our own name, from somebody who opened a one-time link."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache, partial
from urllib.parse import urlsplit

from flask import Flask, abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from inboxsla.services import sign_in
from inboxsla.web.context import ports
from inboxsla.web.refusals import MisdirectedRequest

# What of the pages answers without a session; a push brings a token of Google's instead. Everything else is for people who signed
# in, also what is added later.
PUBLIC = frozenset(
    {"static", "health.healthz", "health.readyz", "push.gmail", "sign_in", "mail_acts.show", "mail_acts.press"}
)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SINCE = "since"


def install(app: Flask, public: Collection[str]) -> None:
    """`public` are the endpoints that answer without a session."""
    app.before_request(_own_name_only)
    app.before_request(partial(_signed_in_only, public))
    app.add_url_rule("/sign-in/<token>", "sign_in", _sign_in, methods=["GET"])


def _own_name_only() -> None:
    # A page elsewhere can point a name of its own at this computer and read the answers; so only our names are answered.
    if _name(f"//{request.host}") not in LOOPBACK | {_name(ports().settings.server.url)}:
        raise MisdirectedRequest


@lru_cache(maxsize=256)
def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _signed_in_only(public: Collection[str]) -> None:
    if request.endpoint not in public and _SINCE not in session:
        abort(401)


def _sign_in(token: str) -> Response | str:
    # Browsers look ahead and chat programs peek; neither is the person the link was made for.
    if request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return ""
    if not sign_in.use(ports(), token) and _SINCE not in session:
        abort(403)
    if _SINCE not in session:
        session.permanent = True
        session[_SINCE] = int(ports().now().timestamp())
    return redirect(url_for("preview.page" if ports().settings.demo else "board.tickets"))
