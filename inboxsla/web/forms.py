"""Forms that change something: only those of our own pages, sent from the session they were made for."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from werkzeug.exceptions import HTTPException

from inboxsla.web import who
from inboxsla.web.guards import is_public

View = TypeVar("View", bound=Callable[..., Any])
_TOKEN = "form"
_MOST = "_takes"
FIELD = "form_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class FormTooOld(HTTPException):
    code = 400
    description = "This form was not made by this page for this session."


def install(app: Flask) -> None:
    """To be installed after whatever asks who is there."""
    app.before_request(_own_forms_only)
    app.jinja_env.globals.update(form_token=form_token, FORM_FIELD=FIELD)


def form_token() -> str:
    """What each form of this session carries; nobody elsewhere can know it."""
    if who.present() is not None:
        return token_of(who.token())
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_urlsafe(24)
    return str(session[_TOKEN])


def token_of(sign_in_token: str) -> str:
    """The same for a session that has just begun. It tells nothing about the token it is made of."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, b"form:" + sign_in_token.encode(), "sha256").hexdigest()


def check() -> None:
    """For a public view that nevertheless changes something for the browser it is sent from. Raises FormTooOld."""
    given = request.form.get(FIELD, "")
    known = token_of(who.token()) if who.present() is not None else str(session.get(_TOKEN, ""))
    if not known or not hmac.compare_digest(given.encode(), known.encode()):
        raise FormTooOld


def takes(most: int) -> Callable[[View], View]:
    """Let a view take forms of up to so many bytes, where whole files are sent; from people who are signed in, of course."""

    def marked(view: View) -> View:
        setattr(view, _MOST, most)
        return view

    return marked


def _own_forms_only() -> None:
    # What asks for no session cannot be abused through one.
    if request.method not in _SAFE and request.endpoint is not None and not is_public(current_app, request.endpoint):
        if most := getattr(current_app.view_functions[request.endpoint], _MOST, None):
            request.max_content_length = request.max_form_memory_size = most
        check()
