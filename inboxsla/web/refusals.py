"""What a page says when it cannot be shown: what happened, and what to do next. Never a stack trace."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from inboxsla.config.program import typed
from inboxsla.errors import Refused, TryLater
from inboxsla.web.forms import FormTooOld


class MisdirectedRequest(HTTPException):
    code = 421
    description = "This request was meant for another name."


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    text: str
    commands: tuple[str, ...] = ()
    back: bool = False


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(TryLater, _later)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(Exception, _broken)


def page(code: int, words: Words) -> tuple[str, int]:
    return render_template("refusal.html", words=words), code


def _http(error: HTTPException) -> tuple[str, int] | HTTPException:
    code = error.code or 500
    if code < 400:
        return error
    return page(code, _too_old() if isinstance(error, FormTooOld) else _words(code))


def _too_old() -> Words:
    return Words(
        _("Please load the page again"),
        _(
            "This form was made for another session, or too long ago. Nothing was changed: load its page again and send it anew."
        ),
        back=True,
    )


def _words(code: int) -> Words:
    if code == 401:
        return Words(
            _("Please sign in"),
            _("These pages open with a one-time link. Ask this computer for one, or start InboxSLA again:"),
            (_typed("sign-in-link"), "make run"),
        )
    if code == 403:
        return Words(
            _("This link does not open anymore"),
            _("Links work once, and for a day. Ask for a new one, or start InboxSLA again:"),
            (_typed("sign-in-link"), "make run"),
        )
    if code == 404:
        return Words(
            _("There is nothing here"),
            _("The address may be mistyped, or what it showed is gone. No ticket was changed."),
            back=True,
        )
    if code == 405:
        return Words(
            _("This page can only be read"), _("What you tried is not possible here. Nothing was changed."), back=True
        )
    if code == 421:
        return Words(
            _("This is not the name of this server"),
            _("InboxSLA answers to localhost and to the name in its settings (server.base_url), and to no other."),
        )
    if code < 500:
        return Words(_("This request was not understood"), _("Nothing was changed."), back=True)
    return Words(
        _("Something broke on our side"),
        _(
            "Nothing you did caused this, and tickets and their timers are safe. The log of the server says what happened."
        ),
        back=True,
    )


def _typed(command: str) -> str:
    said = typed(command)
    # A stranger reads this page too, and learns nothing of how the folders of this computer are called.
    return f"inboxsla {command}" if said.startswith("/") else said


def _later(error: TryLater) -> tuple[str, int]:
    current_app.logger.warning("answered 503: %s", error)
    return page(
        503,
        Words(
            _("InboxSLA cannot read its data right now"),
            _("Nothing is lost: mail waits in Gmail, and timers go on. Reload this page in a minute."),
            back=True,
        ),
    )


def _refused(error: Refused) -> tuple[str, int]:
    current_app.logger.error("answered 503: %s", error)
    return page(
        503,
        Words(
            _("InboxSLA cannot read its data"),
            _("Nothing is lost, but somebody has to look at the server: its log and its page /readyz name the reason."),
        ),
    )


def _broken(error: Exception) -> tuple[str, int]:
    current_app.logger.error("answered 500", exc_info=error)
    return page(500, _words(500))
