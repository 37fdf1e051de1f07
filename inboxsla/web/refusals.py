"""What a page says when it cannot be shown: what happened, and what to do next. Never a stack trace."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from inboxsla.config.program import typed
from inboxsla.errors import Refused, TryLater
from inboxsla.web.forms import FormTooOld
from inboxsla.web.guards import Level, NotYours

# How many of those who can do something are named.
_NAMED = 5


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
    if isinstance(error, NotYours):
        return page(code, _not_yours(error))
    return page(code, _too_old() if isinstance(error, FormTooOld) else _words(code))


def _not_yours(error: NotYours) -> Words:
    titles = {
        Level.LEAD: _("This is for leads and admins"),
        Level.ADMIN: _("This is for admins of the mailbox"),
        Level.HOUSE: _("This is for admins of every mailbox"),
    }
    title = titles.get(error.level, _("This is for people of the mailbox"))
    if error.people:
        told = ", ".join(error.people[:_NAMED])
        return Words(title, _("Nothing was changed. Who can do it: %(names)s.", names=told), back=True)
    text = _("Nothing was changed. Nobody here is one; whoever can start InboxSLA gets in with a link from:")
    return Words(title, text, (typed_here("sign-in-link"),), back=True)


def _too_old() -> Words:
    return Words(
        _("Please load the page again"),
        _(
            "This form was made for another session, or too long ago. Nothing was changed: load its page again and send it anew."
        ),
        back=True,
    )


def _words(code: int) -> Words:
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
    if code == 413:
        return Words(
            _("That is more than fits through here"),
            _("Nothing was changed. What you sent is larger than anything this page expects."),
            back=True,
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


def typed_here(command: str) -> str:
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
