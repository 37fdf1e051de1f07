"""What Google calls: a thread is opened, the panel without one, an act, another card. Each address is a token's audience.

Nothing is believed before the token; after it, whatever was sent is answered with a card that says what to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.resources import files

import structlog
from flask import Blueprint, Flask, Response, abort, current_app, request
from flask_babel import get_locale
from werkzeug.exceptions import RequestEntityTooLarge

from addon import acting, events, opening, showing
from addon.asking import Answer, Asked, as_json, push, update
from addon.cards import nothing
from addon.cards.face import Face, Signer
from addon.drawn import Drawings
from addon.events import NotAnEvent, Posted
from addon.parameters import OldCard, Parameters
from addon.verify import EMAIL_SCOPE, check_google, person
from inboxsla import wiring
from inboxsla.errors import InboxSLAError, Missing, TryLater
from inboxsla.google_tokens import BadToken, GoogleTokens
from inboxsla.services import in_force
from inboxsla.services.panel import Memory, arrive
from inboxsla.services.ports import Ports
from inboxsla.speech import BabelSpeech

log = structlog.get_logger()
bp = Blueprint("addon", __name__, url_prefix="/addon")
# What asks for no session: Google's tokens stand in its place, and pictures are for everybody.
PUBLIC = frozenset({"addon.message", "addon.home", "addon.help_", "addon.act", "addon.show", "addon.icon"})
_EXTENSION = "inboxsla.addon"
# The addresses of 500 recipients and three tokens fit; a megabyte does not.
_LARGEST = 256 * 1024
_DISCS = frozenset({"low", "medium", "urgent", "overdue", "paused", "met", "none"})
_OFF = (
    "The side panel is not switched on here: set service_account and oauth_client_id in [addon] of config.toml. "
    "docs/side-panel.md says where to get them."
)


@dataclass(frozen=True, slots=True)
class _Panel:
    ports: Ports
    tokens: GoogleTokens
    parameters: Parameters
    memory: Memory
    drawings: Drawings


def install(app: Flask, ports: Ports) -> None:
    """To be installed once the key that signs sessions is set."""
    tokens, parameters = wiring.google_tokens(ports.settings), Parameters(str(app.config["SECRET_KEY"]))
    app.extensions[_EXTENSION] = _Panel(ports, tokens, parameters, Memory(), Drawings())
    app.register_blueprint(bp)


@bp.post("/message")
def message() -> Response:
    return _answered(opening.message)


@bp.post("/home")
def home() -> Response:
    return _answered(opening.home)


@bp.post("/help")
def help_() -> Response:
    return _answered(opening.help_)


@bp.post("/act")
def act() -> Response:
    return _answered(acting.do, clicked=True)


@bp.post("/show")
def show() -> Response:
    return _answered(showing.show, clicked=True)


@bp.get("/icons/<name>.png")
def icon(name: str) -> Response:
    """The discs that mails carry too, and our logo."""
    if name not in _DISCS and name != "logo":
        abort(404)
    folder = files("addon") if name == "logo" else files("inboxsla.notify")
    picture = Response(folder.joinpath("icons", f"{name}.png").read_bytes(), mimetype="image/png")
    picture.headers["Cache-Control"] = "public, max-age=86400"
    return picture


def _answered(handle: Callable[[Asked], Answer], *, clicked: bool = False) -> Response:
    panel: _Panel = current_app.extensions[_EXTENSION]
    settings, now = panel.ports.settings, panel.ports.now()
    if not settings.addon.is_on:
        return _said(404, as_json({"error": _OFF}))
    try:
        check_google(panel.tokens, settings, request.headers.get("Authorization", ""), request.path, now)
        answer = _for_google(panel, handle, now, clicked=clicked)
    except BadToken as bad:
        log.warning("panel refused", path=request.path, reason=str(bad))
        return _said(401, as_json({"error": "This token is not valid here."}))
    except TryLater as later:
        log.warning("panel put off", path=request.path, reason=str(later))
        return _said(503, as_json({"error": "The token cannot be checked right now."}))
    return _said(200, answer.body or as_json(answer.to_click() if clicked else answer.to_open()))


def _for_google(panel: _Panel, handle: Callable[[Asked], Answer], now: datetime, *, clicked: bool) -> Answer:
    """An answer for a request that Google made. Raises BadToken where it does not prove which person it is for."""
    step = update if clicked else push
    try:
        request.max_content_length = _LARGEST
        posted = events.read(request.get_data())
    except RequestEntityTooLarge:
        return step(nothing.too_large(_face(panel)))
    except Exception as odd:
        # Whatever is wrong with it, or with our reading of it: its content is never logged, for it holds tokens.
        if not isinstance(odd, NotAnEvent):
            log.error("event not read", path=request.path, kind=type(odd).__name__)
        return step(nothing.not_understood(_face(panel)))
    if not posted.identity:
        # Google asks the person, and then sends the same request again.
        return Answer(scopes=(EMAIL_SCOPE,))
    address = person(panel.tokens, panel.ports.settings, posted.identity, now)
    make_face = partial(_face, panel, panel.parameters.signer(address, now), posted)
    try:
        return _for_person(panel, handle, address, posted, make_face, now, clicked=clicked)
    except OldCard as old:
        log.warning("old card clicked", path=request.path, reason=str(old))
        return step(nothing.old_card(make_face()))
    except Missing:
        return step(nothing.gone(make_face()))
    except TryLater as later:
        log.warning("panel answered that its data is away", path=request.path, reason=str(later))
        return step(nothing.later(make_face()))
    except InboxSLAError as refused:
        log.error("panel could not answer", path=request.path, reason=str(refused))
        return step(nothing.broken(make_face()))
    except Exception:
        log.exception("panel could not answer", path=request.path)
        return step(nothing.broken(make_face()))


def _for_person(
    panel: _Panel,
    handle: Callable[[Asked], Answer],
    address: str,
    posted: Posted,
    make_face: Callable[..., Face],
    now: datetime,
    *,
    clicked: bool,
) -> Answer:
    click = panel.parameters.read(posted.parameter, address, now) if clicked else None
    # A click says itself which ticket it means.
    message, thread = ("", "") if clicked else (posted.message.hex, posted.thread.hex)
    viewer, found = arrive(panel.ports, address, message, thread)
    if viewer is None:
        return (update if clicked else push)(nothing.stranger(address, _face(panel)))
    there = replace(viewer, zone=posted.zone or viewer.zone or in_force.zone(panel.ports))
    language = request.headers.get("Accept-Language", "")
    asked = Asked(
        panel.ports,
        panel.memory,
        panel.drawings,
        there,
        posted,
        partial(make_face, zone=there.zone),
        now,
        language,
        found,
        click,
    )
    return handle(asked)


def _face(panel: _Panel, sign: Signer | None = None, posted: Posted | None = None, *, zone: str = "UTC") -> Face:
    on_phone = posted is not None and posted.platform in ("ANDROID", "IOS")
    return Face(panel.ports.settings.server.url, BabelSpeech(zone, get_locale() or "en_GB"), sign, rich=not on_phone)


def _said(code: int, body: str) -> Response:
    return Response(body, code, mimetype="application/json")
