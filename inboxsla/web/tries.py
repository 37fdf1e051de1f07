"""No more than ten failed tries a minute at whatever lets somebody in by a secret: sign-ins, links in mails, tokens of machines.

Counted for each visitor, and for each mail address that Google vouched for in vain. Whoever proves who they are is kept out for the
rest of that minute at most, and not at all where visitors cannot be told apart: else one stranger could keep everybody out.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import structlog
from flask import Flask, Response, g, make_response, request
from flask_babel import gettext as _

from inboxsla import wiring
from inboxsla.queue.tries import Failed, Tries
from inboxsla.services.ports import Ports
from inboxsla.web.context import ports
from inboxsla.web.refusals import Words, page
from inboxsla.web.visitor import came_from

log = structlog.get_logger()
LIMIT = 10
_EXTENSION = "inboxsla.tries"


@dataclass(frozen=True, slots=True)
class _Way:
    """A way in, and the answers that say a try failed. Machines come from Google's addresses, which they share with strangers."""

    name: str
    failed: frozenset[int]
    machine: bool = False


# Whoever is in already is led home (302) by a link that does not open.
_SIGN_IN, _LINK = _Way("sign-in", frozenset({302, 403})), _Way("links in mails", frozenset({404}))
_PUSH, _PANEL = (_Way(name, frozenset({401}), machine=True) for name in ("push", "side panel"))
_WAYS = {
    "sign_in.by_link": _SIGN_IN,
    "sign_in_google.back": _SIGN_IN,
    "mail_acts.show": _LINK,
    "mail_acts.press": _LINK,
    "push.gmail": _PUSH,
    **{f"addon.{name}": _PANEL for name in ("message", "home", "help_", "act", "show")},
}


def install(app: Flask, with_ports: Ports) -> None:
    app.extensions[_EXTENSION] = wiring.tries(with_ports)
    app.before_request(lambda: _keep_out(app))
    app.after_request(lambda response: _count(app, response))


def was_for(address: str) -> None:
    """Say whom a try was for that is about to fail."""
    g.tried_for = address.lower()


def _keep_out(app: Flask) -> Response | None:
    way = _WAYS.get(request.endpoint or "")
    if way is None or way.machine or not _tells_visitors_apart():
        return None
    known = _tries(app).failed(_visitor(way))
    return _too_many(way, known) if known.times >= LIMIT else None


def _count(app: Flask, response: Response) -> Response:
    way = _WAYS.get(request.endpoint or "")
    if way is None or response.status_code not in way.failed:
        return response
    names = [_visitor(way)] + ([f"{way.name}:{g.tried_for}"] if "tried_for" in g else [])
    known = {name: _tries(app).add(name) for name in names}
    for name, failed in known.items():
        if failed.times == LIMIT:
            log.warning(
                "too many failed tries", at=name, apart=_tells_visitors_apart(), seconds=ceil(failed.forgotten_in)
            )
    worst = max(known.values(), key=lambda failed: failed.times)
    return _too_many(way, worst) if worst.times > LIMIT else response


def _visitor(way: _Way) -> str:
    server = ports().settings.server
    told = came_from(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""), server.proxies)
    return f"{way.name}:{told if _tells_visitors_apart() else 'everybody'}"


def _tells_visitors_apart() -> bool:
    """Under a name of their own the pages stand behind a proxy; one that nobody named is where everybody seems to come from."""
    server = ports().settings.server
    return bool(server.proxies) or not server.base_url


def _too_many(way: _Way, known: Failed) -> Response:
    seconds = max(1, ceil(known.forgotten_in))
    if way.machine:
        answer = Response("Too many tokens that are not valid here.\n", 429, mimetype="text/plain")
    else:
        answer = make_response(page(429, _words(seconds)))
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _words(seconds: int) -> Words:
    return Words(
        _("Too many tries"),
        _(
            "More than %(limit)s tries failed within a minute. Nothing was changed, and nothing is locked: wait %(seconds)s seconds, "
            "then open the link or sign in again.",
            limit=LIMIT,
            seconds=seconds,
        ),
    )


def _tries(app: Flask) -> Tries:
    found: Tries = app.extensions[_EXTENSION]
    return found
