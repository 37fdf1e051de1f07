"""Who asks: the session behind the cookie of a request, looked up once per request."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from werkzeug.wrappers import Response

from inboxsla.services import sessions
from inboxsla.services.sessions import Gone, Present
from inboxsla.services.viewers import Sees, Viewer
from inboxsla.web.context import ports

COOKIE = "SIGN_IN_COOKIE"


def install(app: Flask) -> None:
    app.jinja_env.globals["who_is_here"] = present


def present() -> Present | None:
    """Who asks, None for a stranger."""
    found = _found()
    return found if isinstance(found, Present) else None


def gone() -> Gone | None:
    """Why the session that the browser had opens nothing any more; None where it had none, or it does."""
    found = _found()
    return found if isinstance(found, Gone) else None


def viewer() -> Viewer | None:
    """Who acts in this session; None for strangers, and for whoever sets InboxSLA up."""
    here = present()
    return here.viewer if here else None


def sees() -> Sees:
    """The mailboxes there are for whoever asks."""
    here = present()
    return here.sees if here else frozenset()


def token() -> str:
    """What the browser brought, whatever it is worth."""
    return request.cookies.get(current_app.config[COOKIE], "")


def enter(response: Response, fresh: str) -> Response:
    """Give the browser the token of a session that just began; the one it had, if any, ends."""
    _end()
    _keep(response, fresh, int(ports().settings.sign_in.absolute.total_seconds()))
    return response


def leave(response: Response) -> Response:
    """End the session that the browser has, and take its token from it."""
    _end()
    _keep(response, "", 0)
    return response


def _end() -> None:
    if token():
        sessions.end(ports(), token())
    g.pop("who", None)


def _keep(response: Response, value: str, seconds: int) -> None:
    # Also to take it away: browsers heed nothing about a cookie of this name (`__Host-`) that is said without the same flags.
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    name = current_app.config[COOKIE]
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax")


def agent() -> str:
    """The browser in a few words, such as “Firefox on Linux”; what it says of itself is believed, as it opens nothing."""
    said = request.headers.get("User-Agent", "")
    program = next((name for mark, name in _PROGRAMS if mark in said), "Another browser")
    system = next((name for mark, name in _SYSTEMS if mark in said), "")
    return f"{program} on {system}" if system else program


_PROGRAMS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chromium/", "Chromium"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def _found() -> Present | Gone | None:
    if "who" not in g:
        g.who = sessions.present(ports(), token(), by_hand=_by_hand()) if token() else None
    found: Present | Gone | None = g.who
    return found


def _by_hand() -> bool:
    """Whether a person did something. Pages that keep themselves fresh ask by script, and would keep a session alive for ever."""
    if request.method not in ("GET", "HEAD"):
        return True
    return "HX-Request" not in request.headers and request.headers.get("Sec-Fetch-Dest") != "empty"
