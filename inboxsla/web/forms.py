"""Forms that change something: only those of our own pages, sent from the session they were made for."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from functools import partial

from flask import Flask, request, session
from werkzeug.exceptions import HTTPException

_TOKEN = "form"
FIELD = "form_token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class FormTooOld(HTTPException):
    code = 400
    description = "This form was not made by this page for this session."


def install(app: Flask, public: Collection[str]) -> None:
    """To be installed after whatever asks who is there; `public` are the endpoints for which nobody is asked."""
    app.before_request(partial(_own_forms_only, public))
    app.jinja_env.globals.update(form_token=form_token, FORM_FIELD=FIELD)


def form_token() -> str:
    """What each form of this session carries; nobody elsewhere can know it."""
    if _TOKEN not in session:
        session[_TOKEN] = secrets.token_urlsafe(24)
    return str(session[_TOKEN])


def _own_forms_only(public: Collection[str]) -> None:
    # What asks for no session cannot be abused through one.
    if request.method in _SAFE or request.endpoint is None or request.endpoint in public:
        return
    given = request.form.get(FIELD, "")
    if _TOKEN not in session or not secrets.compare_digest(given.encode(), str(session[_TOKEN]).encode()):
        raise FormTooOld
